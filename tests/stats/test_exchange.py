"""The newest of several runs: McNemar's exact test with one before it, its size with three."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.stats.exchange import newest_worse_p
from ifeval.stats.paired import mcnemar_p


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 40))
def test_with_one_before_it_is_mcnemar(losses, wins, same):
    scores = np.array([[1, 0]] * losses + [[0, 1]] * wins + [[1, 1]] * same, dtype=float).reshape(-1, 2)
    assert newest_worse_p(scores) == pytest.approx(float(mcnemar_p(losses, wins, "worse", exact=True)), abs=1e-12)


@given(st.lists(st.tuples(*[st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])] * 4), min_size=1, max_size=12))
def test_the_chance_of_each_unit_is_that_of_any_order(rows):
    """Against all 4 ** n draws, or a few units of them."""
    scores = np.array(rows[:5])
    sums = np.zeros(1)
    for row in scores:
        sums = (sums[:, None] + row).ravel()
    assert newest_worse_p(scores) == pytest.approx((sums <= scores[:, -1].sum() + 1e-9).mean())


def test_size_and_power_with_three_before_it():
    """2,000 draws: alike runs are rejected at .05 or less, and 10 points are found more often than with one."""
    rng = np.random.default_rng(0)
    found = {}
    for loss in (0.0, 0.1):
        for runs in (1, 3):
            p = []
            for _ in range(1000):
                truth = rng.random((172, 1)) < 0.6
                scores = truth ^ (rng.random((172, runs + 1)) < 0.08)
                scores[:, -1] &= rng.random(172) >= loss / 0.6
                p.append(newest_worse_p(scores.astype(float)))
            found[loss, runs] = np.mean(np.array(p) <= 0.001)
    assert found[0.0, 3] <= 0.004
    assert found[0.1, 3] >= found[0.1, 1] + 0.1


def test_very_many_units_by_the_normal_distribution():
    rng = np.random.default_rng(1)
    scores = (rng.random((60_000, 4)) < 0.5).astype(float)
    few = newest_worse_p(scores[:2000])
    assert 0 < few < 1
    assert 0 < newest_worse_p(scores) < 1
    assert newest_worse_p(np.ones((5, 4))) == 1.0
