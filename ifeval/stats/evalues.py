"""Evidence that may be looked at whenever one likes: e-values on paired boolean outcomes, and their interval.

Each prompt is a bet against the null hypothesis; under it the wealth's expectation never grows, so wealth 1/alpha is
reached with probability alpha at most, at any time and under any stopping rule (Ville's inequality). The value
depends on counts only. Price: at a fixed number of prompts these find less than McNemar's test, so the gate plans its
looks (`sequential`) and prints these beside.
Sources: Waudby-Smith and Ramdas 2024, JRSS B 86:1 (betting); Ramdas et al. 2023, Statistical Science 38:576.
"""

from math import exp, nan

import numpy as np

from ifeval.stats.interval import FloatArray, Interval

BETS = np.array([0.1, 0.2, 0.3, 0.45, 0.6])
NODES, WEIGHTS = np.polynomial.legendre.leggauss(512)


def regression_e_value(losses: int, wins: int) -> float:
    """Evidence against H0: the candidate is not worse. The mean wealth over a grid of bets on "loss"."""
    return _exp(_log_mean(losses * np.log1p(BETS) + wins * np.log1p(-BETS)))


def beta_mixture_e_value(losses: int, wins: int) -> float:
    """Evidence against the same H0, betting on P(loss | discordant) spread evenly over (1/2, 1): Beta(1, 1) cut off."""
    share = 0.75 + 0.25 * NODES
    log_wealth = losses * np.log(2 * share) + wins * np.log(2 * (1 - share))
    return _exp(np.logaddexp.reduce(log_wealth + np.log(WEIGHTS / 2)))


def noninferiority_e_value(losses: int, wins: int, n: int, margin: float) -> float:
    """Evidence against H0: the difference is -margin or lower, -1 < margin < 1: bets that win on wins."""
    return _exp(_log_wealth_above(losses, wins, n, -margin))


def confidence_sequence(losses: int, wins: int, n: int, level: float = 0.95) -> Interval:
    """Interval of the difference that holds at every look at once: all differences no bet has refuted."""
    if n == 0:
        return Interval(nan, -1.0, 1.0, 0, "confidence sequence")
    estimate, threshold = (wins - losses) / n, float(np.log(2 / (1 - level)))
    low = _lowest_unrefuted(losses, wins, n, threshold)
    high = -_lowest_unrefuted(wins, losses, n, threshold)
    return Interval(estimate, min(low, estimate), max(high, estimate), n, "confidence sequence")


def _log_wealth_above(losses: int, wins: int, n: int, null: float) -> float:
    """Log of the mean wealth of bets that the difference exceeds `null`; a bet never risks more than 99 percent."""
    bets = np.minimum(BETS, 0.99 / (1 + null))
    logs = (
        wins * np.log1p(bets * (1 - null))
        + (n - wins - losses) * np.log1p(-bets * null)
        + losses * np.log1p(-bets * (1 + null))
    )
    return _log_mean(logs)


def _lowest_unrefuted(losses: int, wins: int, n: int, threshold: float) -> float:
    low, high = -1 + 1e-9, min((wins - losses) / n, 1 - 1e-9)
    if _log_wealth_above(losses, wins, n, low) < threshold:
        return -1.0
    for _ in range(50):
        middle = (low + high) / 2
        if _log_wealth_above(losses, wins, n, middle) >= threshold:
            low = middle
        else:
            high = middle
    return low


def _log_mean(logs: FloatArray) -> float:
    return float(np.logaddexp.reduce(logs) - np.log(len(logs)))


def _exp(log_wealth: float) -> float:
    """The wealth, capped near 1e300 where it has no float."""
    return exp(min(float(log_wealth), 690.0))
