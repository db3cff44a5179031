"""Four answers from two tests."""

import numpy as np
import pytest

from ifeval.stats.assessment import Decision, decide, decide_units, decision_of
from ifeval.stats.score_test import as_units


def test_the_table():
    assert decision_of(True, False) is Decision.PASS
    assert decision_of(True, True) is Decision.WARN
    assert decision_of(False, True) is Decision.FAIL
    assert decision_of(False, False) is Decision.INCONCLUSIVE


@pytest.mark.parametrize(
    ("losses", "wins", "n", "outcome"),
    [
        (25, 20, 541, Decision.PASS),
        (30, 15, 541, Decision.WARN),
        (60, 20, 541, Decision.FAIL),
        (45, 28, 300, Decision.FAIL),
        (0, 0, 20, Decision.INCONCLUSIVE),
        (0, 0, 0, Decision.INCONCLUSIVE),
        (2, 3, 20, Decision.INCONCLUSIVE),
        (0, 0, 541, Decision.PASS),
        (0, 541, 541, Decision.PASS),
        (541, 0, 541, Decision.FAIL),
    ],
)
def test_booleans(losses, wins, n, outcome):
    assert decide(losses, wins, n, margin=0.05).decision is outcome


def test_the_numbers_beside_it():
    decision = decide(30, 15, 541, margin=0.05)
    assert decision.regression_p == pytest.approx(0.0129480, abs=1e-6)
    assert decision.noninferiority_p == pytest.approx(0.043542, abs=1e-6)
    assert decide(30, 15, 541, 0.05, exact=True).regression_p == pytest.approx(0.0178489, abs=1e-6)
    assert decision.attainable_margin < 0.05
    small = decide(2, 3, 20, margin=0.05)
    assert small.attainable_margin > 0.1
    assert small.needed == pytest.approx(167, abs=5)
    between = decide(62, 45, 541, margin=0.05)
    assert between.needed is not None
    assert between.needed > 541
    assert decide(100, 0, 100, margin=0.05).needed is not None


def test_scores():
    rng = np.random.default_rng(0)
    assert decide_units([as_units(rng.normal(0, 0.1, 541))], 0.05).decision is Decision.PASS
    assert decide_units([as_units(rng.normal(-0.03, 0.1, 541))], 0.05).decision is Decision.WARN
    assert decide_units([as_units(rng.normal(-0.08, 0.1, 541))], 0.05).decision is Decision.FAIL
    assert decide_units([as_units(rng.normal(0, 0.3, 30))], 0.05).decision is Decision.INCONCLUSIVE
    assert decide_units([as_units(rng.normal(-0.3, 0.1, 30))], 0.05).decision is Decision.FAIL


@pytest.mark.parametrize(
    ("n", "outcome"), [(0, "INCONCLUSIVE"), (1, "INCONCLUSIVE"), (20, "INCONCLUSIVE"), (541, "PASS")]
)
def test_scores_that_never_differ_pass_only_when_there_are_enough(n, outcome):
    assert decide_units([as_units(np.zeros(n))], 0.05).decision == outcome


def test_booleans_as_scores_agree_with_the_counts():
    d = np.r_[-np.ones(40), np.ones(30), np.zeros(471)]
    counts, scores = decide(40, 30, 541, 0.05), decide_units([as_units(d)], 0.05)
    assert scores.decision is counts.decision
    assert scores.noninferiority_p == pytest.approx(counts.noninferiority_p, abs=1e-9)
    assert scores.regression_p == pytest.approx(counts.regression_p, abs=1e-12)
    assert scores.interval == counts.interval
    assert scores.needed == counts.needed


def test_no_group_is_inconclusive():
    assert decide_units([], 0.05).decision is Decision.INCONCLUSIVE
    assert decide_units([as_units([])], 0.05).interval.n == 0


def test_an_interval_stays_within_a_hundred_points():
    interval = decide_units([as_units([-1.0, -0.9, -1.0])], 0.05).interval
    assert -1.0 <= interval.low <= interval.high <= 1.0
