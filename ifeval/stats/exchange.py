"""Is the newest of several runs worse than those before it? Exact: were it like them, each unit's scores would be
equally likely in any order, so the newest has any one of them by chance, and its sum is a sum of independent draws.

With one run before it this is McNemar's exact test, and the sign flips of `flips`. With three before it the noise of
the reference is a third, and a loss is found with two thirds of the units.
Sources: Fisher 1935; Mantel 1963 (one draw per stratum).
"""

from math import sqrt

import numpy as np
from scipy.special import ndtr

from ifeval.stats.flips import AFFORDABLE, whole_numbers
from ifeval.stats.interval import FloatArray


def newest_worse_p(scores: FloatArray) -> float:
    """One-sided p of H0: the newest run is like the others. scores: shape (units, runs), the newest last; 1 without any.

    Very many units are tested by the normal approximation of the same draws.
    """
    moved = scores[(scores != scores[:, :1]).any(axis=1)]
    if not len(moved):
        return 1.0
    values = whole_numbers((moved - moved.min(axis=1, keepdims=True)).ravel()).reshape(moved.shape).astype(int)
    newest = int(values[:, -1].sum())
    if len(values) * int(values.max(axis=1).sum()) > AFFORDABLE:
        return float(ndtr((newest - values.mean(axis=1).sum() + 0.5) / sqrt(values.var(axis=1).sum())))
    mass = np.ones(1)
    for drawn in values.tolist():
        after = np.zeros(len(mass) + max(drawn))
        for value in drawn:
            after[value : value + len(mass)] += mass
        mass = after / len(drawn)
    return min(1.0, float(mass[: newest + 1].sum()))
