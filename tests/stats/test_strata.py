"""A family's mean difference over its tasks."""

import numpy as np
import pytest

from ifeval.stats.assessment import Decision, decide_units
from ifeval.stats.score_test import Units
from ifeval.stats.strata import boolean_stratum, score_stratum, stratified_interval, stratified_p


def test_the_mean_of_the_tasks_whatever_their_sizes():
    strata = [boolean_stratum(30, 10, 400), boolean_stratum(0, 0, 40)]
    interval = stratified_interval(strata)
    assert interval.estimate == pytest.approx(-0.025)
    assert interval.n == 440
    assert stratified_p(strata, interval.estimate) == pytest.approx(0.5)


def test_few_prompts_without_a_difference_are_no_certainty():
    for stratum in (boolean_stratum(0, 0, 10), score_stratum(np.zeros(10))):
        interval = stratified_interval([stratum, stratum])
        assert interval.high > 0.1
    assert np.isnan(stratified_interval([]).estimate)
    few = [Units(np.zeros(10), 0.5), Units(np.zeros(10), 0.5)]
    assert decide_units(few, margin=0.05).decision is Decision.INCONCLUSIVE


def test_shares_weigh_the_strata():
    strata = [boolean_stratum(30, 10, 400), boolean_stratum(0, 0, 40)]
    assert stratified_interval(strata, shares=[3, 1]).estimate == pytest.approx(-0.0375)
    groups = [Units(np.r_[-np.ones(30), np.ones(10), np.zeros(360)], 0.75), Units(np.zeros(40), 0.25)]
    scores = [score_stratum(group.differences) for group in groups]
    assert decide_units(groups, 0.05).interval == stratified_interval(scores, shares=[0.75, 0.25])


@pytest.mark.parametrize(("sizes", "discordances"), [((300, 300), (0.15, 0.15)), ((150, 300, 40), (0.10, 0.15, 0.20))])
def test_size_of_both_tests(sizes, discordances):
    """4,000 runs each (standard error .0035)."""
    rng = np.random.default_rng(0)
    rejected = {}
    for difference, null in ((0.0, 0.0), (-0.05, -0.05)):
        counts = [
            rng.multinomial(n, [(psi - difference) / 2, (psi + difference) / 2, 1 - psi], 4000).tolist()
            for n, psi in zip(sizes, discordances, strict=True)
        ]
        p = [
            stratified_p([boolean_stratum(row[0], row[1], n) for row, n in zip(rows, sizes, strict=True)], null)
            for rows in zip(*counts, strict=True)
        ]
        rejected[difference] = np.mean(np.array(p) >= 0.95) if null == 0 else np.mean(np.array(p) <= 0.05)
    assert all(0.037 <= size <= 0.063 for size in rejected.values()), rejected
