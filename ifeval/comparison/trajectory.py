"""How a model's scores move over its checkpoints, and when a drop is real.

Every checkpoint is compared, unit by unit, with the best one before it, and with the best three in a row, whose noise is
a third: each family by itself, and all together. Which ones are best is read off the same prompts, and there is no end
to the comparisons, so an ordinary p-value would raise false alarms sooner or later. The k-th checkpoint may spend the
share 2 / (k (k + 1)) of alpha (these add up to alpha over all k from 2 on), half on either comparison, divided among
the checkpoints, or rows of three, that could have been the best and among the families and their sum. The chance of ever
calling a drop that is none is then at most alpha, by Bonferroni's inequality; the p-values are exact
(`ifeval.stats.flips`, `ifeval.stats.exchange`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ifeval.comparison.comparable import require_comparable
from ifeval.comparison.outcomes import OutcomeTable, Values, run_outcomes
from ifeval.comparison.pairing import align, match
from ifeval.errors import NotComparable
from ifeval.runs.run import Run
from ifeval.stats.exchange import newest_worse_p
from ifeval.util import tables as text_table

ALPHA = 0.03
ROW = 3
TOGETHER = "all families"
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Point:
    """One checkpoint. `scores`: (value, low, high) of each task's primary metric; `mean` is their unweighted mean, that of
    advisory tasks left out.

    Against `best`, the checkpoint or the three in a row with the highest mean before it: independent units that got
    worse (`losses`) and better (`wins`) in the family, or in all together, where the drop is clearest (`where`), the
    exact p of "worse" there, the `threshold` it has to stay below, and whether it did (`drop`).
    """

    name: str
    scores: Mapping[str, tuple[float, float, float]]
    mean: float
    best: str | None = None
    where: str = ""
    losses: int = 0
    wins: int = 0
    p: float = 1.0
    threshold: float = 0.0
    drop: bool = False
    note: str = ""


def trajectory(runs: Sequence[tuple[str, Run]], alpha: float = ALPHA) -> list[Point]:
    """A point for each complete run, given as (checkpoint's name, run) in the order of training."""
    points: list[Point] = []
    outcomes: dict[str, OutcomeTable] = {}
    for name, run in runs:
        outcomes[name] = run_outcomes(run)
        points.append(point(name, primary_scores(run.summary), outcomes[name], points, outcomes, alpha))
    return points


def point(
    name: str,
    scores: Mapping[str, tuple[float, float, float]],
    outcomes: OutcomeTable,
    before: Sequence[Point],
    known: Mapping[str, OutcomeTable],
    alpha: float = ALPHA,
) -> Point:
    """The next checkpoint after those `before`, whose outcomes are `known` by their names."""
    graded = [value for task, (value, _, _) in scores.items() if not outcomes.tasks[task].advisory]
    mean = sum(graded) / len(graded) if graded else float("nan")
    if not before:
        return Point(name, scores, mean)
    kinds = [length for length in (1, ROW) if len(before) >= length]
    spent = 2 * alpha / ((len(before) + 1) * (len(before) + 2) * len(kinds))
    found = [_against(_best(before, length), known, outcomes, spent / (len(before) - length + 1)) for length in kinds]
    clearest = min(found, key=lambda one: one["p"] / one["threshold"] if one.get("threshold") else float("inf"))
    return Point(name, scores, mean, **clearest)


def _best(before: Sequence[Point], length: int) -> Sequence[Point]:
    """The checkpoints in a row, so many, with the highest mean."""
    rows = [before[start : start + length] for start in range(len(before) - length + 1)]
    return max(rows, key=lambda row: sum(one.mean for one in row))


def primary_scores(summary: Mapping[str, Any]) -> dict[str, tuple[float, float, float]]:
    """(value, low, high) of each task's primary metric, of tasks that have one."""
    found = {}
    for name, task in summary["tasks"].items():
        metric = task["metrics"].get(task["primary"])
        if metric and metric["n"]:
            found[name] = (metric["value"], metric["low"], metric["high"])
    return found


def _against(
    best: Sequence[Point], known: Mapping[str, OutcomeTable], new: OutcomeTable, alpha: float
) -> dict[str, Any]:
    """The clearest drop among the families and their sum, over all tasks that the checkpoints share."""
    names = " to ".join(dict.fromkeys((best[0].name, best[-1].name)))
    try:
        for one in best:
            require_comparable(known[one.name], new)
    except NotComparable as error:
        return {"best": names, "note": str(error)}
    families = _families([known[one.name] for one in best], new)
    if not families:
        return {"best": names, "note": "They share no samples, asked equally often, of a task that grades."}
    if len(families) > 1:
        families[TOGETHER] = np.concatenate(list(families.values()))
    found = {family: newest_worse_p(scores) for family, scores in families.items()}
    where = min(found, key=lambda family: found[family])
    changes = families[where][:, -1] - families[where][:, :-1].mean(axis=1)
    return {
        "best": names,
        "where": where,
        "losses": int((changes < -TINY).sum()),
        "wins": int((changes > TINY).sum()),
        "p": found[where],
        "threshold": alpha / len(found),
        "drop": found[where] <= alpha / len(found),
    }


def _families(best: Sequence[OutcomeTable], new: OutcomeTable) -> dict[str, Values]:
    """By family, the scores of the units that all have, up to a number of each unit: shape (units, runs), `new` last."""
    pairs = [align(one, new) for one in best]
    families: dict[str, list[Values]] = {}
    for name, task in sorted(pairs[0][1].tasks.items()):
        sides = [(old.tasks[name], later.tasks[name]) for old, later in pairs if name in later.tasks]
        if task.advisory or len({later.ids for _, later in sides}) > 1 or len(sides) < len(pairs):
            continue
        found = [match(old, later, task.primary) for old, later in sides]
        changes = [one.independent for one in found]
        if all(one.balanced for one in found) and len({len(one) for one in changes}) == 1 and len(changes[0]):
            families.setdefault(task.family, []).append(np.column_stack([*(-one for one in changes), 0 * changes[0]]))
    return {family: np.concatenate(parts) for family, parts in sorted(families.items())}


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
    counts = f"{point.losses} lost, {point.wins} won in {point.where} against {point.best}"
    odds = f"p {point.p:.2g}, called below {point.threshold:.2g}"
    return f"DROP: {counts} ({odds})" if point.drop else f"{counts}; no drop shown ({odds})"


WIDTH, HEIGHT, LEFT, RIGHT, EDGE = 760, 320, 48, 150, 28
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")


def svg(points: Sequence[Point]) -> str:
    """A line per task over the checkpoints, with interval bars; a ring marks a drop. Stands alone, needs no script."""
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
