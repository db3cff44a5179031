"""A mean of several tasks' or families' differences, each a stratum with prompts of its own: interval and normal test.

Normal tests on the sum of the strata's variances. A boolean stratum has one loss and one win added (Bonett and Price
2012), so that a few prompts without a discordant pair are not taken for certainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ifeval.stats.interval import Interval
from ifeval.stats.intervals import normal_quantile


@dataclass(frozen=True, slots=True)
class Stratum:
    """A task's difference, the variance of that estimate, and the number of independent units behind it."""

    estimate: float
    variance: float
    n: int


def boolean_stratum(losses: int, wins: int, n: int) -> Stratum:
    """A stratum of n right-or-wrong pairs, n > 0."""
    discordance, difference = (losses + wins + 2) / (n + 2), (wins - losses) / (n + 2)
    return Stratum((wins - losses) / n, (discordance - difference**2) / (n + 2), n)


def score_stratum(differences: npt.ArrayLike) -> Stratum:
    """A stratum of per-unit differences of scores in [0, 1], shape (n,), n > 0; at least the variance of 2 / (n + 2)."""
    d = np.asarray(differences, dtype=float)
    n = len(d)
    spread = float(d.var(ddof=1)) / n if n > 1 else 1.0
    return Stratum(float(d.mean()), max(spread, 2 / (n + 2) ** 2), n)


def stratified_interval(
    strata: Sequence[Stratum], level: float = 0.95, shares: Sequence[float] | None = None
) -> Interval:
    """Interval of the mean of the strata's differences; without shares each counts alike."""
    if not strata:
        return Interval(nan, -1.0, 1.0, 0, "stratified")
    estimate = _mean(strata, shares)
    half = normal_quantile((1 + level) / 2) * standard_error(strata, shares)
    n = sum(stratum.n for stratum in strata)
    return Interval(estimate, max(-1.0, estimate - half), min(1.0, estimate + half), n, "stratified")


def stratified_p(strata: Sequence[Stratum], null: float = 0.0) -> float:
    """p of H0: the mean difference is `null` or less. `1 - p` is the p of the other side."""
    if not strata:
        return 1.0
    return float(ndtr((null - _mean(strata, None)) / standard_error(strata)))


def standard_error(strata: Sequence[Stratum], shares: Sequence[float] | None = None) -> float:
    """The standard error of the mean of the strata's differences."""
    weights = _weights(strata, shares)
    return sqrt(sum(weight**2 * stratum.variance for weight, stratum in zip(weights, strata, strict=True)))


def _mean(strata: Sequence[Stratum], shares: Sequence[float] | None) -> float:
    return sum(weight * stratum.estimate for weight, stratum in zip(_weights(strata, shares), strata, strict=True))


def _weights(strata: Sequence[Stratum], shares: Sequence[float] | None) -> list[float]:
    given = [1.0] * len(strata) if shares is None else list(shares)
    return [share / sum(given) for share in given]
