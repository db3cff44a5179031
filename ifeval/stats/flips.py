"""Is the candidate worse? The sign-flip test, exact: under "no difference" each unit's difference is as likely as its
negative, so the sum of the losses is a sum of independent fair coins, one per unit that changed.

On booleans this is McNemar's exact test. Differences of a cluster's mean (an item of four wordings: -1, -.75 ... 1) are
whole numbers in a unit of their own, so the distribution of the sum is computed and not drawn at random; scores are
rounded to a 200th first, alike in both directions, which keeps the test exact.
Sources: Fisher 1935; McNemar 1947; Lancaster 1961 (mid-p); Stallard and Todd 2000 (spending at planned looks).
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy.special import ndtr, stdtr

from ifeval.stats.interval import FloatArray
from ifeval.stats.score_test import Units

DENOMINATORS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 30, 32, 40, 48, 60)
FINEST = 200
AFFORDABLE = 4e8
"""Steps of the exact distribution (units that changed times what their losses can add up to) that are a second's work;
beyond, so many units changed that the normal distribution is as good."""
FEW_CHANGED = 10
"""Where fewer units than this changed, p is the exact one and not mid-p."""


def whole_numbers(differences: FloatArray) -> FloatArray:
    """The differences in a unit in which they are whole; rounded to a 200th where there is no coarse one."""
    for denominator in DENOMINATORS:
        scaled = differences * denominator
        whole = np.rint(scaled)
        if np.abs(scaled - whole).max(initial=0.0) < 1e-6:
            return np.asarray(whole)
    return np.asarray(np.rint(differences * FINEST))


class Flips:
    """The distribution of the sum of losses under fair coins, over units that come in one after the other."""

    def __init__(self) -> None:
        self.mass = np.ones(1)  # P(the losses add up to this, and no look has ended the test)
        self.lost = 0
        self.changed = 0

    def add(self, differences: Sequence[int]) -> None:
        """Further units' differences, whole numbers; a unit that did not change says nothing."""
        for difference in differences:
            if difference:
                size = abs(difference)
                heads = np.zeros(len(self.mass) + size)
                heads[size:] = self.mass
                heads[: len(self.mass)] += self.mass
                self.mass = heads / 2
                self.changed += 1
                self.lost += size * (difference < 0)

    def tail(self) -> FloatArray:
        """P(at least so many lost), for every number from 0 on."""
        return np.asarray(np.cumsum(self.mass[::-1])[::-1])

    def p(self, exact: bool = False) -> float:
        """One-sided p of "not worse": mid-p, exact below ten units that changed; 1 where none did."""
        if not self.changed:
            return 1.0
        point = 0.0 if exact or self.changed < FEW_CHANGED else 0.5 * float(self.mass[self.lost])
        return min(1.0, float(self.tail()[self.lost]) - point)


def worse_p(groups: Sequence[Units], exact: bool = False) -> float:
    """One-sided p of H0: the weighted mean difference is not below 0; small where it is. 1 where nothing changed.

    mid-p from ten units that changed on; always the exact p with `exact`.
    Exact where the groups weigh their units alike and answered equally often. Groups of unlike weight, and very many
    units, are tested by the normal approximation of the same flips; unequal numbers of answers by Student's t, since
    flips do not apply there.
    """
    known = [group for group in groups if len(group.differences)]
    if not any(group.differences.any() for group in known):
        return 1.0
    if not all(group.exchangeable for group in known):
        return _t_p(known)
    sizes = whole_numbers(np.concatenate([group.differences for group in known])) if same_weights(known) else None
    if sizes is None or np.count_nonzero(sizes) * np.abs(sizes).sum() > AFFORDABLE:
        weights = [group.share / len(group.differences) for group in known]
        moved = sum(weight * float(group.differences.sum()) for weight, group in zip(weights, known, strict=True))
        spread = sum(
            weight**2 * float(group.differences @ group.differences)
            for weight, group in zip(weights, known, strict=True)
        )
        return float(ndtr(moved / sqrt(spread)))
    flips = Flips()
    flips.add(sizes.astype(int).tolist())
    return flips.p(exact)


def same_weights(groups: Sequence[Units]) -> bool:
    """Does every unit weigh alike, whatever its group?"""
    weights = [group.share / len(group.differences) for group in groups if len(group.differences)]
    return not weights or max(weights) - min(weights) <= 1e-9 * max(weights)


def _t_p(groups: Sequence[Units]) -> float:
    """Student's t of the weighted mean, by the groups' own variances."""
    sizes = [len(group.differences) for group in groups]
    if min(sizes) < 2:
        return 1.0
    moved = sum(group.share * float(group.differences.mean()) for group in groups)
    spread = sum(
        group.share**2 * float(group.differences.var(ddof=1)) / n for group, n in zip(groups, sizes, strict=True)
    )
    return float(stdtr(sum(sizes) - len(sizes), moved / sqrt(spread))) if spread > 0 else float(moved >= 0)
