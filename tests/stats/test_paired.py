"""Paired booleans: goldens, statsmodels, exact sizes by enumeration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar

from ifeval.stats.paired import (
    bonett_price_interval,
    equivalence_p,
    mcnemar_p,
    newcombe_interval,
    noninferiority_p,
    tango_interval,
    tango_z,
)

COUNTS = st.integers(1, 300).flatmap(
    lambda n: st.integers(0, n).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d), st.just(n)))
)


@pytest.mark.parametrize(
    ("losses", "wins", "exact2", "mid2", "exact1", "mid1"),
    [
        (150, 86, 3.7159361e-05, 2.8933895e-05, 1.8579681e-05, 1.4466948e-05),
        (30, 15, 0.035697804, 0.025896082, 0.017848902, 0.012948041),
        (9, 2, 0.065429688, 0.038574219, 0.032714844, 0.019287109),
        (6, 1, 0.125, 0.0703125, 0.0625, 0.03515625),
    ],
)
def test_mcnemar(losses, wins, exact2, mid2, exact1, mid1):
    assert mcnemar_p(losses, wins, exact=True) == pytest.approx(exact2, rel=1e-7)
    assert mcnemar_p(losses, wins) == pytest.approx(mid2, rel=1e-7)
    assert mcnemar_p(losses, wins, "worse", exact=True) == pytest.approx(exact1, rel=1e-7)
    assert mcnemar_p(losses, wins, "worse") == pytest.approx(mid1, rel=1e-7)
    assert mcnemar_p(wins, losses, "better") == pytest.approx(mid1, rel=1e-7)


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_agrees_with_statsmodels_and_adds_up(losses, wins):
    theirs = mcnemar([[5, losses], [wins, 5]], exact=True).pvalue if losses + wins else 1.0
    assert mcnemar_p(losses, wins, exact=True) == pytest.approx(min(1.0, theirs), abs=1e-9)
    if losses + wins:
        assert mcnemar_p(losses, wins, "worse") + mcnemar_p(losses, wins, "better") == pytest.approx(1)
        one_sided = min(mcnemar_p(losses, wins, "worse"), mcnemar_p(losses, wins, "better"))
        if losses != wins:
            assert mcnemar_p(losses, wins) == pytest.approx(2 * one_sided)


def test_mcnemar_without_discordant_pairs_and_with_as_many_of_each():
    for alternative in ("worse", "better", "two-sided"):
        assert mcnemar_p(0, 0, alternative) == 1.0
    assert mcnemar_p(5, 5, exact=True) == 1.0
    assert mcnemar_p(5, 5) == pytest.approx(1 - 0.5 * binom.pmf(5, 10, 0.5))  # Fagerland et al. 2013


@pytest.mark.parametrize(
    ("losses", "wins", "n", "tango", "bonett_price"),
    [
        (30, 15, 541, (-0.053511, -0.003566), (-0.052261, -0.002988)),
        (5, 0, 44, (-0.239792, -0.024216), (-0.216961, -0.000430)),
    ],
)
def test_intervals_of_the_difference(losses, wins, n, tango, bonett_price):
    for interval, expected in (
        (tango_interval(losses, wins, n), tango),
        (bonett_price_interval(losses, wins, n), bonett_price),
    ):
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-6)
        assert interval.estimate == pytest.approx((wins - losses) / n)


def test_newcombe_published_example():
    interval = newcombe_interval(both=36, losses=2, wins=12, neither=0)
    assert (interval.low, interval.high) == pytest.approx((0.0569296, 0.3404276), abs=1e-7)
    assert newcombe_interval(50, 0, 0, 0).estimate == 0


@pytest.mark.parametrize(
    ("losses", "wins", "margin", "p"),
    [
        (25, 20, 0.03, 0.052468),
        (25, 20, 0.05, 0.001303),
        (45, 35, 0.03, 0.243833),
        (45, 35, 0.05, 0.030887),
        (30, 15, 0.05, 0.043542),
    ],
)
def test_noninferiority(losses, wins, margin, p):
    assert noninferiority_p(losses, wins, 541, margin) == pytest.approx(p, abs=1e-6)
    assert equivalence_p(losses, wins, 541, margin) == pytest.approx(p, abs=1e-6)


@settings(max_examples=30)
@given(COUNTS)
def test_tango_interval_is_the_inverted_test_and_mirrors(counts):
    losses, discordant, n = counts
    wins = discordant - losses
    interval = tango_interval(losses, wins, n, level=0.90)
    assert -1 <= interval.low <= interval.estimate <= interval.high <= 1
    mirrored = tango_interval(wins, losses, n, level=0.90)
    assert (mirrored.low, mirrored.high) == pytest.approx((-interval.high, -interval.low), abs=1e-9)
    for margin in (0.01, 0.05, 0.2):
        if abs(interval.low + margin) > 1e-6:
            assert (noninferiority_p(losses, wins, n, margin) < 0.05) == (interval.low > -margin)


@given(COUNTS)
def test_tango_at_zero_is_mcnemars_z(counts):
    losses, discordant, n = counts
    z = (2 * losses - discordant) / np.sqrt(discordant) if discordant else 0.0
    assert tango_z(losses, discordant - losses, n, 0.0) == pytest.approx(z, abs=1e-9)


def test_no_prompts():
    for interval in (tango_interval(0, 0, 0), bonett_price_interval(0, 0, 0), newcombe_interval(0, 0, 0, 0)):
        assert np.isnan(interval.estimate)
        assert (interval.low, interval.high) == (-1, 1)
    assert noninferiority_p(0, 0, 0, 0.05) == 0.5


def test_arrays_of_counts_give_arrays():
    assert mcnemar_p(np.array([9, 0]), np.array([2, 0]), "worse") == pytest.approx([0.019287109, 1])
    assert noninferiority_p(np.array([25, 45]), np.array([20, 35]), 541, 0.05).shape == (2,)


def all_tables(n, discordance, difference):
    """Every (losses, wins) that can happen and its probability: sizes below are exact, not simulated."""
    losses, wins = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    keep = losses + wins <= min(n, int(n * discordance + 12 * np.sqrt(n * discordance)))
    losses, wins = losses[keep], wins[keep]
    probability = binom.pmf(losses + wins, n, discordance) * binom.pmf(
        losses, losses + wins, (discordance - difference) / (2 * discordance)
    )
    assert probability.sum() == pytest.approx(1, abs=1e-9)
    return losses, wins, probability


@pytest.mark.parametrize("discordance", [0.10, 0.15, 0.25])
def test_size_of_the_regression_test(discordance):
    losses, wins, probability = all_tables(541, discordance, 0.0)
    mid = probability[mcnemar_p(losses, wins, "worse") <= 0.05].sum()
    conservative = probability[mcnemar_p(losses, wins, "worse", exact=True) <= 0.05].sum()
    assert 0.04 <= mid <= 0.06
    assert conservative <= mid <= 0.0505


@pytest.mark.parametrize("discordance", [0.10, 0.15, 0.25])
@pytest.mark.parametrize("margin", [0.03, 0.05])
def test_size_of_the_noninferiority_test(discordance, margin):
    losses, wins, probability = all_tables(541, discordance, -margin)
    assert 0.04 <= probability[noninferiority_p(losses, wins, 541, margin) <= 0.05].sum() <= 0.06


def test_tango_covers_at_its_level():
    losses, wins, probability = all_tables(100, 0.2, -0.05)
    likely = probability > 1e-5
    intervals = [tango_interval(int(a), int(b), 100) for a, b in zip(losses[likely], wins[likely], strict=True)]
    covered = np.array([i.low <= -0.05 <= i.high for i in intervals])
    assert (covered * probability[likely]).sum() == pytest.approx(0.95, abs=0.01)
