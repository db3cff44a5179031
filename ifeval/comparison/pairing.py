"""Matching two runs sample by sample."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ifeval.comparison.outcomes import OutcomeTable, TaskOutcomes, Values
from ifeval.stats.intervals import cluster_sums
from ifeval.stats.score_test import Units


@dataclass(frozen=True, slots=True)
class Pairs:
    """Matched outcomes of one metric on the samples both runs have: per-sample means over all repeats of each run.

    `old`, `new`, `weights`: shape (n,); weights are 1, or the number of checks where a metric counts checks.
    `independent`: the differences of independent units, of each sample, or of each item where samples share one,
    scaled so that their mean is the difference of the two scores. `balanced`: both runs answered equally often.
    """

    old: Values
    new: Values
    weights: Values
    independent: Values
    balanced: bool = True

    def units(self, share: float = 1.0) -> Units:
        """The independent differences as one group that makes up `share` of a mean."""
        return Units(self.independent, share, self.balanced)

    @property
    def boolean(self) -> bool:
        """One right-or-wrong outcome per sample, each sample an item of its own."""
        alone = len(self.independent) == len(self.old) and bool((self.weights == 1).all())
        return alone and all(bool(np.isin(side, (0.0, 1.0)).all()) for side in (self.old, self.new))

    @property
    def losses(self) -> int:
        """Samples on which the new run is worse."""
        return int((self.new < self.old).sum())

    @property
    def wins(self) -> int:
        """Samples on which the new run is better."""
        return int((self.new > self.old).sum())

    @property
    def scores(self) -> tuple[float, float]:
        """The score of each run on these samples; NaN without samples."""
        if not len(self.weights):
            return float("nan"), float("nan")
        return float(np.average(self.old, weights=self.weights)), float(np.average(self.new, weights=self.weights))


def align(old: OutcomeTable, new: OutcomeTable) -> tuple[OutcomeTable, OutcomeTable]:
    """Both runs cut down to the tasks and samples that both have, in the same order; each keeps all its repeats."""
    tasks = {name: _align(task, new.tasks[name]) for name, task in sorted(old.tasks.items()) if name in new.tasks}
    return (
        replace(old, tasks={name: pair[0] for name, pair in tasks.items()}),
        replace(new, tasks={name: pair[1] for name, pair in tasks.items()}),
    )


def match(old: TaskOutcomes, new: TaskOutcomes, metric: str) -> Pairs:
    """One metric of two aligned tasks; samples where it does not apply are left out."""
    clusters = None if old.clusters == old.ids else old.clusters
    balanced = old.repeats == new.repeats
    if metric in old.metrics:
        means = [mean_of_repeats(side.metrics[metric]) for side in (old, new)]
        return pair(means[0], means[1], clusters=clusters, balanced=balanced)
    totals = [np.nansum(side.ratios[metric][1], axis=1) for side in (old, new)]
    shares = [
        np.nansum(side.ratios[metric][0], axis=1) / np.maximum(trials, 1)
        for side, trials in zip((old, new), totals, strict=True)
    ]
    trials = np.where(totals[1] > 0, totals[0], 0) / old.repeats
    return pair(shares[0], shares[1], trials, clusters, balanced)


def match_rate(old: TaskOutcomes, new: TaskOutcomes, rate: str) -> Pairs:
    """A rate (truncated, empty ...) of two aligned tasks, by independent units as the scores are."""
    clusters = None if old.clusters == old.ids else old.clusters
    means = [mean_of_repeats(side.rates[rate]) for side in (old, new)]
    return pair(means[0], means[1], clusters=clusters, balanced=old.repeats == new.repeats)


def match_effort(old: TaskOutcomes, new: TaskOutcomes, effort: str) -> Pairs:
    """What conversations took (replies, tokens ...) in two aligned tasks, by independent units as the scores are."""
    clusters = None if old.clusters == old.ids else old.clusters
    means = [mean_of_repeats(side.efforts[effort]) for side in (old, new)]
    return pair(means[0], means[1], clusters=clusters, balanced=old.repeats == new.repeats)


def mean_of_repeats(values: Values) -> Values:
    """Shape (samples, repeats) to (samples,): the mean of the repeats that are known; NaN where none is."""
    known = ~np.isnan(values)
    return np.where(known.any(axis=1), np.nansum(values, axis=1) / np.maximum(known.sum(axis=1), 1), np.nan)


def pair(
    old: Values,
    new: Values,
    weights: Values | None = None,
    clusters: Sequence[object] | None = None,
    balanced: bool = True,
) -> Pairs:
    """Pairs of what is known on both sides, all of shape (n,); without clusters each sample stands alone."""
    weights = np.ones(len(old)) if weights is None else weights
    known = ~(np.isnan(old) | np.isnan(new)) & (weights > 0)
    old, new, weights = old[known], new[known], weights[known]
    sums = (new - old) * weights
    if clusters is not None:
        sums, _ = cluster_sums(sums, [cluster for cluster, keep in zip(clusters, known.tolist(), strict=True) if keep])
    return Pairs(old, new, weights, sums * (len(sums) / weights.sum()) if len(sums) else sums, balanced)


def _align(old: TaskOutcomes, new: TaskOutcomes) -> tuple[TaskOutcomes, TaskOutcomes]:
    where = {name: row for row, name in enumerate(new.ids)}
    rows = np.array([(row, where[name]) for row, name in enumerate(old.ids) if name in where], dtype=np.intp)
    rows = rows.reshape(-1, 2)
    return old.take(rows[:, 0]), new.take(rows[:, 1])
