"""Tango's test carried over to scores, clusters and strata: its numbers on booleans, its size everywhere."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.stats.paired import tango_z
from ifeval.stats.score_test import Units, as_units, score_p, score_z, weighted_mean
from tests.releases import CORE
from tests.stats.simulated import changes, score_z_of_all


def booleans(losses: int, wins: int, n: int) -> Units:
    return as_units(np.r_[-np.ones(losses), np.ones(wins), np.zeros(n - losses - wins)])


@given(st.integers(0, 30), st.integers(0, 30), st.integers(60, 400), st.sampled_from([0.01, 0.03, 0.05, 0.2]))
def test_on_booleans_it_is_tangos_statistic(losses, wins, n, margin):
    tango = -float(tango_z(losses, wins, n, margin))
    z = score_z([booleans(losses, wins, n)], -margin)
    if tango >= 0:
        assert z == pytest.approx(tango, abs=1e-6)
    else:
        assert z <= 1e-9


def test_one_group_cut_in_two_is_nearly_the_whole():
    """Halves by size may differ in mean, which the joint hypothesis allows: a little less sure, never more."""
    whole = score_p([booleans(20, 10, 400)], -0.05)
    halves = score_p([Units(booleans(10, 5, 200).differences, 0.5)] * 2, -0.05)
    assert halves == pytest.approx(whole, rel=1e-6)


def test_groups_without_units_do_not_count():
    empty = Units(np.empty(0), 0.5)
    assert score_z([Units(booleans(5, 5, 200).differences, 0.5), empty], -0.05) == pytest.approx(
        score_z([booleans(5, 5, 200)], -0.05)
    )
    assert score_z([empty], -0.05) == 0.0
    assert np.isnan(weighted_mean([empty]))


def test_scores_that_never_differ_are_as_sure_as_booleans():
    assert score_z([as_units(np.zeros(100))], -0.05) == pytest.approx(-float(tango_z(0, 0, 100, 0.05)), abs=1e-6)


def passes(groups: list[np.ndarray], shares: list[float], margin: float) -> float:
    """Share of the simulated candidates that pass at `margin`; the first 40 by the test itself, which must agree."""
    z = score_z_of_all(groups, shares, -margin)
    for one in range(40):
        own = score_z([Units(group[one], share) for group, share in zip(groups, shares, strict=True)], -margin)
        assert max(own, 0.0) == pytest.approx(z[one], abs=1e-5)
    return float(np.mean(z >= NormalDist().inv_cdf(0.95)))


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_size_of_clusters_where_little_changes(correlation):
    """1,000 runs each (standard error .007); the plain t test has .09 to .10 here."""
    rng = np.random.default_rng(3)
    assert passes([changes(rng, 1000, 192, 0.05, -0.05, 4, correlation)], [1.0], 0.05) <= 0.05 + 0.014


ITEMS = CORE["zero_shot"].items
FAMILIES = ("format", "structured", "zero_shot")
UNITS = [(sum(made.items for made in CORE.values() if made.family == family)) for family in FAMILIES]


@pytest.mark.slow
@pytest.mark.parametrize("discordance", [0.05, 0.15, 0.3])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("items", [ITEMS, 192])
def test_size_of_clusters(discordance, correlation, items):
    """20,000 runs each (standard error .0015)."""
    rng = np.random.default_rng(4)
    size = passes([changes(rng, 20_000, items, discordance, -0.05, 4, correlation)], [1.0], 0.05)
    print(f"\n| {items} items of four wordings | {100 * discordance:.0f} % | {correlation} | {size:.4f} |")
    assert size <= 0.055 + 0.003


@pytest.mark.slow
@pytest.mark.parametrize("discordance", [0.05, 0.15, 0.3])
@pytest.mark.parametrize("losses", [(0.03, 0.03, 0.03), (0.09, 0.0, 0.0)])
def test_size_of_the_mean_over_families(losses, discordance):
    """Three families at the sizes of `core`, each 3 points worse, or one 9 points: 20,000 runs each."""
    rng = np.random.default_rng(5)
    groups = [changes(rng, 20_000, n, discordance, -loss) for n, loss in zip(UNITS, losses, strict=True)]
    size = passes(groups, [1 / 3] * 3, 0.03)
    print(f"\n| mean over families of {UNITS} units | {100 * discordance:.0f} % | {losses} | {size:.4f} |")
    assert size <= 0.055 + 0.003
