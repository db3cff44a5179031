"""Confidence intervals of one score: a share of prompts, a share of checks clustered in prompts, a mean in [0, 1].

Never the Wald interval: at 10/10 it is [1, 1]. Sources: Wilson 1927; Brown, Cai and DasGupta 2001 (Jeffreys);
Clopper and Pearson 1934 (exact); Miller 2024, arXiv 2411.00640, section 2.2 (clusters), with the C/(C-1) correction;
Korn and Graubard 1998 (an interval for a proportion on the effective sample size of clustered data).
scipy is imported where a quantile needs it, so that a summary of plain booleans costs nothing to load.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isfinite, nan, sqrt
from statistics import NormalDist

import numpy as np

from ifeval.stats.interval import ArrayLike, FloatArray, Interval

FEW_CLUSTERS = 30
EXTREME = 0.05
RESAMPLED = range(20, 100)
"""Numbers of prompts whose mean score is resampled: with fewer, BCa covers no better than Student's t."""


def normal_quantile(probability: float) -> float:
    """The standard normal quantile, as scipy's `norm.ppf`, for 0 < probability < 1."""
    return NormalDist().inv_cdf(probability)


def wilson(successes: float, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval for `successes` of `n` independent trials; right at 0/n and at n/n."""
    return _proportion("wilson", successes, n, lambda p: _wilson_bounds(p, n, _z(level)))


def jeffreys(successes: float, n: int, level: float = 0.95) -> Interval:
    """Equal-tailed posterior interval under Jeffreys' prior Beta(1/2, 1/2)."""
    return _proportion("jeffreys", successes, n, lambda _: _beta_bounds(successes, n, level, prior=0.5))


def beta(successes: float, n: int, level: float = 0.95) -> Interval:
    """Equal-tailed posterior interval under the uniform prior Beta(1, 1) (Bowyer et al. 2025, arXiv 2503.01747)."""
    return _proportion("beta", successes, n, lambda _: _beta_bounds(successes, n, level, prior=1.0))


def exact(successes: float, n: int, level: float = 0.95) -> Interval:
    """Clopper and Pearson's interval: covers at least `level`, usually more."""

    def bounds(_: float) -> tuple[float, float]:
        from scipy.special import betaincinv

        tail = (1 - level) / 2
        low = betaincinv(successes, n - successes + 1, tail) if successes > 0 else 0.0
        high = betaincinv(successes + 1, n - successes, 1 - tail) if successes < n else 1.0
        return float(low), float(high)

    return _proportion("exact", successes, n, bounds)


def clustered_ratio(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> Interval:
    """Sum of `successes` over sum of `trials`, with one cluster per entry: checks in prompts, repeats of a prompt.

    successes, trials: shape (clusters,), 0 <= successes <= trials; clusters without a trial are left out.
    Clustered standard error (Miller 2024 with C/(C-1)) and Student's t with C-1 degrees of freedom; with fewer than
    30 clusters, or a share outside [.05, .95], Wilson's interval on the effective sample size instead. One trial a
    cluster is the plain Wilson interval.
    """
    s, m = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    s, m = s[m > 0], m[m > 0]
    clusters, total = len(m), float(m.sum())
    if total == clusters and np.isin(s, (0.0, 1.0)).all():
        return wilson(float(s.sum()), clusters, level)
    p = float(s.sum()) / total
    variance = clustered_variance(s - p * m, total)
    independent = p * (1 - p) / total
    design_effect = variance / independent if independent > 0 and isfinite(variance) else 1.0
    quantile = _t(clusters - 1, level) if clusters > 1 else _z(level)
    if clusters >= FEW_CLUSTERS and EXTREME <= p <= 1 - EXTREME and variance > 0:
        half = quantile * sqrt(variance)
        return Interval(p, max(0.0, p - half), min(1.0, p + half), clusters, "clustered t", design_effect)
    effective = _effective_n(p, variance, clusters, total)
    low, high = _wilson_bounds(p, effective, quantile)
    return Interval(p, low, high, clusters, "wilson on effective n", design_effect)


def mean_interval(values: ArrayLike, level: float = 0.95, clusters: Sequence[object] | None = None) -> Interval:
    """Interval of the mean of scores in [0, 1]; NaN marks a score that does not apply and is left out.

    values: shape (n,). clusters: the prompt of each value where a prompt has several (repeats), else None.
    Values that are all 0 or 1 get Wilson's interval (`clustered_ratio` with clusters). Of others, 20 to 99 prompts are
    resampled (BCa; with as many repeats each, on their means), because skewed scores of so few are not normal in the
    mean; the rest get Student's t on the clustered standard error, clipped to [0, 1]. Where the spread says nothing (one prompt, all values equal),
    Wilson's interval with the mean as the share: wider than any other score in [0, 1] would need.
    """
    x = np.asarray(values, dtype=float)
    applies = ~np.isnan(x)
    x = x[applies]
    boolean = bool(np.isin(x, (0.0, 1.0)).all())
    if clusters is None:
        if boolean:
            return wilson(float(x.sum()), len(x), level)
        sums, counts = x, np.ones(len(x))
    else:
        sums, counts = cluster_sums(x, [c for c, keep in zip(clusters, applies, strict=True) if keep])
        if boolean:
            return clustered_ratio(sums, counts, level)
    n, total = len(sums), float(counts.sum())
    mean = float(sums.sum()) / total
    variance = clustered_variance(sums - mean * counts, total)
    if n < 2 or variance < 1e-24:
        low, high = _wilson_bounds(mean, n, _z(level))
        return Interval(mean, low, high, n, "wilson")
    naive = float(x.var(ddof=1)) / total
    if n in RESAMPLED and (counts == counts[0]).all():
        from ifeval.stats.bootstrap import bca_interval

        return replace(bca_interval(sums / counts, level), design_effect=variance / naive)
    half = _t(n - 1, level) * sqrt(variance)
    return Interval(mean, max(0.0, mean - half), min(1.0, mean + half), n, "t", variance / naive)


def cluster_sums(values: FloatArray, clusters: Sequence[object]) -> tuple[FloatArray, FloatArray]:
    """(sum, count) of the values of each cluster, clusters in the order they first appear."""
    numbers: dict[object, int] = {}
    index = np.fromiter((numbers.setdefault(c, len(numbers)) for c in clusters), dtype=np.intp, count=len(values))
    return np.bincount(index, weights=values).astype(np.float64), np.bincount(index).astype(np.float64)


def clustered_variance(residuals: ArrayLike, total: float) -> float:
    """Variance of a ratio from its residual sums per cluster: C/(C-1) * sum(r^2) / total^2; NaN with one cluster.

    residuals: shape (clusters,), sum over the cluster of (value - overall mean). total: number of values.
    """
    r = np.asarray(residuals, dtype=float)
    if len(r) < 2:
        return nan
    return float(len(r) / (len(r) - 1) * (r @ r) / total**2)


def _effective_n(p: float, variance: float, clusters: int, total: float) -> float:
    """How many independent trials carry as much as the clusters do: never more than the trials, nor less than one.

    All right or all wrong shows no spread at all: then each cluster counts once.
    """
    if clusters < 2 or p in (0.0, 1.0):
        return float(clusters)
    return min(total, max(1.0, p * (1 - p) / variance)) if variance > 0 else total


def _proportion(method: str, successes: float, n: int, bounds: Callable[[float], tuple[float, float]]) -> Interval:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} trials")
    if n == 0:
        return Interval(nan, 0.0, 1.0, 0, method)
    return Interval(successes / n, *bounds(successes / n), n, method)


def _wilson_bounds(p: float, n: float, z: float) -> tuple[float, float]:
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (max(0.0, centre - half) if p > 0 else 0.0), (min(1.0, centre + half) if p < 1 else 1.0)


def _beta_bounds(successes: float, n: int, level: float, prior: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low, high = betaincinv(successes + prior, n - successes + prior, [tail, 1 - tail])
    return float(low), float(high)


def _z(level: float) -> float:
    return normal_quantile((1 + level) / 2)


def _t(degrees: int, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + level) / 2))
