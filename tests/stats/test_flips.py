"""The sign-flip test: McNemar's numbers on booleans, exact against all sign patterns, and its size on clusters."""

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from ifeval.stats.flips import Flips, whole_numbers, worse_p
from ifeval.stats.paired import mcnemar_p
from ifeval.stats.score_test import Units, as_units
from tests.stats.simulated import changes


@given(st.integers(0, 40), st.integers(0, 40))
def test_on_booleans_it_is_mcnemars_test(losses, wins):
    d = np.r_[-np.ones(losses), np.ones(wins), np.zeros(50)]
    assert worse_p([as_units(d)]) == pytest.approx(float(mcnemar_p(losses, wins, "worse", exact=losses + wins < 10)))


@settings(max_examples=50)
@given(st.lists(st.sampled_from([-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]), min_size=1, max_size=8))
def test_it_is_the_share_of_all_sign_patterns(d):
    flips = Flips()
    flips.add(whole_numbers(np.array(d, dtype=float)).astype(int).tolist())
    sums = [float(np.dot(signs, np.abs(d))) for signs in product((-1, 1), repeat=len(d))]
    assert flips.p(exact=True) == pytest.approx(np.mean([total <= sum(d) + 1e-9 for total in sums]))


def test_whole_numbers():
    assert whole_numbers(np.array([0.25, -1.0, 0.5])).tolist() == [1, -4, 2]
    assert whole_numbers(np.array([1 / 3, -2 / 3])).tolist() == [1, -2]
    assert whole_numbers(np.array([0.1234, -0.1234])).tolist() == [25, -25]


def test_tasks_of_one_family_weigh_by_their_samples():
    one, other = np.r_[-np.ones(12), np.zeros(88)], np.r_[np.ones(3), np.zeros(47)]
    together = worse_p([Units(one, 100 / 150), Units(other, 50 / 150)])
    assert together == pytest.approx(float(mcnemar_p(12, 3, "worse")))


def test_families_of_unlike_weight_are_tested_by_the_normal_approximation():
    rng = np.random.default_rng(0)
    worse = [Units(changes(rng, 1, n, 0.15, -0.06)[0], 0.5) for n in (200, 400)]
    assert worse_p(worse) < 0.01
    assert worse_p([Units(np.zeros(10), 0.5), Units(np.zeros(20), 0.5)]) == 1.0


def test_unequal_numbers_of_answers_are_tested_by_t():
    d = np.r_[np.full(60, 0.125), np.full(40, -0.5)]
    assert worse_p([Units(d, 1.0, exchangeable=False)]) == pytest.approx(
        float(ttest_1samp(d, 0, alternative="less").pvalue)
    )
    assert worse_p([Units(np.array([-1.0]), 1.0, exchangeable=False)]) == 1.0


def test_very_many_units_take_no_time():
    rng = np.random.default_rng(0)
    d = rng.uniform(-1, 1, 200_000)
    started = time.perf_counter()
    p = worse_p([as_units(d)])
    assert time.perf_counter() - started < 2
    assert p == pytest.approx(float(ttest_1samp(d, 0, alternative="less").pvalue), abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("discordance", [0.05, 0.15, 0.3])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_size_of_clusters(discordance, correlation):
    """20,000 runs each (standard error .0015)."""
    rng = np.random.default_rng(6)
    drawn = changes(rng, 20_000, 192, discordance, 0.0, 4, correlation)
    size = np.mean([worse_p([as_units(d)]) <= 0.05 for d in drawn])
    print(f"\npsi {discordance}, correlation {correlation}: {size:.4f}")
    assert size <= 0.055 + 0.003
