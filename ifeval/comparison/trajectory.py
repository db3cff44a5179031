"""How a model's scores move over its checkpoints, and when a drop is real.

Every checkpoint is compared with the best one before it, prompt by prompt. Which one is best is read off the same
prompts, and there is no end to the comparisons, so an ordinary p-value would raise false alarms sooner or later. The
evidence is an e-value, and the k-th checkpoint has to bring (k - 1) * k * (k + 1) / alpha of it: the share
alpha / (k (k + 1)) of all that may be spent (these add up to less than alpha over all k), divided among the k - 1
checkpoints that could have been the best. The chance of ever calling a drop that is none is then at most alpha.
Sources: `ifeval.stats.evalues`; Ville 1939; Bonferroni's inequality.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ifeval.comparison.comparable import require_comparable
from ifeval.comparison.outcomes import OutcomeTable, run_outcomes
from ifeval.comparison.pairing import align, match
from ifeval.errors import NotComparable
from ifeval.runs.run import Run
from ifeval.stats.evalues import regression_e_value
from ifeval.util import tables as text_table

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Point:
    """One checkpoint. `scores`: (value, low, high) of each task's primary metric; `mean` is their unweighted mean.

    Against `best`, the checkpoint with the highest mean before it: prompts it newly fails (`losses`) and newly passes
    (`wins`), the e-value of "worse", the `threshold` it has to reach, and whether it did (`drop`).
    """

    name: str
    scores: Mapping[str, tuple[float, float, float]]
    mean: float
    best: str | None = None
    losses: int = 0
    wins: int = 0
    e_value: float = 1.0
    threshold: float = float("inf")
    drop: bool = False
    note: str = ""


def trajectory(runs: Sequence[tuple[str, Run]], alpha: float = ALPHA) -> list[Point]:
    """A point for each complete run, given as (checkpoint's name, run) in the order of training."""
    points: list[Point] = []
    outcomes: dict[str, OutcomeTable] = {}
    for number, (name, run) in enumerate(runs, start=1):
        scores = primary_scores(run.summary)
        mean = sum(value for value, _, _ in scores.values()) / len(scores) if scores else float("nan")
        outcomes[name] = run_outcomes(run)
        best = max(points, key=lambda point: point.mean, default=None)
        if best is None:
            points.append(Point(name, scores, mean))
        else:
            against = _against(outcomes[best.name], outcomes[name], threshold(number, alpha))
            points.append(Point(name, scores, mean, best.name, **against))
    return points


def threshold(number: int, alpha: float = ALPHA) -> float:
    """The e-value that checkpoint `number` (from 2 on) has to reach against the best before it."""
    return (number - 1) * number * (number + 1) / alpha


def primary_scores(summary: Mapping[str, Any]) -> dict[str, tuple[float, float, float]]:
    """(value, low, high) of each task's primary metric, of tasks that have one."""
    found = {}
    for name, task in summary["tasks"].items():
        metric = task["metrics"].get(task["primary"])
        if metric and metric["n"]:
            found[name] = (metric["value"], metric["low"], metric["high"])
    return found


def _against(best: OutcomeTable, new: OutcomeTable, needed: float) -> dict[str, Any]:
    """Losses and wins in independent units, over all tasks the two share."""
    try:
        require_comparable(best, new)
    except NotComparable as error:
        return {"note": str(error)}
    best, new = align(best, new)
    pairs = [match(best.tasks[name], task, task.primary) for name, task in new.tasks.items()]
    losses = sum(int((pair.independent < 0).sum()) for pair in pairs)
    wins = sum(int((pair.independent > 0).sum()) for pair in pairs)
    evidence = regression_e_value(losses, wins)
    return {"losses": losses, "wins": wins, "e_value": evidence, "threshold": needed, "drop": evidence >= needed}


def markdown(points: Sequence[Point]) -> str:
    """The trajectory as a Markdown table."""
    tasks = list(dict.fromkeys(task for point in points for task in point.scores))
    rows = [["checkpoint", "mean", *tasks, "against the best before"]]
    for point in points:
        cells = [text_table.points(point.scores[task][0]) if task in point.scores else "-" for task in tasks]
        rows.append([point.name, text_table.points(point.mean), *cells, verdict(point)])
    return "\n".join(text_table.markdown(rows)) + "\n"


def verdict(point: Point) -> str:
    """What is known of this checkpoint against the best before it, in words."""
    if point.best is None:
        return "the first"
    if point.note:
        return point.note
    counts = f"{point.losses} lost, {point.wins} won against {point.best}"
    if point.drop:
        return f"DROP: {counts} (e-value {point.e_value:.3g}, needed {point.threshold:.0f})"
    return f"{counts}; no drop shown (e-value {point.e_value:.2g} of {point.threshold:.0f})"


WIDTH, HEIGHT, LEFT, RIGHT, EDGE = 760, 320, 48, 150, 28
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")


def svg(points: Sequence[Point]) -> str:
    """A line a task over the checkpoints, with interval bars; a ring marks a drop. Stands alone, needs no script."""
    from html import escape

    tasks = list(dict.fromkeys(task for point in points for task in point.scores))
    body = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', *_frame(points, escape)]
    for index, task in enumerate(tasks):
        body += _line(task, index, points, escape(task))
    style = 'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="11"'
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" {style}>\n' + "\n".join(body) + "\n</svg>\n"


def _frame(points: Sequence[Point], escape: Any) -> Iterator[str]:
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = _y(share)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * share:.0f}</text>'
    every = max(1, len(points) // 6)
    for index in range(0, len(points), every):
        x = _x(index, len(points))
        yield f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(points[index].name)}</text>'


def _line(task: str, index: int, points: Sequence[Point], label: str) -> Iterator[str]:
    colour = COLOURS[index % len(COLOURS)]
    known = [(_x(number, len(points)), point) for number, point in enumerate(points) if task in point.scores]
    path = " ".join(f"{x:.1f},{_y(point.scores[task][0]):.1f}" for x, point in known)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    for x, point in known:
        value, low, high = map(_y, point.scores[task])
        yield f'<line x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}" stroke="{colour}" opacity="0.4"/>'
        yield f'<circle cx="{x:.1f}" cy="{value:.1f}" r="3" fill="{colour}"/>'
        if point.drop:
            yield f'<circle cx="{x:.1f}" cy="{value:.1f}" r="7" fill="none" stroke="#d00" stroke-width="2"/>'
    yield f'<text x="{WIDTH - RIGHT + 12}" y="{EDGE + 16 * index}" fill="{colour}">{label}</text>'


def _x(index: int, count: int) -> float:
    return LEFT + 12 + (WIDTH - LEFT - RIGHT - 24) * (index / (count - 1) if count > 1 else 0.5)


def _y(share: float) -> float:
    return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share
