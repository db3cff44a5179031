"""Bootstrap intervals of a mean: resample prompts, never single checks; seeded, so the same data give the same bars.

BCa is the interval of a score's mean over 20 to 99 prompts (`mean_interval`). On skewed scores it covers more often
than Student's t there; the percentile interval does not, and is for those who want clusters of unequal size resampled.
Sources: Efron 1987 (bias-corrected and accelerated); Field and Welsh 2007 (resampling whole clusters).
"""

from math import nan

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from ifeval.stats.interval import FloatArray, Interval

CHUNK = 1 << 21


def bca_interval(values: npt.ArrayLike, level: float = 0.95, resamples: int = 9999, seed: int = 0) -> Interval:
    """BCa interval of the mean of independent values, shape (n,): per-prompt scores or paired differences."""
    x = np.asarray(values, dtype=float)
    return _interval("bca", x, np.ones(len(x)), level, resamples, seed)


def cluster_bootstrap(
    sums: npt.ArrayLike, counts: npt.ArrayLike, level: float = 0.95, resamples: int = 9999, seed: int = 0
) -> Interval:
    """Percentile interval of sum(sums) / sum(counts), resampling clusters; both of shape (clusters,), counts > 0."""
    return _interval(
        "cluster bootstrap", np.asarray(sums, dtype=float), np.asarray(counts, dtype=float), level, resamples, seed
    )


def _interval(method: str, sums: FloatArray, counts: FloatArray, level: float, resamples: int, seed: int) -> Interval:
    """Data without spread has no bootstrap distribution: the interval is then the point itself."""
    n = len(sums)
    if n == 0:
        return Interval(nan, nan, nan, 0, method)
    estimate = float(sums.sum() / counts.sum())
    means = resampled_ratios(sums, counts, resamples, seed)
    if means.max() - means.min() < 1e-12:
        return Interval(estimate, estimate, estimate, n, method)
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if method == "bca":
        tails = _bca_tails(tails, sums, means, estimate)
    low, high = np.quantile(means, tails)
    return Interval(estimate, float(low), float(high), n, method)


def resampled_ratios(sums: FloatArray, counts: FloatArray, resamples: int, seed: int) -> FloatArray:
    """sum(sums) / sum(counts) of `resamples` draws of n clusters with replacement, shape (resamples,)."""
    rng = np.random.default_rng(seed)
    n = len(sums)
    rows = max(1, CHUNK // n)
    blocks = []
    for start in range(0, resamples, rows):
        drawn = rng.integers(0, n, (min(rows, resamples - start), n))
        blocks.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(blocks)


def _bca_tails(tails: FloatArray, values: FloatArray, means: FloatArray, estimate: float) -> FloatArray:
    """The percentiles to read instead of `tails`: shifted by the median's bias and the jackknife's skew."""
    below = ((means < estimate).mean() + (means <= estimate).mean()) / 2
    bias = ndtri(np.clip(below, 1 / (len(means) + 1), 1 - 1 / (len(means) + 1)))
    deviations = values - values.mean()
    acceleration = (deviations**3).sum() / (6 * (deviations**2).sum() ** 1.5)
    z = bias + ndtri(tails)
    return np.asarray(ndtr(bias + z / (1 - acceleration * z)))
