"""A comparison's numbers as typed objects: what `compare` returns, and how a notebook shows it."""

from dataclasses import dataclass
from html import escape

from ifeval.comparison.outcomes import FailedCheck
from ifeval.runs.generalisation import SeenSplit
from ifeval.runs.results import html_table
from ifeval.stats.interval import Interval
from ifeval.util.tables import points, signed, span

NO_REASON = "no reason recorded"
HEADER = (
    "",
    "metric",
    "n",
    "baseline",
    "candidate",
    "difference",
    "95 % interval",
    "lost",
    "won",
    "p",
    "adjusted",
    "noise",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric's difference, candidate minus baseline. Scores and rates are in [0, 1], NaN without samples.

    `adjusted` is Holm's p over the tasks' primary metrics (and over the families), Benjamini-Hochberg's q elsewhere.
    `noise` is the share of samples that changed when the baseline ran twice, None where that was not measured.
    `units` are independent samples, of a family as many as one task would need to say as much. `detectable` is the
    smallest true difference that they find in 80 of 100 cases after that correction, where 15 % of the outcomes change,
    or as many as the noise does if that is more. `advisory`: the task is in no family's mean.
    """

    name: str
    metric: str
    n: int
    baseline: float
    candidate: float
    interval: Interval
    p: float
    adjusted: float
    losses: int
    wins: int
    noise: float | None
    units: int
    detectable: float = 1.0
    advisory: bool = False


def cells(row: Difference) -> tuple[str, ...]:
    """One difference under HEADER."""
    return (
        f"{row.name} (advisory)" if row.advisory else row.name,
        row.metric,
        str(row.n),
        points(row.baseline),
        points(row.candidate),
        signed(row.interval.estimate),
        span(row.interval),
        str(row.losses),
        str(row.wins),
        f"{row.p:.2g}",
        f"{row.adjusted:.2g}",
        "" if row.noise is None else points(row.noise),
    )


@dataclass(frozen=True, slots=True)
class Flip:
    """A sample whose primary outcome changed, with the failed checks of the run that is worse on it."""

    task: str
    sample_id: str
    repeat: int
    loss: bool
    checks: tuple[FailedCheck, ...]


@dataclass(frozen=True, slots=True)
class Generalisation:
    """A task's gains on the clusters that the candidate's training held and on the others; the gap is their difference."""

    task: str
    clusters: tuple[str, ...]
    gains: SeenSplit


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate beside a baseline. `tokens` (mean reply length) and `speed` (tokens per second) are (old, new)."""

    baseline: str
    candidate: str
    tasks: tuple[Difference, ...]
    families: tuple[Difference, ...]
    metrics: tuple[Difference, ...]
    rates: tuple[Difference, ...]
    generalisation: tuple[Generalisation, ...]
    tokens: tuple[float, float]
    speed: tuple[float | None, float | None]
    flips: tuple[Flip, ...]
    notes: tuple[str, ...]

    @property
    def averages(self) -> tuple[Difference, ...]:
        """The families of several tasks; one of a single task says no more than that task."""
        return tuple(family for family in self.families if family.metric.startswith("mean of"))

    def flips_by_check(self, loss: bool) -> list[tuple[str, list[tuple[Flip, str]]]]:
        """("task: check", the flips it had a part in, each with its reason), most frequent first.

        A nameless check is listed by its outcome; flips whose reasons a recorded baseline has not kept come together.
        """
        groups: dict[str, list[tuple[Flip, str]]] = {}
        for flip in self.flips:
            if flip.loss is loss:
                reasons = {check.name or check.failure or "reply": check.reason for check in flip.checks}
                for name, reason in (reasons or {NO_REASON: ""}).items():
                    groups.setdefault(f"{flip.task}: {name}", []).append((flip, reason))
        return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))

    def _repr_html_(self) -> str:
        title = f"{self.candidate} against {self.baseline}"
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        main = html_table(HEADER, map(cells, (*self.tasks, *self.averages)), title)
        rest = html_table(HEADER, map(cells, self.metrics), "Other metrics") if self.metrics else ""
        return f"{main}{rest}<ul>{notes}</ul>"

    def flipped_checks(self, loss: bool) -> list[tuple[str, int]]:
        """("task: check", number of flips it had a part in), most frequent first."""
        return [(name, len(flips)) for name, flips in self.flips_by_check(loss)]
