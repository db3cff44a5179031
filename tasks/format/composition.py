"""What simultaneous constraints cost beyond what each of them costs."""

from collections import defaultdict
from collections.abc import Iterable
from math import prod
from statistics import fmean
from typing import Any

from ifeval.task import Row


def composition(rows: Iterable[Row]) -> dict[str, Any]:
    """For each number of constraints: prompts, accuracy (strict), and what independent instructions would give.

    `independent` is the mean over the prompts of the product of their instructions' success rates, each rate taken
    over all rows with that instruction. Accuracy below it: instructions get in each other's way in this model. `gap`
    is accuracy minus independent. `instructions` holds those rates: id -> [followed, asked].
    """
    prompts = [
        (row.tags["constraints"], row.score.metrics["prompt_strict"], [(v.name, v.ok) for v in row.score.checks])
        for row in rows
        if row.score.checks
    ]
    followed: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for _, _, verdicts in prompts:
        for name, ok in verdicts:
            followed[name][0] += ok
            followed[name][1] += 1
    by_count: defaultdict[Any, list[tuple[float, float]]] = defaultdict(list)
    for count, accuracy, verdicts in prompts:
        expected = prod(followed[name][0] / followed[name][1] for name, _ in verdicts)
        by_count[count].append((accuracy or 0.0, expected))
    return {
        "composition": {str(count): _row(pairs) for count, pairs in sorted(by_count.items())},
        "instructions": dict(sorted(followed.items())),
    }


def _row(pairs: list[tuple[float, float]]) -> dict[str, float]:
    accuracy, independent = (fmean(column) for column in zip(*pairs, strict=True))
    return {"n": len(pairs), "accuracy": accuracy, "independent": independent, "gap": accuracy - independent}
