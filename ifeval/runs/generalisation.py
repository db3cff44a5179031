"""Seen and unseen task clusters: did tuning teach the task types, or instruction following?

All functions take one score per prompt and the prompt's cluster. The cluster is the sampling unit and all clusters weigh
the same: the question is about kinds of tasks, and prompts of one kind succeed and fail together. Bounds are Welch's
(1947) with Satterthwaite's degrees of freedom; they need two clusters on either side and are NaN without.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import numpy.typing as npt

from ifeval.errors import UserError
from ifeval.stats.interval import FloatArray, Interval
from ifeval.task import Row


@dataclass(frozen=True, slots=True)
class SeenSplit:
    """Mean score over the clusters that training held and over the others, and the gap, seen minus unseen."""

    seen: float
    unseen: float
    gap: Interval


def seen_split(scores: npt.ArrayLike, clusters: Sequence[str], seen: Collection[str], level: float = 0.95) -> SeenSplit:
    """Split one run's scores by the clusters in `seen`.

    scores: shape (n,), finite; clusters: n names. Raises UserError where `seen` names an unknown cluster, none, or all.
    """
    trained, others = _cluster_means(np.asarray(scores, dtype=float), clusters, seen)
    gap = welch_interval(trained, others, level)
    return SeenSplit(float(trained.mean()), float(others.mean()), gap)


def seen_split_of_rows(
    rows: Iterable[Row], seen: Collection[str], tag: str, metric: str
) -> tuple[list[str], SeenSplit] | None:
    """`seen_split` of one task's finished samples by their `tag`, and which of its clusters were seen.

    Rows where the metric does not apply are left out. `seen` may name clusters of other tasks of the run; None where it
    holds none of this one's, or all.
    """
    pairs = [(row.score.metrics[metric], str(row.tags[tag])) for row in rows]
    kept = [(value, cluster) for value, cluster in pairs if value is not None]
    clusters = [cluster for _, cluster in kept]
    trained = sorted(set(seen) & set(clusters))
    if len(trained) in (0, len(set(clusters))):
        return None
    return trained, seen_split([value for value, _ in kept], clusters, trained)


def gain_split(
    base: npt.ArrayLike, tuned: npt.ArrayLike, clusters: Sequence[str], seen: Collection[str], level: float = 0.95
) -> SeenSplit:
    """Split the gains tuned - base, prompt by prompt; the gap is the difference in differences.

    base, tuned: scores of the same prompts, shape (n,), finite; clusters: n names. A gap above zero: tuning helped most
    where it knew the kind of task; near zero with both gains positive, it taught instruction following. Raises as
    `seen_split` does.
    """
    return seen_split(np.asarray(tuned, dtype=float) - np.asarray(base, dtype=float), clusters, seen, level)


def welch_interval(first: npt.ArrayLike, second: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Interval of mean(first) - mean(second), two independent samples; a point where neither has any spread."""
    from scipy.special import stdtrit

    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    difference, n = float(a.mean() - b.mean()), len(a) + len(b)
    if min(len(a), len(b)) < 2:
        return Interval(difference, nan, nan, n, "welch t")
    one, other = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    variance = one + other
    if variance == 0:
        return Interval(difference, difference, difference, n, "welch t")
    degrees = variance**2 / (one**2 / (len(a) - 1) + other**2 / (len(b) - 1))
    half = float(stdtrit(degrees, (1 + level) / 2)) * sqrt(variance)
    return Interval(difference, difference - half, difference + half, n, "welch t")


def _cluster_means(values: FloatArray, clusters: Sequence[str], seen: Collection[str]) -> tuple[FloatArray, FloatArray]:
    """The mean of every seen cluster and of every other one."""
    names = np.array(clusters)
    known = sorted(set(clusters))
    if unknown := sorted(set(seen) - set(known)):
        raise UserError(f"--seen {', '.join(unknown)}: no such cluster in this run; it has {', '.join(known)}.")
    means = {name: float(values[names == name].mean()) for name in known}
    trained = [mean for name, mean in means.items() if name in seen]
    others = [mean for name, mean in means.items() if name not in seen]
    if not trained or not others:
        raise UserError(f"--seen must name some of the run's clusters and leave some out; it has {', '.join(known)}.")
    return np.array(trained), np.array(others)
