"""How reliable a model is over several replies to each sample: pass@k, pass^k, the worst of k."""

import numpy as np
import numpy.typing as npt

from ifeval.stats.interval import Interval
from ifeval.stats.intervals import mean_interval
from ifeval.stats.reliability import pass_at_k, pass_hat_k, worst_of_k


def reliability(
    values: npt.NDArray[np.float64], samples: npt.NDArray[np.uint64], units: npt.NDArray[np.uint64]
) -> dict[str, Interval]:
    """Metric by metric over as many replies as most samples have; empty with one reply to each.

    values: the primary metric of each reply, NaN where it does not apply. samples, units: what each reply belongs to.
    Right-or-wrong replies get `pass@k` (one of k is right) and `pass^k` (all are); scores get `worst of k`, the expected
    lowest, which for right-or-wrong replies is pass^k. Samples with fewer replies are left out.
    """
    known = ~np.isnan(values)
    values = values[known]
    ids, first, which, counts = np.unique(samples[known], return_index=True, return_inverse=True, return_counts=True)
    k = int(np.median(counts)) if len(counts) else 1
    if k < 2:
        return {}
    unit = units[known][first].tolist()
    clusters = unit if len(set(unit)) < len(ids) else None
    if np.isin(values, (0.0, 1.0)).all():
        right = np.bincount(which, weights=values)
        found = {f"pass@{k}": pass_at_k(counts, right, k), f"pass^{k}": pass_hat_k(counts, right, k)}
    else:
        order = np.argsort(which, kind="stable")
        groups = np.split(values[order], np.cumsum(counts)[:-1])
        found = {f"worst of {k}": np.array([worst_of_k(group, k) for group in groups])}
    return {name: mean_interval(scores, clusters=clusters) for name, scores in found.items()}
