"""Many p-values at once.

Holm where any rejection blocks a release (the chance of one false alarm stays below alpha); Benjamini-Hochberg where
a table is only read (the expected share of false alarms among the marked). Suites that must ALL pass need neither:
an intersection-union test keeps alpha as it is.
Sources: Holm 1979; Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001.
"""

import numpy as np
import numpy.typing as npt

PValues = npt.NDArray[np.float64]


def holm(p: npt.ArrayLike) -> PValues:
    """Holm's adjusted p-values, in the order given: adjusted p <= alpha controls the family-wise error at alpha."""
    ordered, order = _sorted(p)
    m = len(ordered)
    return _restore(np.maximum.accumulate((m - np.arange(m)) * ordered), order)


def weighted_holm(p: npt.ArrayLike, weights: npt.ArrayLike) -> PValues:
    """Holm's adjusted p-values where the tests share alpha by weights > 0, in the order given; alike is `holm`.

    Adjusted p <= alpha controls the chance of one false rejection at alpha (Holm 1979, section 3).
    """
    values, shares = np.asarray(p, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    order = np.argsort(values / shares, kind="stable")
    left = shares[order][::-1].cumsum()[::-1]
    return _restore(np.maximum.accumulate(left * (values / shares)[order]), order)


def benjamini_hochberg(p: npt.ArrayLike) -> PValues:
    """Benjamini and Hochberg's q-values, in the order given, for independent or positively dependent tests."""
    ordered, order = _sorted(p)
    m = len(ordered)
    steps = m * ordered / np.arange(1, m + 1)
    return _restore(np.minimum.accumulate(steps[::-1])[::-1], order)


def benjamini_yekutieli(p: npt.ArrayLike) -> PValues:
    """Benjamini and Yekutieli's q-values, valid under any dependence."""
    ordered, order = _sorted(p)
    m = len(ordered)
    ranks = np.arange(1, m + 1)
    steps = m * (1 / ranks).sum() * ordered / ranks
    return _restore(np.minimum.accumulate(steps[::-1])[::-1], order)


def _sorted(p: npt.ArrayLike) -> tuple[PValues, npt.NDArray[np.intp]]:
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise ValueError("p-values are a list of numbers in [0, 1]")
    order = np.argsort(values, kind="stable")
    return values[order], order


def _restore(adjusted: PValues, order: npt.NDArray[np.intp]) -> PValues:
    result = np.empty_like(adjusted)
    result[order] = np.minimum(adjusted, 1.0)
    return result
