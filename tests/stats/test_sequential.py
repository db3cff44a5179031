"""Planned looks: boundaries against published tables, error rates and savings by simulation."""

from math import e, log
from statistics import NormalDist

import numpy as np
import pytest

from ifeval.stats.score_test import Units, as_units
from ifeval.stats.sequential import (
    SequentialTest,
    SpendingFlips,
    group_sequential_boundaries,
    planned_looks,
    power_spending,
)
from tests.stats.simulated import changes

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
    test, losses, wins, stopped = SpendingFlips(), 0, 0, None
    for at, difference in enumerate(pattern, start=1):
        losses, wins = losses + (difference < 0), wins + (difference > 0)
        if test.look(at / len(pattern), [difference]):
            stopped = at
            break
    at, discordant, lost, critical, spent = expected
    assert (stopped, losses + wins, losses) == (at, discordant, lost)
    if stopped:
        assert test.critical == critical
    if spent:
        assert test.spent == pytest.approx(spent, abs=1e-9)


def test_spending_needs_no_plan_and_never_overspends():
    test, rng = SpendingFlips(), np.random.default_rng(0)
    for at in (3, 10, 11, 200, 500, 541):
        test.look(at / 541, rng.choice([-4, -1, 0, 1, 3], size=6).tolist())
        assert test.spent <= 0.05 * (at / 541) ** 2 + 1e-12


@pytest.mark.parametrize(
    ("n", "looks"),
    [(1, (1,)), (20, (20,)), (64, (64,)), (100, (64, 100)), (128, (64, 96, 128)), (541, (*range(64, 481, 32), 541))],
)
def test_planned_looks(n, looks):
    assert planned_looks(n) == looks


def test_planned_looks_stay_few():
    assert len(planned_looks(100_000)) <= 50


def fractions(n: int) -> tuple[float, ...]:
    return tuple(at / n for at in planned_looks(n))


def run(differences: list[np.ndarray], shares: list[float], **planned) -> tuple[str, float]:
    """("worse", "within" or "open", the share of the units it took) of one path, looked at as planned."""
    looks = fractions(max(len(d) for d in differences))
    test = SequentialTest(looks, 0.05, **planned)
    for fraction in looks:
        look = test.look([Units(d[: round(fraction * len(d))], s) for d, s in zip(differences, shares, strict=True)])
        if look.worse or look.within:
            return "worse" if look.worse else "within", fraction
    return "open", 1.0


def test_the_same_model_passes_early_and_a_wreck_fails_at_once():
    assert run([np.zeros(541)], [1.0]) == ("within", pytest.approx(160 / 541))
    assert run([-np.ones(541)], [1.0]) == ("worse", pytest.approx(64 / 541))
    assert run([np.zeros(20)], [1.0]) == ("open", 1.0)


def test_hope_falls_where_a_candidate_is_worse():
    looks = fractions(541)
    rng = np.random.default_rng(1)
    hopes = {}
    for difference in (0.0, -0.05):
        test = SequentialTest(looks, 0.05)
        d = changes(rng, 1, 541, 0.15, difference)[0]
        hopes[difference] = [test.look([as_units(d[: round(f * 541)])]).hope for f in looks]
    assert hopes[0.0][8] > 0.5
    assert hopes[-0.05][8] < 0.2
    assert hopes[-0.05][-1] == 0.0


def simulate(runs, difference, discordance=0.15, seed=0, units=((541, 1),), correlation=0.36):
    """Shares of the ways that `runs` sequential tests end, and the mean share of the units they used."""
    rng = np.random.default_rng(seed)
    drawn = [changes(rng, runs, n, discordance, difference, wordings, correlation) for n, wordings in units]
    denominator = max(wordings for _, wordings in units)
    ends = [
        run(list(path), [1 / len(units)] * len(units), denominator=denominator) for path in zip(*drawn, strict=True)
    ]
    shares = {end: float(np.mean([kind == end for kind, _ in ends])) for end in ("worse", "within", "open")}
    return shares, float(np.mean([used for _, used in ends]))


def test_error_rates_and_savings_roughly():
    """200 runs each: the bounds are three standard errors wide; the slow test below is the sharp one."""
    same, used = simulate(200, 0.0)
    assert same["worse"] <= 0.05 + 0.046
    assert used <= 0.65 + 0.03
    worse, used = simulate(200, -0.10)
    assert worse["worse"] >= 0.98
    assert used <= 0.30 + 0.02
    at_the_margin, _ = simulate(200, -0.05)
    assert at_the_margin["within"] <= 0.05 + 0.046


@pytest.mark.slow
@pytest.mark.parametrize(
    ("difference", "discordance", "most_used"),
    [(0.0, 0.10, 0.65), (0.0, 0.15, 0.65), (0.0, 0.25, 0.80), (-0.05, 0.10, 1.0), (-0.05, 0.15, 1.0),
     (-0.05, 0.25, 1.0), (-0.10, 0.15, 0.30)],
)  # fmt: skip
def test_planned_looks_at_booleans(difference, discordance, most_used):
    """The table of docs/metrics.md: 4,000 runs each, standard error at most .008."""
    ends, used = simulate(4000, difference, discordance)
    shares = " | ".join(f"{ends[end]:.3f}" for end in ("within", "worse", "open"))
    print(f"\n| {100 * difference:.0f} points | {100 * discordance:.0f} % | {shares} | {100 * used:.0f} % |")
    assert used <= most_used
    if difference == 0.0:
        assert ends["worse"] <= 0.05 + 0.007
    if difference == -0.05:
        assert ends["within"] <= 0.05 + 0.007
    if difference == -0.10:
        assert ends["worse"] >= 0.999


FAMILIES = ((240, 1), (288, 1), (192, 4))


@pytest.mark.slow
@pytest.mark.parametrize("units", [((192, 4),), FAMILIES], ids=["items", "families"])
@pytest.mark.parametrize("discordance", [0.05, 0.15])
def test_error_rates(discordance, units):
    """1,000 runs each (standard error .007). At psi .05 the PASS side is conservative: FAIL often comes first."""
    same, used = simulate(1000, 0.0, discordance, units=units)
    at_the_margin, _ = simulate(1000, -0.05, discordance, units=units)
    print(f"\n{units} psi {discordance}: same {same} used {used:.3f}; -5 points {at_the_margin}")
    assert same["worse"] <= 0.05 + 0.014
    assert at_the_margin["within"] <= 0.05 + 0.014
