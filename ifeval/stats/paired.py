"""Two runs on the same prompts, one boolean outcome each: tests and intervals from four counts.

losses: prompts that the baseline gets right and the candidate wrong. wins: the reverse. n: all prompts.
The difference is candidate minus baseline, (wins - losses) / n; `discordance` is (losses + wins) / n.
Tests take ints or arrays of counts (broadcast) and return floats or arrays. Without a discordant pair p is 1.

Sources: McNemar 1947; Fagerland, Lydersen and Laake 2013 (mid-p); Tango 1998, Statistics in Medicine 17:891 (score
interval and non-inferiority); Newcombe 1998, Statistics in Medicine 17:2635 (method 10); Bonett and Price 2012.
"""

from math import nan, sqrt
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import betainc, gammaln, ndtr

from ifeval.stats.interval import Interval
from ifeval.stats.intervals import normal_quantile, wilson

Alternative = Literal["worse", "better", "two-sided"]
Counts = int | npt.NDArray[np.int64]


def mcnemar_p(losses: Counts, wins: Counts, alternative: Alternative = "two-sided", exact: bool = False) -> Any:
    """McNemar's conditional test of "no difference": mid-p by default, the exact binomial p with `exact`.

    `worse` is the one-sided test whose rejection is a regression. The exact test is conservative (size near .04 at
    541 prompts), mid-p is close to its level.
    """
    lost, won = np.asarray(losses), np.asarray(wins)
    total = lost + won
    if alternative == "two-sided":
        few = np.minimum(lost, won)
        point = np.where(2 * few == total, 0.5, 1.0) * fair_coin_pmf(few, total)
        p = np.minimum(1.0, 2 * _binomial_tail(total - few, total)) - (not exact) * point
    else:
        many = lost if alternative == "worse" else won
        p = _binomial_tail(many, total) - (not exact) * 0.5 * fair_coin_pmf(many, total)
    return np.where(total == 0, 1.0, p)[()]


def tango_z(losses: Counts, wins: Counts, n: Counts, excess: float) -> Any:
    """Tango's score statistic of H0: P(loss) - P(win) = `excess`, -1 < excess < 1; large when losses exceed it.

    At excess 0 it is McNemar's z.
    """
    lost, won, size = np.asarray(losses, float), np.asarray(wins, float), np.asarray(n, float)
    a = 2 * size
    b = -lost - won + (2 * size - lost + won) * excess
    c = -won * excess * (1 - excess)
    win_rate = (np.sqrt(np.maximum(b * b - 4 * a * c, 0)) - b) / np.where(a > 0, 2 * a, 1)
    variance = size * (2 * win_rate + excess * (1 - excess))
    distance = lost - won - size * excess
    return np.where(variance > 0, distance / np.sqrt(np.where(variance > 0, variance, 1)), 0.0)[()]


def noninferiority_p(losses: Counts, wins: Counts, n: Counts, margin: float) -> Any:
    """One-sided p of H0: the candidate is worse by `margin` or more (0 < margin < 1), by Tango's score test."""
    return ndtr(tango_z(losses, wins, n, margin))[()]


def equivalence_p(losses: int, wins: int, n: int, margin: float) -> float:
    """Two one-sided tests: p of H0: the difference is at least `margin` in either direction (Schuirmann 1987)."""
    return float(max(noninferiority_p(losses, wins, n, margin), noninferiority_p(wins, losses, n, margin)))


def tango_interval(losses: int, wins: int, n: int, level: float = 0.95) -> Interval:
    """Tango's score interval of the difference: all differences that the score test does not reject."""
    if n == 0:
        return Interval(nan, -1.0, 1.0, 0, "tango")
    estimate, z = (wins - losses) / n, normal_quantile((1 + level) / 2)
    low = -_largest_excess(losses, wins, n, z)
    high = _largest_excess(wins, losses, n, z)
    return Interval(estimate, min(low, estimate), max(high, estimate), n, "tango")


def bonett_price_interval(losses: int, wins: int, n: int, level: float = 0.95) -> Interval:
    """Bonett and Price's adjusted Wald interval: one loss and one win added."""
    if n == 0:
        return Interval(nan, -1.0, 1.0, 0, "bonett-price")
    lost, won = (losses + 1) / (n + 2), (wins + 1) / (n + 2)
    half = normal_quantile((1 + level) / 2) * sqrt((lost + won - (won - lost) ** 2) / (n + 2))
    return Interval((wins - losses) / n, max(-1.0, won - lost - half), min(1.0, won - lost + half), n, "bonett-price")


def newcombe_interval(both: int, losses: int, wins: int, neither: int, level: float = 0.95) -> Interval:
    """Newcombe's method 10: the two runs' Wilson intervals combined with their correlation."""
    n = both + losses + wins + neither
    if n == 0:
        return Interval(nan, -1.0, 1.0, 0, "newcombe")
    new, old = wilson(both + wins, n, level), wilson(both + losses, n, level)
    phi = _newcombe_phi(both, losses, wins, neither)
    estimate = new.estimate - old.estimate
    low = _combine(new.estimate - new.low, old.high - old.estimate, phi)
    high = _combine(new.high - new.estimate, old.estimate - old.low, phi)
    return Interval(estimate, estimate - low, estimate + high, n, "newcombe")


def fair_coin_pmf(k: Any, total: Any) -> Any:
    """P(X = k) for X ~ Binomial(total, 1/2)."""
    return np.exp(gammaln(total + 1) - gammaln(k + 1) - gammaln(total - k + 1) - total * np.log(2))


def _binomial_tail(k: Any, total: Any) -> Any:
    """P(X >= k) for X ~ Binomial(total, 1/2)."""
    return np.where(k > 0, betainc(np.maximum(k, 1), total - np.maximum(k, 1) + 1, 0.5), 1.0)


def _largest_excess(losses: int, wins: int, n: int, z: float) -> float:
    """The largest loss excess whose score statistic is above -z: the statistic falls as excess grows."""

    def above(excess: float) -> float:
        return float(tango_z(losses, wins, n, excess)) + z

    low, high = max((losses - wins) / n, -1 + 1e-12), 1.0 - 1e-12
    return 1.0 if losses == n or above(high) > 0 else float(brentq(above, low, high, xtol=1e-12))


def _newcombe_phi(both: int, losses: int, wins: int, neither: int) -> float:
    margins = (both + losses) * (wins + neither) * (both + wins) * (losses + neither)
    if margins == 0:
        return 0.0
    product = both * neither - losses * wins
    corrected = max(product - (both + losses + wins + neither) / 2, 0) if product > 0 else product
    return corrected / sqrt(margins)


def _combine(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))
