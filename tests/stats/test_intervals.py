"""Intervals of one score, against scipy, statsmodels and published tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import proportion_confint

from ifeval.stats.bootstrap import bca_interval, cluster_bootstrap
from ifeval.stats.intervals import (
    beta,
    cluster_sums,
    clustered_ratio,
    clustered_variance,
    exact,
    jeffreys,
    mean_interval,
    wilson,
)

TABLE = [
    (433, 541, (0.764621, 0.831882), (0.764160, 0.833259), (0.765137, 0.832398), (0.764585, 0.831854)),
    (45, 50, (0.786398, 0.956524), (0.781865, 0.966725), (0.794645, 0.960806), (0.785855, 0.955580)),
    (10, 10, (0.722467, 1), (0.691503, 1), (0.782804, 0.999952), (0.715086, 0.997701)),
    (0, 20, (0, 0.161125), (0, 0.168433), (0.000024, 0.116639), (0.001205, 0.161098)),
]


@pytest.mark.parametrize(("k", "n", "w", "cp", "j", "b"), TABLE)
def test_the_four_intervals_of_a_proportion(k, n, w, cp, j, b):
    for function, expected in ((wilson, w), (exact, cp), (jeffreys, j), (beta, b)):
        interval = function(k, n)
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-6)
        assert interval.estimate == k / n


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95]))
def test_proportions_agree_with_statsmodels_and_contain_the_estimate(counts, level):
    k, n = counts
    for function, method in ((wilson, "wilson"), (exact, "beta"), (jeffreys, "jeffreys")):
        interval = function(k, n, level)
        low, high = proportion_confint(k, n, alpha=1 - level, method=method)
        assert interval.low == pytest.approx(max(0, low), abs=1e-9)
        assert interval.high == pytest.approx(min(1, high), abs=1e-9)
        if function is not jeffreys:
            assert interval.low <= k / n <= interval.high


def test_no_trials_and_impossible_counts():
    for function in (wilson, jeffreys, beta, exact):
        empty = function(0, 0)
        assert np.isnan(empty.estimate)
        assert (empty.low, empty.high, empty.n) == (0.0, 1.0, 0)
        with pytest.raises(ValueError, match="successes of"):
            function(3, 2)


@pytest.mark.parametrize(
    ("scores", "clusters", "corrected"),
    [
        ([1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], 0.1924501),
        ([1, 1, 0, 1, 0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 1, 2, 2, 2, 3, 3], 0.0461880),
    ],
)
def test_clustered_standard_error(scores, clusters, corrected):
    """Golden values, and statsmodels' sandwich estimator of a regression on a constant."""
    ours = standard_error(scores, clusters)
    assert ours == pytest.approx(corrected, abs=1e-7)
    from statsmodels.api import OLS  # here, and in the second test: it takes longer than all of them

    theirs = OLS(scores, np.ones(len(scores))).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    assert ours == pytest.approx(float(theirs.bse[0]), rel=1e-9)


def standard_error(scores, clusters):
    sums, counts = cluster_sums(np.asarray(scores, float), clusters)
    return clustered_variance(sums - np.mean(scores) * counts, counts.sum()) ** 0.5


def test_clustered_ratio_uses_t_when_clusters_are_many():
    from statsmodels.api import OLS

    rng = np.random.default_rng(0)
    trials = rng.integers(1, 4, 541)
    successes = rng.binomial(trials, rng.beta(4, 2, 541))
    interval = clustered_ratio(successes, trials)
    scores = np.concatenate([[1.0] * s + [0.0] * (m - s) for s, m in zip(successes, trials, strict=True)])
    clusters = np.repeat(np.arange(541), trials)
    fit = OLS(scores, np.ones(len(scores))).fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    assert interval.method == "clustered t"
    assert (interval.low, interval.high) == pytest.approx(tuple(fit.conf_int()[0]), abs=1e-9)
    assert interval.design_effect > 1
    assert mean_interval(scores, clusters=clusters.tolist()) == interval


def test_few_or_extreme_clusters_fall_back_to_the_effective_sample_size():
    few = clustered_ratio([3, 1, 1, 3], [3, 3, 3, 3])
    assert few.method == "wilson on effective n"
    assert 0 < few.low < few.estimate < few.high < 1
    extreme = clustered_ratio([2] * 99 + [1], [2] * 100)
    assert extreme.method == "wilson on effective n"
    assert extreme.high < 1


@pytest.mark.parametrize(("successes", "trials"), [([4] * 10, [4] * 10), ([0] * 10, [4] * 10), ([2] * 50, [4] * 50)])
def test_clusters_without_spread_never_give_a_point(successes, trials):
    interval = clustered_ratio(successes, trials)
    assert interval.high - interval.low > 0.05
    assert interval.low <= interval.estimate <= interval.high


def test_clustered_ratio_of_nothing_and_of_single_trials():
    assert clustered_ratio([], []).n == 0
    assert clustered_ratio([0, 0], [0, 0]).n == 0
    assert clustered_ratio([1, 0, 1], [1, 1, 1]) == wilson(2, 3)
    assert clustered_ratio([2], [3]).high < 1


def test_mean_interval_is_the_t_interval():
    values = np.random.default_rng(1).beta(2, 3, 400)
    low, high = scipy_stats.t.interval(0.95, 399, values.mean(), scipy_stats.sem(values))
    interval = mean_interval([*values, np.nan])
    assert (interval.low, interval.high, interval.n) == (pytest.approx(low), pytest.approx(high), 400)


def test_few_scores_are_resampled():
    values = np.random.default_rng(1).beta(0.3, 2, 40)
    found = mean_interval([*values, np.nan])
    assert (found.low, found.high, found.method) == (bca_interval(values).low, bca_interval(values).high, "bca")
    repeated = mean_interval(np.repeat(values, 2), clusters=[index // 2 for index in range(80)])
    assert (repeated.low, repeated.high) == pytest.approx((found.low, found.high))
    assert repeated.design_effect > 1.9 > found.design_effect == pytest.approx(1.0)
    assert mean_interval(values[:19]).method == mean_interval(np.tile(values, 3)).method == "t"
    assert mean_interval(np.r_[np.zeros(30), np.ones(70)]) == wilson(70, 100)


@pytest.mark.parametrize("values", [[], [0.4], [0.4] * 7, [1.0], [0.0, 0.0], [np.nan]])
def test_mean_interval_of_degenerate_data(values):
    interval = mean_interval(values)
    assert 0 <= interval.low < interval.high <= 1


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5)), max_size=60), st.booleans())
def test_mean_interval_stays_in_range(rows, rounded):
    values = [float(round(v)) if rounded else v for v, _ in rows]
    interval = mean_interval(values, clusters=[c for _, c in rows])
    assert 0 <= interval.low <= interval.high <= 1
    if rows:
        assert interval.low - 1e-9 <= interval.estimate <= interval.high + 1e-9


def test_wilson_covers_at_its_level():
    """Exact coverage, averaged over p in (.05, .95) at n=100: binomial probabilities, no simulation."""
    n, shares = 100, np.linspace(0.05, 0.95, 91)
    bounds = [wilson(k, n) for k in range(n + 1)]
    low, high = np.array([i.low for i in bounds]), np.array([i.high for i in bounds])
    covered = (low <= shares[:, None]) & (shares[:, None] <= high)
    weights = scipy_stats.binom.pmf(np.arange(n + 1), n, shares[:, None])
    assert (covered * weights).sum(axis=1).mean() == pytest.approx(0.95, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(0.3, 2), (0.15, 3), (2, 2)])
@pytest.mark.parametrize("n", [20, 50])
def test_coverage_of_few_scores(shape, n):
    """2,000 simulations (standard error .005): BCa covers more often than t where scores are skewed."""
    rng, mean, covered = np.random.default_rng(0), shape[0] / sum(shape), np.zeros(3)
    for _ in range(2000):
        x = rng.beta(*shape, n)
        half = scipy_stats.t.ppf(0.975, n - 1) * x.std(ddof=1) / n**0.5
        resampled = (bca_interval(x, resamples=999), cluster_bootstrap(x, np.ones(n), resamples=999))
        bounds = [(x.mean() - half, x.mean() + half), *((found.low, found.high) for found in resampled)]
        covered += [low <= mean <= high for low, high in bounds]
    t, bca, percentile = covered / 2000
    print(f"\nbeta{shape}, n {n}: t {t:.3f}, BCa {bca:.3f}, percentile {percentile:.3f}")
    assert bca > percentile
    assert bca > t if shape[0] < 1 else bca > 0.93
