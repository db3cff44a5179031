"""Planned looks: boundaries against published tables, error rates and savings by simulation."""

from math import e, log
from statistics import NormalDist

import numpy as np
import pytest

from ifeval.stats.assessment import Decision
from ifeval.stats.sequential import (
    SequentialGate,
    SpendingMcNemar,
    group_sequential_boundaries,
    planned_looks,
    power_spending,
)

FIFTHS = (0.2, 0.4, 0.6, 0.8, 1.0)
NORMAL = NormalDist()


def test_boundaries_are_those_of_published_tables():
    def obrien_fleming(t):
        return 2 - 2 * NORMAL.cdf(NORMAL.inv_cdf(1 - 0.0125) / t**0.5)

    def pocock(t):
        return 0.025 * log(1 + (e - 1) * t)

    assert group_sequential_boundaries(FIFTHS, obrien_fleming) == pytest.approx(
        [4.8769, 3.3570, 2.6803, 2.2898, 2.0310], abs=1e-4
    )
    assert group_sequential_boundaries(FIFTHS, pocock) == pytest.approx(
        [2.4380, 2.4268, 2.4102, 2.3966, 2.3860], abs=1e-4
    )
    looks = planned_looks(541, every=64)
    assert looks == (*range(64, 449, 64), 541)
    assert group_sequential_boundaries(tuple(at / 541 for at in looks), power_spending(0.05)) == pytest.approx(
        [3.1948, 2.8327, 2.6033, 2.4212, 2.2658, 2.1277, 2.0020, 1.8098], abs=1e-4
    )


def test_one_look_is_the_fixed_test():
    assert group_sequential_boundaries((1.0,), power_spending(0.05)) == pytest.approx([1.644854], abs=1e-5)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ([-1] * 40, (9, 9, 9, 9, 0.001953125)),
        ([-1, 0, 0, -1, 0, 1, 0, -1] * 20, (59, 29, 22, 22, None)),
        ([-1, 1] * 50, (None, 100, 50, None, 0.049977447)),
    ],
)
def test_spending_goldens(pattern, expected):
    test, losses, wins, stopped = SpendingMcNemar(len(pattern)), 0, 0, None
    for at, difference in enumerate(pattern, start=1):
        losses, wins = losses + (difference < 0), wins + (difference > 0)
        if test.look(at, losses, wins):
            stopped = at
            break
    at, discordant, lost, critical, spent = expected
    assert (stopped, losses + wins, losses) == (at, discordant, lost)
    if stopped:
        assert test.critical == critical
    if spent:
        assert test.spent == pytest.approx(spent, abs=1e-9)


def test_spending_needs_no_plan_and_never_overspends():
    test, rng = SpendingMcNemar(541), np.random.default_rng(0)
    losses = wins = 0
    for at in (3, 10, 11, 200, 500, 541):
        losses, wins = losses + int(rng.integers(0, 4)), wins + int(rng.integers(0, 4))
        test.look(at, losses, wins)
        assert test.spent <= 0.05 * (at / 541) ** 2 + 1e-12


@pytest.mark.parametrize(
    ("n", "looks"),
    [(1, (1,)), (20, (20,)), (64, (64,)), (100, (64, 100)), (128, (64, 96, 128)), (541, (*range(64, 481, 32), 541))],
)
def test_planned_looks(n, looks):
    assert planned_looks(n) == looks


def test_planned_looks_stay_few():
    assert len(planned_looks(100_000)) <= 50


def test_results_may_finish_in_any_order():
    rng = np.random.default_rng(5)
    baseline, candidate = rng.random((2, 541)) < [[0.8], [0.68]]
    in_order, shuffled = SequentialGate(541, 0.05), SequentialGate(541, 0.05)
    for i in range(541):
        if in_order.add(i, baseline[i], candidate[i]):
            break
    for block in np.array_split(np.arange(541), 40):
        for i in rng.permutation(block):
            shuffled.add(int(i), baseline[i], candidate[i])
    assert in_order.decision is shuffled.decision is Decision.FAIL
    assert in_order.looks == shuffled.looks
    assert in_order.looks[-1].n < 541
    with pytest.raises(ValueError, match="given twice"):
        in_order.add(0, True, True)


def test_the_same_model_passes_early_and_a_wreck_fails_at_once():
    same, wreck = SequentialGate(541, 0.05), SequentialGate(541, 0.05)
    for i in range(541):
        same.add(i, True, True)
        wreck.add(i, True, False)
    assert (same.decision, same.looks[-1].n) == (Decision.PASS, 160)
    assert (wreck.decision, wreck.looks[-1].n) == (Decision.FAIL, 64)


def test_too_few_prompts_end_inconclusive():
    gate = SequentialGate(20, 0.05)
    outcomes = [gate.add(i, True, True) for i in range(20)]
    assert outcomes[-1] is Decision.INCONCLUSIVE
    assert outcomes[:-1] == [None] * 19


def simulate(runs, difference, discordance=0.15, n=541, margin=0.05, seed=0):
    """Shares of the outcomes of `runs` sequential gates, and the mean share of the prompts they used."""
    rng = np.random.default_rng(seed)
    looks = planned_looks(n)
    rates = [(discordance - difference) / 2, (discordance + difference) / 2, 1 - discordance]
    counts = rng.multinomial(np.diff([0, *looks]), rates, (runs, len(looks))).cumsum(axis=1)
    gates = []
    for path in counts:
        gate = SequentialGate(n, margin)
        for losses, wins, _ in path.tolist():
            if gate.look(losses, wins):
                break
        gates.append(gate)
    shares = {outcome: sum(gate.decision is outcome for gate in gates) / runs for outcome in Decision}
    return shares, sum(gate.looks[-1].n for gate in gates) / (runs * n)


def test_error_rates_and_savings_roughly():
    """400 runs each: the bounds are three standard errors wide; the slow test below is the sharp one."""
    same, used = simulate(400, 0.0)
    assert same[Decision.FAIL] + same[Decision.WARN] <= 0.05 + 0.033
    assert used <= 0.65 + 0.02
    worse, used = simulate(400, -0.10)
    assert worse[Decision.FAIL] >= 0.99
    assert used <= 0.30 + 0.01
    at_the_margin, _ = simulate(400, -0.05)
    assert at_the_margin[Decision.PASS] + at_the_margin[Decision.WARN] <= 0.05 + 0.033


@pytest.mark.slow
@pytest.mark.parametrize("discordance", [0.10, 0.15, 0.25])
def test_error_rates(discordance):
    """20,000 runs each (standard error .0015). At psi .10 the PASS side is conservative: FAIL often comes first."""
    same, used = simulate(20_000, 0.0, discordance)
    at_the_margin, used_at_the_margin = simulate(20_000, -0.05, discordance)
    print(f"\npsi {discordance}: same {same} used {used:.3f}; -5 points {at_the_margin} used {used_at_the_margin:.3f}")
    assert 0.04 <= same[Decision.FAIL] + same[Decision.WARN] <= 0.06
    assert (
        (0.035 if discordance == 0.10 else 0.04) <= at_the_margin[Decision.PASS] + at_the_margin[Decision.WARN] <= 0.06
    )


@pytest.mark.slow
def test_savings():
    _, used = simulate(20_000, 0.0)
    worse, used_when_worse = simulate(20_000, -0.10)
    print(f"\nsame: {used:.3f} of the prompts; -10 points: {used_when_worse:.3f}, {worse}")
    assert used <= 0.65
    assert used_when_worse <= 0.30
    assert worse[Decision.FAIL] >= 0.999
