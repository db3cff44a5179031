"""Minimum detectable effects and sample sizes, against published figures and exact power."""

from math import ceil, inf

import pytest

from ifeval.stats.paired import mcnemar_p, noninferiority_p
from ifeval.stats.power import (
    attainable_margin,
    minimum_detectable_effect,
    noninferiority_n,
    required_n,
    required_prompts,
)
from tests.stats.test_paired import all_tables


@pytest.mark.parametrize(
    ("discordance", "one_sided", "two_sided"),
    [
        (0.05, 0.02386, 0.02687),
        (0.10, 0.03374, 0.03801),
        (0.15, 0.04132, 0.04655),
        (0.20, 0.04772, 0.05375),
        (0.25, 0.05335, 0.06009),
    ],
)
def test_minimum_detectable_effect_of_ifeval(discordance, one_sided, two_sided):
    assert minimum_detectable_effect(541, discordance) == pytest.approx(one_sided, abs=1e-5)
    assert minimum_detectable_effect(541, discordance, two_sided=True) == pytest.approx(two_sided, abs=1e-5)


@pytest.mark.parametrize(("difference", "n"), [(0.01, 9272), (0.02, 2317), (0.03, 1029), (-0.05, 369)])
def test_required_n(difference, n):
    assert ceil(required_n(difference, 0.15)) == n
    assert minimum_detectable_effect(n, 0.15) == pytest.approx(abs(difference), abs=1e-4)


@pytest.mark.parametrize(("repeats", "n"), [(inf, 969), (10, 1260), (1, 3876)])
def test_required_prompts_of_miller(repeats, n):
    assert required_prompts(0.03, 1 / 9, (1 / 6, 1 / 6), (repeats, repeats)) == n


def test_required_n_gives_the_power_it_promises():
    n = ceil(required_n(-0.05, 0.15))
    losses, wins, probability = all_tables(n, 0.15, -0.05)
    assert probability[mcnemar_p(losses, wins, "worse") <= 0.05].sum() == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("discordance", [0.02, 0.1, 0.25])
def test_noninferiority_n_gives_the_power_it_promises(discordance):
    n = ceil(noninferiority_n(0.05, discordance))
    losses, wins, probability = all_tables(n, discordance, 0.0)
    assert probability[noninferiority_p(losses, wins, n, 0.05) <= 0.05].sum() == pytest.approx(0.8, abs=0.07)
    assert attainable_margin(n, discordance) == pytest.approx(0.05, abs=0.001)


def test_edges():
    assert required_n(0, 0.15) == inf
    assert noninferiority_n(0.05, 0.15, difference=-0.05) == inf
    assert minimum_detectable_effect(0, 0.15) == pytest.approx(1)
    assert minimum_detectable_effect(541, 0.0) == pytest.approx(0.0113, abs=0.0002)
    assert minimum_detectable_effect(40, 0.02) > 0.1
    assert attainable_margin(0, 0.15) == pytest.approx(1)
    assert ceil(noninferiority_n(0.05, 0.0)) == 52
