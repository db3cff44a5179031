"""What one run says about generalisation: by cluster and wording, by rung of each ladder, and how reliably.

Everything is paired by item: an item's four wordings are samples of one item, never independent trials.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ifeval.stats.differences import paired_t_interval
from ifeval.stats.intervals import mean_interval
from ifeval.stats.ladder import span
from ifeval.stats.reliability import worst_of_k
from ifeval.task import Row

from .items import WORDINGS

SHUFFLES = 999
LADDERS = ("steps", "rows", "words")


@dataclass(frozen=True, slots=True)
class Answered:
    """One reply: which item in which wording, and whether it was right (0 or 1)."""

    item: str
    wording: str
    cluster: str
    type: str
    chance: float
    correct: float
    rungs: Mapping[str, int]

    @classmethod
    def of(cls, row: Row) -> "Answered":
        tags = row.tags
        return cls(
            item=str(tags["item"]),
            wording=str(tags["wording"]),
            cluster=str(tags["cluster"]),
            type=str(tags["type"]),
            chance=int(tags["chance_percent"]) / 100,
            correct=row.score.metrics["correct"] or 0.0,
            rungs={ladder: int(tags[ladder]) for ladder in LADDERS if ladder in tags},
        )


def contrasts(answers: Sequence[Answered]) -> dict[str, Any]:
    """The sections of the report; wording and reliability use the items that were answered in every wording."""
    scores = by_item(answers)
    return {
        "clusters": clusters(answers),
        "ladders": ladders(answers),
        "composition": composition(answers),
        **({"wording": wording(scores), "reliability": reliability(scores)} if len(scores) else {}),
    }


def by_item(answers: Sequence[Answered]) -> npt.NDArray[np.float64]:
    """Scores of shape (items, wordings): repeats averaged, items that lack a wording left out."""
    cells: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for answer in answers:
        cells[answer.item][answer.wording].append(answer.correct)
    complete = [cell for cell in cells.values() if len(cell) == len(WORDINGS)]
    return np.array([[np.mean(cell[name]) for name in WORDINGS] for cell in complete], dtype=float)


def clusters(answers: Sequence[Answered]) -> dict[str, Any]:
    """Accuracy of every cluster, with the items as the sampling units, what guessing would give, and each type."""
    groups: dict[str, list[Answered]] = defaultdict(list)
    for answer in answers:
        groups[answer.cluster].append(answer)
    return {
        name: {
            **_accuracy(group),
            "chance": float(np.mean([answer.chance for answer in group])),
            "types": {
                kind: float(np.mean([answer.correct for answer in group if answer.type == kind]))
                for kind in sorted({answer.type for answer in group})
            },
        }
        for name, group in sorted(groups.items())
    }


def wording(scores: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Each wording's accuracy, its difference from the same items' mean, and the spread from best to worst.

    The best and the worst of four differ even where wording has no effect; `spread_by_chance` and `spread_p` come
    from shuffling every item's scores over its wordings.
    """
    means = scores.mean(axis=0)
    spread = float(np.ptp(means))
    rng = np.random.default_rng(0)
    shuffled = np.array([np.ptp(rng.permuted(scores, axis=1).mean(axis=0)) for _ in range(SHUFFLES)])
    own = scores - scores.mean(axis=1, keepdims=True)
    return {
        "accuracy": {name: mean_interval(scores[:, k]).to_json() for k, name in enumerate(WORDINGS)},
        "difference": {name: paired_t_interval(own[:, k]).to_json() for k, name in enumerate(WORDINGS)},
        "worst": WORDINGS[int(means.argmin())],
        "spread": spread,
        "spread_by_chance": float(shuffled.mean()),
        "spread_p": float((1 + (shuffled >= spread - 1e-12).sum()) / (1 + SHUFFLES)),
    }


def ladders(answers: Sequence[Answered]) -> dict[str, Any]:
    """Each ladder's span (the size at which half succeed, items as sampling units) and the accuracy of its rungs."""
    table = {}
    for ladder in LADDERS:
        climbed = [answer for answer in answers if ladder in answer.rungs]
        sizes = [answer.rungs[ladder] for answer in climbed]
        if len(set(sizes)) < 2:
            continue
        found = span(sizes, [answer.correct for answer in climbed], clusters=[answer.item for answer in climbed])
        table[ladder] = {"span": found.to_json(), "rungs": _rungs(climbed, ladder)}
    return table


def _rungs(answers: Sequence[Answered], ladder: str) -> dict[str, Any]:
    sizes = sorted({answer.rungs[ladder] for answer in answers})
    return {str(size): _accuracy([one for one in answers if one.rungs[ladder] == size]) for size in sizes}


def composition(answers: Sequence[Answered]) -> dict[str, Any]:
    """Accuracy by steps of a procedure, and what steps that fail independently would give: (one step)^steps."""
    steps = [answer for answer in answers if answer.cluster == "procedures" and "steps" in answer.rungs]
    table = _rungs(steps, "steps")
    if "1" not in table:
        return {}
    single = table["1"]
    return {
        steps: {**row, "predicted": {key: single[key] ** int(steps) for key in ("value", "low", "high")}}
        for steps, row in table.items()
    }


def reliability(scores: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Over the wordings of an item: mean, any right, all right, and the expected worst of 2, 3, ... of them."""
    k = scores.shape[1]
    return {
        "items": len(scores),
        "cousins": k,
        "mean": float(scores.mean()),
        "any": mean_interval(scores.max(axis=1)).to_json(),
        "all": mean_interval(scores.min(axis=1)).to_json(),
        "worst_of": {str(n): float(np.mean([worst_of_k(item, n) for item in scores])) for n in range(2, k + 1)},
    }


def _accuracy(answers: Sequence[Answered]) -> dict[str, Any]:
    return mean_interval([a.correct for a in answers], clusters=[a.item for a in answers]).to_json()
