"""Non-inferiority of any scores, clustered or in strata: Tango's score test, carried over from booleans.

A plain standard error is estimated where the data are, not where the hypothesis is; where little changes it is too
small, and a candidate exactly at the margin passes too often. Tango (1998) takes the variance that the data would have
if the hypothesis held: the probabilities of loss, tie and win that make the data most likely among those with that
difference. Here the same is done for differences of any size: every observed difference keeps a probability, which is
tilted until the mean difference is the hypothetical one, and a difference of -1 may get some even if none was seen (the
empirical likelihood of Owen 1988, Biometrika 75:237). On booleans it is Tango's statistic, digit by digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr

from ifeval.stats.interval import FloatArray

DOUBLINGS = 60
NEWTON = 100


@dataclass(frozen=True, slots=True)
class Units:
    """The differences of one group of independent units, candidate minus baseline, and the group's share of the mean.

    differences: shape (n,), in [-1, 1]. share: in (0, 1]; those of all groups add up to 1. exchangeable: under "no
    difference" each difference is as likely as its negative, which holds where both runs answered equally often.
    """

    differences: FloatArray
    share: float = 1.0
    exchangeable: bool = True


def weighted_mean(groups: Sequence[Units]) -> float:
    """The mean of the groups' mean differences by their shares; NaN without a unit."""
    known = [(group.share, float(group.differences.mean())) for group in groups if len(group.differences)]
    total = sum(share for share, _ in known)
    return sum(share * mean for share, mean in known) / total if known else float("nan")


def score_z(groups: Sequence[Units], null: float) -> float:
    """The score statistic of H0: the weighted mean difference is `null` or less, -1 < null < 1; 0 without a unit.

    Large where the mean is above. With a mean below `null` the statistic is negative and its size unimportant.
    """
    distance, error = distance_and_error(groups, null)
    return distance / error if error > 0 else 0.0


def distance_and_error(groups: Sequence[Units], null: float) -> tuple[float, float]:
    """How far the weighted mean is above `null`, and its standard error under the hypothesis; (0, 0) without a unit."""
    known = [_Tilted(group) for group in groups if len(group.differences)]
    total = sum(group.share for group in known)
    if not known or total == 0:
        return 0.0, 0.0
    distance = weighted_mean(groups) - null
    tilt = _tilt(known, null * total) if distance > 0 else 0.0
    variance = sum((group.share / total) ** 2 / group.n * group.moments(tilt)[1] for group in known)
    return distance, sqrt(variance)


def score_p(groups: Sequence[Units], null: float) -> float:
    """One-sided p of H0: the weighted mean difference is `null` or less."""
    return float(ndtr(-score_z(groups, null)))


class _Tilted:
    """One group's differences as values and counts, and their most likely distribution under a tilt."""

    def __init__(self, group: Units) -> None:
        values, counts = np.unique(group.differences, return_counts=True)
        self.seen: list[tuple[float, int]] = list(zip(values.tolist(), counts.tolist(), strict=True))
        self.share, self.n = group.share, len(group.differences)

    def moments(self, tilt: float) -> tuple[float, float]:
        """(mean, variance) of the distribution whose probabilities are proportional to 1 / (level + slope * value).

        `level` makes them add up to one; where even the lowest level that -1 allows gives less, -1 gets the rest.
        """
        slope = tilt * self.share
        level = self._level(slope)
        weights = [(value, count / (level + slope * value)) for value, count in self.seen]
        rest = max(0.0, 1 - sum(weight for _, weight in weights))
        mean = sum(weight * value for value, weight in weights) - rest
        variance = sum(weight * (value - mean) ** 2 for value, weight in weights) + rest * (1 + mean) ** 2
        return mean, variance

    def _level(self, slope: float) -> float:
        """By Newton's method from below: no probability is above one there, and the sum is convex in the level."""
        lowest = slope + 1e-9 * self.n
        level = max(lowest, *(count - slope * value for value, count in self.seen))
        for _ in range(NEWTON):
            terms = [count / (level + slope * value) for value, count in self.seen]
            excess = sum(terms) - 1
            if excess <= 1e-14:
                break
            level += excess / sum(term * term / count for term, (_, count) in zip(terms, self.seen, strict=True))
        return level


def _tilt(groups: Sequence[_Tilted], mean: float) -> float:
    """The tilt at which the groups' means, by share, add up to `mean`; they fall as the tilt grows."""

    def above(tilt: float) -> float:
        return sum(group.share * group.moments(tilt)[0] for group in groups) - mean

    high = float(sum(group.n for group in groups))
    for _ in range(DOUBLINGS):
        if above(high) <= 0:
            break
        high *= 2
    return float(brentq(above, 0.0, high, xtol=1e-9 * high, rtol=1e-12)) if above(high) <= 0 else high


def as_units(differences: npt.ArrayLike) -> Units:
    """One group of exchangeable differences that is the whole mean."""
    return Units(np.asarray(differences, dtype=np.float64))
