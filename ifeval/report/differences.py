"""A comparison as the page shows it: differences with intervals around zero, and what was lost and won."""

from collections.abc import Iterable
from dataclasses import dataclass

from ifeval.comparison.results import Comparison, Difference
from ifeval.report.charts import Axis, Mark, difference_axis

SURE = 0.05
MOST_CHECKS = 8


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, candidate minus baseline. `direction`: worse, better, or "" while noise explains it."""

    row: Difference
    mark: Mark
    direction: str


@dataclass(frozen=True, slots=True)
class View:
    """A candidate beside the baseline. `lost`, `won`: (task, check, flips it had a part in), most frequent first."""

    comparison: Comparison
    axis: Axis
    headline: str
    tasks: tuple[Change, ...]
    families: tuple[Change, ...]
    metrics: tuple[Change, ...]
    rates: tuple[Change, ...]
    lost: list[tuple[str, int]]
    won: list[tuple[str, int]]


def view(comparison: Comparison) -> View:
    """Everything the comparison section needs, on one axis; rates rise where a candidate is worse."""
    tasks, metrics = _changes(comparison.tasks), _changes(comparison.metrics)
    families = _changes(comparison.averages)
    rates = _changes((rate for rate in comparison.rates if rate.losses or rate.wins), worse_up=True)
    marks = [change.mark for group in (tasks, families, metrics, rates) for change in group]
    return View(
        comparison=comparison,
        axis=difference_axis(marks),
        headline=headline(tasks),
        tasks=tasks,
        families=families,
        metrics=metrics,
        rates=rates,
        lost=comparison.flipped_checks(loss=True)[:MOST_CHECKS],
        won=comparison.flipped_checks(loss=False)[:MOST_CHECKS],
    )


def headline(tasks: Iterable[Change]) -> str:
    """Which tasks changed for sure, in one sentence. Not the gate's verdict: that one needs a margin."""
    listed = list(tasks)
    parts = [
        f"{direction} on {', '.join(names)}"
        for direction in ("worse", "better")
        if (names := [change.row.name for change in listed if change.direction == direction])
    ]
    if not parts:
        return "No task changed by more than chance explains (Holm-adjusted p of .05 or more on each)."
    others = len(listed) - sum(bool(change.direction) for change in listed)
    rest = f"; no sure difference on {others} other{'s' if others > 1 else ''}" if others else ""
    return f"The candidate is {' and '.join(parts)}{rest} (Holm-adjusted p below .05)."


def _changes(rows: Iterable[Difference], worse_up: bool = False) -> tuple[Change, ...]:
    return tuple(_change(row, worse_up) for row in rows)


def _change(row: Difference, worse_up: bool) -> Change:
    interval = row.interval
    direction = ""
    if row.adjusted < SURE:
        direction = "worse" if (interval.estimate < 0) is not worse_up else "better"
    return Change(row, Mark(interval.estimate, interval.low, interval.high), direction)
