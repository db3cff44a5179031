"""Our gate beside the rule of NeMo Evaluator 0.3, on the same simulated releases: who answers right how often.

`python -m benchmarks.gate_rules [RUNS]` from the top of the checkout; 1,000 releases a row take some 40 minutes on one
core. The peer's rule, from its documentation (docs.nvidia.com/nemo/evaluator, "Implementing Quality Gates"): of every
benchmark the paired drop with its two-sided 95 % t interval; above `max_drop` as a whole it is breached, below it as a
whole it is kept, else undecided. Where the baseline is low, the drop may not exceed a share of its score either. One
breached critical benchmark is NO-GO, an undecided one INCONCLUSIVE, else GO. Its samples are rows: wordings of one item
count as independent there. Both gates are given the same margin here, the peer per benchmark.
"""

import sys
from collections import Counter
from collections.abc import Callable

import numpy as np
from scipy.special import stdtrit

from ifeval.comparison.outcomes import OutcomeTable
from ifeval.release.decision import gate
from ifeval.release.policy import PRESETS
from ifeval.stats.assessment import Decision
from tests.releases import CORE, Truth, releases

MAX_DROP = 0.05
RELATIVE = 0.10
LOW = 0.30
"""A baseline below this share is guarded by the relative drop."""
ADVISORY = {name for name, made in CORE.items() if made.advisory or made.items < 50}
"""Left out of the peer's rule: with so few samples each of them would be INCONCLUSIVE whatever happens."""
TRUTHS = [
    ("equal", 0.05, {}, "GO"),
    ("equal", 0.15, {}, "GO"),
    ("equal", 0.30, {}, "GO"),
    ("-5 in format", 0.15, {"format": -0.05}, "NO-GO"),
    ("-10 in format", 0.05, {"format": -0.10}, "NO-GO"),
    ("-10 in format", 0.15, {"format": -0.10}, "NO-GO"),
    ("-10 in tool_calls", 0.15, {"tool_calls": -0.10}, "NO-GO"),
    ("-5 in all", 0.15, dict.fromkeys(CORE, -0.05), "NO-GO"),
]


def ours(old: OutcomeTable, new: OutcomeTable) -> str:
    decision = gate(old, new, PRESETS["release"]).decision
    return {Decision.FAIL: "NO-GO", Decision.INCONCLUSIVE: "INCONCLUSIVE"}.get(decision or Decision.FAIL, "GO")


def peer(old: OutcomeTable, new: OutcomeTable) -> str:
    states = {_state(old, new, task) for task in old.tasks if task not in ADVISORY}
    return next((state for state in ("NO-GO", "INCONCLUSIVE") if state in states), "GO")


def _state(old: OutcomeTable, new: OutcomeTable, task: str) -> str:
    before, after = (side.tasks[task].metrics["right"][:, 0] for side in (old, new))
    drop = before - after
    half = float(stdtrit(len(drop) - 1, 0.975)) * float(drop.std(ddof=1)) / len(drop) ** 0.5
    allowed = MAX_DROP if before.mean() >= LOW else min(MAX_DROP, RELATIVE * float(before.mean()))
    if drop.mean() - half > allowed:
        return "NO-GO"
    return "GO" if drop.mean() + half <= allowed else "INCONCLUSIVE"


def row(truth: Truth, rule: Callable[[OutcomeTable, OutcomeTable], str], runs: int) -> dict[str, float]:
    found = Counter(rule(old, new) for old, new in releases(runs, truth))
    return {answer: found[answer] / runs for answer in ("NO-GO", "INCONCLUSIVE", "GO")}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"{runs} releases a row; standard error at most {0.5 / np.sqrt(runs):.3f}")
    print("| truth | outcomes that change | right answer | ours: right, wrong, none | peer: right, wrong, none |")
    print("|---|---|---|---|---|")
    for name, discordance, differences, right in TRUTHS:
        truth, wrong = Truth(discordance, differences), "GO" if right == "NO-GO" else "NO-GO"
        shown = []
        for rule in (ours, peer):
            found = row(truth, rule, runs)
            shown.append(f"{found[right]:.2f}, {found[wrong]:.2f}, {found['INCONCLUSIVE']:.2f}")
        print(f"| {name} | {100 * discordance:.0f} % | {right} | {shown[0]} | {shown[1]} |", flush=True)


if __name__ == "__main__":
    main()
