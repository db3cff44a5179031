"""What the page shows of run summaries: score card, families and checks, as lines with one mark per run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ifeval.report.charts import SHARES, Axis, Mark
from ifeval.runs.stored import RATES
from ifeval.util.text import visible

Summary = Mapping[str, Any]
FEW = 5
"""A check with fewer trials than this is never called one of the weakest."""
WEAKEST = 10
NOTABLE = 0.01
RATE_NAMES = {
    "truncated": "cut at the token limit or in a loop",
    "empty": "empty",
    "unclosed_reasoning": "reasoning not closed",
    "unparsable": "calls unparsable",
    "errors": "errors",
}
EFFORTS = {"replies": "{:.1f}", "calls": "{:.1f}", "tokens": "{:,.0f}", "seconds": "{:.1f}"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a plot table: `marks` and `counts` (n) hold one entry per run; `reference` is a tick in the plot.

    `check`: the failed check that the label leads to, as the failures name it.
    """

    label: str
    marks: tuple[Mark, ...]
    counts: tuple[int, ...]
    reference: float | None = None
    strong: bool = False
    check: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A way to go wrong, beside the score: its share in every run; `notable` where it could explain a score."""

    label: str
    values: tuple[float | None, ...]

    @property
    def notable(self) -> bool:
        return any(value is not None and value > NOTABLE for value in self.values)


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot table with its heading. `reference` says what the ticks are; `rest` are lines folded away.

    `conversations`: what one took on average, and how they ended, in words; empty where the task asks once.
    """

    title: str
    lines: tuple[Line, ...]
    note: str = ""
    axis: Axis = SHARES
    reference: str = ""
    rates: tuple[Rate, ...] = ()
    rest: tuple[Line, ...] = ()
    conversations: str = ""


def mark(interval: Mapping[str, Any] | None, series: int) -> Mark:
    """The mark of an interval of a summary; an unknown one where the run has none."""
    if not interval or not interval.get("n"):
        return Mark(None, None, None, series)
    return Mark(interval["value"], interval["low"], interval["high"], series)


def lines_of(groups: Sequence[Mapping[str, Any]], **given: Any) -> tuple[Line, ...]:
    """Lines from the same breakdown of every run, {label: interval} each, in the order labels first appear."""
    labels = dict.fromkeys(label for group in groups for label in group)
    return tuple(
        Line(
            label,
            tuple(mark(group.get(label), series) for series, group in enumerate(groups)),
            tuple((group.get(label) or {}).get("n", 0) for group in groups),
            **given,
        )
        for label in labels
    )


def tasks_of(summaries: Sequence[Summary]) -> Iterator[tuple[str, list[Summary]]]:
    """(task, its summary in each run, empty where a run lacks it); the twins of constrained decoding apart."""
    for name in dict.fromkeys(name for summary in summaries for name in summary["tasks"]):
        parts = [summary["tasks"].get(name, {}) for summary in summaries]
        yield name, parts
        if any("constrained" in part for part in parts):
            yield f"{name}, constrained decoding", [part.get("constrained", {}) for part in parts]


def families(summaries: Sequence[Summary]) -> tuple[Line, ...]:
    """The families' means, for the top of the page."""
    return lines_of([summary.get("families", {}) for summary in summaries])


def score_card(summaries: Sequence[Summary]) -> Iterator[Panel]:
    """Each task: its metrics, the primary one first, and the rates beside them."""
    for name, parts in tasks_of(summaries):
        first = next(part for part in parts if part)
        primary = first["primary"]
        metrics = [part.get("metrics", {}) for part in parts]
        lines = lines_of([{primary: group[primary]} if primary in group else {} for group in metrics], strong=True)
        lines += lines_of([{key: value for key, value in group.items() if key != primary} for group in metrics])
        yield Panel(name, lines, _about(first), rates=tuple(_rates(parts)), conversations=_conversations(parts))


def weakest_checks(summaries: Sequence[Summary]) -> Iterator[Panel]:
    """Each task's checks from the one that failed most often in the last run; those with few trials folded away."""
    for name, parts in tasks_of(summaries):
        lines = lines_of([part.get("checks", {}) for part in parts])
        lines = tuple(replace(line, check=visible(line.label)) for line in lines)
        shown = sorted((line for line in lines if _weak(line)), key=_weakness)[:WEAKEST]
        if shown:
            rest = tuple(line for line in sorted(lines, key=_weakness) if line not in shown)
            yield Panel(name, tuple(shown), _outcomes(parts[-1]), rest=rest)


def _weak(line: Line) -> bool:
    value = line.marks[-1].value
    return value is not None and value < 1 and line.counts[-1] >= FEW


def _weakness(line: Line) -> tuple[float, str]:
    value = line.marks[-1].value
    return (2.0 if value is None else value), line.label


def _about(task: Summary) -> str:
    repeated = f", {task['rows']:,} replies" if task["rows"] != task["samples"] else ""
    units = task.get("units", task["samples"])
    items = f" of {units:,} items" if units != task["samples"] else ""
    return f"{task['family']} · version {task['version']} · {task['samples']:,} samples{items}{repeated}"


def _rates(parts: Iterable[Summary]) -> Iterator[Rate]:
    rates = [part.get("rates", {}) for part in parts]
    for name in RATES:
        values = tuple(rate.get(name) for rate in rates)
        if any(values):
            yield Rate(RATE_NAMES.get(name, name), values)


def _conversations(parts: Sequence[Summary]) -> str:
    talks = [part.get("conversations") or {} for part in parts]
    if not any(talks):
        return ""
    spent, ended = ([talk.get(name, {}) for talk in talks] for name in ("per_sample", "ended"))
    took = (
        f"{' / '.join(form.format(one[name]) if name in one else '-' for one in spent)} {name}"
        for name, form in EFFORTS.items()
    )
    endings = dict.fromkeys(ending for one in ended for ending in one)
    counts = (f"{ending} {' / '.join(f'{one.get(ending, 0):,}' for one in ended)}" for ending in endings)
    return f"One conversation on average: {', '.join(took)}. Ended: {', '.join(counts)}."


def _outcomes(task: Summary) -> str:
    counted = ", ".join(f"{outcome.replace('_', ' ')} {count:,}" for outcome, count in task.get("outcomes", {}).items())
    return f"Kinds of failure: {counted}." if counted else ""
