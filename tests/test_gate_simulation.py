"""How often the gate is right, end to end through `gate()` and the planned looks, at the sizes of `core`.

The slow tests print their table: `pytest -m slow -s tests/test_gate_simulation.py`. The fast one keeps them honest.
"""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from ifeval.comparison import baselines
from ifeval.comparison.outcomes import OutcomeTable
from ifeval.release.decision import gate
from ifeval.release.looks import Looks
from ifeval.release.policy import PRESETS, Policy
from ifeval.stats.assessment import Decision
from tests.releases import CORE, Made, Truth, outcomes, releases, table, with_rate

RUNS = 1000
PASSED = (Decision.PASS, Decision.WARN)


def everywhere(loss: float) -> dict[str, float]:
    return dict.fromkeys(CORE, -loss)


def in_family(family: str, loss: float) -> dict[str, float]:
    return {task: -loss for task, made in CORE.items() if made.family == family}


def shares(decisions: list[Decision | None]) -> tuple[float, float, float]:
    """(FAIL, INCONCLUSIVE, PASS)."""
    count, n = Counter(decisions), len(decisions)
    return count[Decision.FAIL] / n, count[Decision.INCONCLUSIVE] / n, sum(count[one] for one in PASSED) / n


def simulated(truth: Truth, policy: Policy, runs: int = RUNS) -> tuple[float, ...]:
    return shares([gate(old, new, policy).decision for old, new in releases(runs, truth)])


def errors(share: float, runs: int = RUNS) -> float:
    """Two standard errors of a simulated share."""
    return 2 * (share * (1 - share) / runs) ** 0.5


def shown(name: str, discordance: float, found: tuple[float, ...]) -> None:
    print(f"\n| {name} | {100 * discordance:.0f} % | " + " | ".join(f"{share:.3f}" for share in found) + " |")


def test_equal_pass_and_collapses_fail_roughly():
    fail, _, passed = simulated(Truth(0.05), PRESETS["release"], 40)
    assert passed >= 0.95 - errors(0.95, 40)
    assert fail <= 0.05 + errors(0.05, 40)
    fail, _, _ = simulated(Truth(0.15, in_family("structured", 0.2)), PRESETS["release"], 20)
    assert fail >= 0.95


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", ["ceiling-oracle", "floor-random"])
def test_planned_looks_pass_a_baseline_against_itself(name, preset):
    run = baselines.find(name, [baselines.builtin_folder()])
    decision, _ = sequentially(run, run, PRESETS[preset])
    assert decision is Decision.PASS


@pytest.mark.slow
@pytest.mark.parametrize(("discordance", "wanted"), [(0.05, 0.95), (0.15, 0.75), (0.3, 0.4)])
def test_equal(discordance, wanted):
    fail, open_, passed = simulated(Truth(discordance), PRESETS["release"])
    shown("equal", discordance, (fail, open_, passed))
    assert passed >= wanted - errors(wanted)
    assert fail <= 0.05 + errors(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("discordance", [0.05, 0.15])
@pytest.mark.parametrize("family", ["format", "structured", "zero_shot"])
def test_ten_points_in_one_family(family, discordance):
    fail, open_, passed = simulated(Truth(discordance, in_family(family, 0.1)), PRESETS["release"])
    shown(f"-10 in {family}", discordance, (fail, open_, passed))
    assert fail >= 0.98 - errors(0.98)


@pytest.mark.slow
@pytest.mark.parametrize(("discordance", "wanted"), [(0.05, 0.92), (0.15, 0.39), (0.3, 0.22)])
def test_five_points_in_format(discordance, wanted):
    """As often as four families' own tests with Holm find it at 240 samples each, at 30 % nearly so."""
    fail, open_, passed = simulated(Truth(discordance, in_family("format", 0.05)), PRESETS["release"])
    shown("-5 in format", discordance, (fail, open_, passed))
    assert fail >= wanted - errors(wanted)


@pytest.mark.slow
def test_three_points_everywhere_hardly_pass():
    fail, open_, passed = simulated(Truth(0.15, everywhere(0.03)), PRESETS["release"])
    shown("-3 in all", 0.15, (fail, open_, passed))
    assert passed <= 0.05 + errors(0.05)


@pytest.mark.slow
def test_tool_calls_that_vanish():
    """8 of 144 right, then none; all other outcomes change as between two checkpoints."""
    core = {**CORE, "tool_calls": replace(CORE["tool_calls"], items=144)}
    few = (np.arange(144) < 8).astype(float).reshape(-1, 1)
    decisions = [
        gate(_scored(old, few), _scored(new, np.zeros((144, 1))), Policy()).decision
        for old, new in releases(RUNS, Truth(0.15), core=core)
    ]
    found = shares(decisions)
    shown("tool_calls 5.6 to 0", 0.15, found)
    assert found[0] >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("rate", ["truncated", "empty"])
@pytest.mark.parametrize("task", [name for name, made in CORE.items() if not made.advisory])
def test_replies_all_cut_or_empty_always_fail(task, rate):
    n = CORE[task].items
    for old, new in releases(50, Truth(0.15)):
        before = with_rate(old, task, rate, (np.arange(n) < 0.55 * n).astype(float).reshape(-1, 1))
        assert gate(before, with_rate(new, task, rate, np.ones((n, 1))), Policy()).decision is Decision.FAIL


def resampled(rng: np.random.Generator, replies: int, difference: float) -> tuple[OutcomeTable, OutcomeTable]:
    """240 samples that a baseline answers `replies` times and a candidate once; 15 % of outcomes change by chance."""
    chance = rng.beta(0.55, 0.25, 240)
    still = rng.random(240) < 1 - 0.15 / np.mean(2 * chance * (1 - chance))
    chance[still] = rng.random(still.sum()) < 0.7
    lower = np.where(chance >= -difference, difference / np.mean(chance >= -difference), 0.0)
    old = (rng.random((240, replies)) < chance[:, None]).astype(float)
    new = (rng.random((240, 1)) < np.clip(chance + lower, 0, 1)[:, None]).astype(float)
    made = Made("format", 240)
    return table("old", {"format": outcomes(made, old)}), table("new", {"format": outcomes(made, new)})


@pytest.mark.slow
def test_a_baseline_of_eight_replies_is_sharper():
    found = {}
    for replies in (1, 8):
        for difference in (0.0, -0.05):
            rng = np.random.default_rng(7)
            drawn = [resampled(rng, replies, difference) for _ in range(RUNS)]
            found[replies, difference] = shares([gate(old, new, PRESETS["strict"]).decision for old, new in drawn])
            print(f"\n| {replies} replies of the baseline | {difference} | {found[replies, difference]}")
    assert found[8, 0.0][2] >= found[1, 0.0][2] + 0.15, "an equal candidate passes more often"
    assert found[8, -0.05][0] >= found[1, -0.05][0] + 0.08, "a loss is found more often"
    assert found[8, 0.0][0] <= 0.05 + errors(0.05)
    assert found[8, -0.05][2] <= 0.05 + errors(0.05)


def sequentially(old: OutcomeTable, new: OutcomeTable, policy: Policy) -> tuple[Decision | None, float]:
    """The decision of planned looks, and the share of the replies asked for by then."""
    looks = Looks(old, policy, repeats=1)
    for name, watched in looks.tasks.items():
        watched.fill(new.tasks[name])
    asked = dict.fromkeys(looks.tasks, 0.0)
    while looks.decision is None:
        asked |= {name: looks.share(name) for name in looks.tasks if looks.wanted(name)}
        looks.step()
    sizes = {name: len(task.ids) for name, task in old.tasks.items()}
    return looks.decision, sum(asked[name] * size for name, size in sizes.items()) / sum(sizes.values())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "truth", "most_used"),
    [
        ("equal", Truth(0.05), 0.65),
        ("equal", Truth(0.15), 0.65),
        ("-10 in format", Truth(0.15, in_family("format", 0.1)), 0.65),
        ("-3 in all", Truth(0.15, everywhere(0.03)), 0.65),
    ],
)
def test_planned_looks(name, truth, most_used):
    ends = [sequentially(old, new, Policy()) for old, new in releases(RUNS, truth)]
    fail, open_, passed = shares([decision for decision, _ in ends])
    used = np.array([share for _, share in ends])
    shown(f"looks, {name}", truth.discordance, (fail, open_, passed, float(used.mean())))
    assert used.mean() <= most_used + 2 * used.std() / RUNS**0.5
    if name == "equal":
        assert fail <= 0.05 + errors(0.05)
    if name == "-3 in all":
        assert passed <= 0.05 + errors(0.05)


def _scored(side: OutcomeTable, values: np.ndarray) -> OutcomeTable:
    task = replace(side.tasks["tool_calls"], metrics={"right": values})
    return replace(side, tasks={**side.tasks, "tool_calls": task})
