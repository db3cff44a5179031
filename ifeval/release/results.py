"""The gate's answer as a typed object: its label, exit code and sentences, and how a notebook shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from ifeval.errors import Exit
from ifeval.release.judged import HEADER, Judged, cells, sentence
from ifeval.release.policy import Policy
from ifeval.release.rates import Rise, rise_sentence
from ifeval.release.subjects import Rule
from ifeval.runs.results import html_table
from ifeval.stats.assessment import Decision

EXITS = {
    Decision.PASS: Exit.OK,
    Decision.WARN: Exit.OK,
    Decision.FAIL: Exit.REGRESSION,
    Decision.INCONCLUSIVE: Exit.INCONCLUSIVE,
}
REFUSALS = {Exit.NOT_COMPARABLE: "NOT COMPARABLE", Exit.INCONCLUSIVE: "INCONCLUSIVE", Exit.USAGE: "ERROR"}


@dataclass(frozen=True, slots=True)
class Stopped:
    """A sequential gate: how many of the planned replies it took, and whether it decided before the last look."""

    seen: int
    planned: int
    early: bool


@dataclass(frozen=True, slots=True)
class ReleaseDecision:
    """The gate's answer. `decision` is None where there is none to give; `refusal` then says why, `code` how it ends."""

    baseline: str
    candidate: str
    policy: Policy
    decision: Decision | None
    judged: tuple[Judged, ...] = ()
    rises: tuple[Rise, ...] = ()
    notes: tuple[str, ...] = ()
    stopped: Stopped | None = None
    refusal: str | None = None
    code: Exit = Exit.NOT_COMPARABLE

    @property
    def label(self) -> str:
        return REFUSALS.get(self.code, "ERROR") if self.decision is None else self.decision.value

    @property
    def exit_code(self) -> Exit:
        return self.code if self.decision is None else EXITS[self.decision]

    @property
    def decided_by(self) -> tuple[str, ...]:
        """The lines that made the decision what it is: the failing ones, the undecided ones, else all that block."""
        if self.decision is None:
            return ()
        rates = tuple(f"{rise.rate} of {rise.task}" for rise in self.rises if rise.failed)
        if self.decision is Decision.PASS:
            held = [one.name for one in self.judged if one.blocking and one.rule in (Rule.MEAN, Rule.MARGIN)]
            return tuple(held) or tuple(one.name for one in self.judged if one.blocking)
        if self.decision is Decision.WARN:
            return tuple(one.name for one in self.judged if one.decision in (Decision.WARN, Decision.FAIL))
        lines = tuple(one.name for one in self.judged if one.blocking and one.decision is self.decision)
        return lines + (rates if self.decision is Decision.FAIL else ())

    @property
    def headline(self) -> str:
        """One line: the answer, who, against whom, and what decided."""
        line = f"{self.label}: {self.candidate} against {self.baseline}"
        if self.decided_by:
            line += f", decided by {', '.join(self.decided_by)}"
        if self.stopped is not None and self.stopped.early:
            line += f", after {self.stopped.seen} of {self.stopped.planned} replies"
        return line

    def sentences(self) -> Iterator[str]:
        """What the numbers mean, in words."""
        if self.refusal is not None:
            yield self.refusal
        for one in self.judged:
            yield sentence(one)
        yield from (rise_sentence(rise) for rise in self.rises if rise.failed)
        if self.decision is not None and not any(one.blocking for one in self.judged):
            yield "The policy leaves no family that blocks, so there is nothing to decide by."
        if self.stopped is not None:
            yield (
                "Sequential: p and margins are those of planned looks, and the scores those of the samples seen: "
                "no full result."
            )
        yield from self.notes

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(line)}</li>" for line in self.sentences())
        rows = [cells(one) for one in self.judged]
        table = html_table(HEADER, rows) if rows else ""
        return f"<p><b>{escape(self.headline)}</b></p>{table}<ul>{said}</ul>"
