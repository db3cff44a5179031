"""Several answers to one prompt: at least one right, all right, the worst of them, how often two disagree.

Functions of one prompt's counts or scores; average the results over prompts and give them a `mean_interval`.
Sources: Chen et al. 2021, arXiv 2107.03374 (pass@k); Yao et al. 2024, arXiv 2406.12045 (pass^k).
"""

import numpy as np
import numpy.typing as npt

from ifeval.stats.interval import FloatArray


def pass_at_k(n: npt.ArrayLike, right: npt.ArrayLike, k: int) -> FloatArray:
    """Chance that at least one of k answers, drawn from n of which `right` are right, is right; NaN where n < k."""
    n, right = np.asarray(n, dtype=float), np.asarray(right, dtype=float)
    return 1 - _all_from(n, n - right, k)


def pass_hat_k(n: npt.ArrayLike, right: npt.ArrayLike, k: int) -> FloatArray:
    """Chance that all k answers, drawn from n of which `right` are right, are right (pass^k); NaN where n < k."""
    return _all_from(np.asarray(n, dtype=float), np.asarray(right, dtype=float), k)


def worst_of_k(scores: npt.ArrayLike, k: int) -> float:
    """Expected lowest of k scores drawn without replacement from one prompt's `scores`; NaN with fewer than k."""
    ascending = np.sort(np.asarray(scores, dtype=float))
    n = len(ascending)
    if k < 1 or n < k:
        return float("nan")
    at_least = pass_hat_k(np.full(n + 1, n), n - np.arange(n + 1), k)
    return float(ascending @ -np.diff(at_least))


def disagreement(n: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    """Chance that two different answers of one prompt disagree; NaN with fewer than two answers.

    Its mean over prompts is the discordance of a model with itself: the noise floor of a comparison.
    """
    n, right = np.asarray(n, dtype=float), np.asarray(right, dtype=float)
    pairs = n * (n - 1)
    return np.where(pairs > 0, 2 * right * (n - right) / np.where(pairs > 0, pairs, 1), np.nan)


def _all_from(n: FloatArray, chosen: FloatArray, k: int) -> FloatArray:
    """C(chosen, k) / C(n, k), as a product that cannot overflow."""
    result = np.ones(np.broadcast(n, chosen).shape)
    for i in range(k):
        result = result * np.maximum(chosen - i, 0) / np.where(n > i, n - i, np.nan)
    return result
