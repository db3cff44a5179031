"""What simultaneous instructions cost beyond what each of them costs, and the span of the ladder."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from math import prod
from statistics import fmean
from typing import Any

from ifeval.stats.ladder import span
from ifeval.task import Row

RUNG = "instructions"
"""The tag that says how many instructions a prompt has."""


def composition(rows: Iterable[Row]) -> dict[str, Any]:
    """For each number of instructions: prompts, accuracy (`both`), and what independent demands would give.

    `independent` is the mean over the prompts of the product of their instructions' success rates and of the rate of
    coverage, each rate taken over all rows with that instruction, or all rows. Accuracy below it: the demands get in
    each other's way in this model. `gap` is accuracy minus independent. `instructions` holds those rates: id -> [followed, asked]. `span`: the number of
    instructions at which half of the prompts are `followed`, and at which half are `both`, with intervals.
    """
    scored = [row for row in rows if row.score.checks]
    followed: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    by_count: defaultdict[Any, list[tuple[float, float]]] = defaultdict(list)
    for check in (check for row in scored for check in row.score.checks):
        followed[check.name][0] += check.ok
        followed[check.name][1] += 1
    coverage = fmean(row.score.metrics["covered"] or 0.0 for row in scored) if scored else 0.0
    for row in scored:
        expected = coverage * prod(followed[check.name][0] / followed[check.name][1] for check in row.score.checks)
        by_count[row.tags[RUNG]].append((row.score.metrics["both"] or 0.0, expected))
    return {
        "composition": {str(count): _row(pairs) for count, pairs in sorted(by_count.items())},
        "instructions": dict(sorted(followed.items())),
        "span": spans(scored, ("followed", "both")),
    }


def spans(rows: Iterable[Row], metrics: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The span of each metric over the rows' numbers of instructions; none with fewer than two rungs."""
    rows = list(rows)
    rungs = [int(row.tags[RUNG]) for row in rows]
    if len(set(rungs)) < 2:
        return {}
    items = [row.sample_id for row in rows]
    return {name: asdict(span(rungs, [row.score.metrics[name] or 0.0 for row in rows], items)) for name in metrics}


def _row(pairs: list[tuple[float, float]]) -> dict[str, float]:
    accuracy, independent = (fmean(column) for column in zip(*pairs, strict=True))
    return {"n": len(pairs), "accuracy": accuracy, "independent": independent, "gap": accuracy - independent}
