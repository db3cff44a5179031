"""BFCL's group accuracies and overall formulas, for the categories that were run.

Rules: `bfcl_eval/eval_checker/eval_runner_helper.py`. Upstream counts a category that was not run as zero in the
overall score; here the overall score of what was run is given beside it, and what was not run is named.
"""

from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any

from ifeval.tool_calls.bfcl.data import MULTI_TURN, SINGLE_TURN

SIMPLE = ("simple_python", "simple_java", "simple_javascript")
LIVE_CALLS = ("live_simple", "live_multiple", "live_parallel", "live_parallel_multiple")
V4_WEIGHTS = {"non_live": 10, "live": 10, "irrelevance": 10, "multi_turn": 30, "agentic": 40}
V3_WEIGHTS = {"non_live": 1, "live": 1, "multi_turn": 1}

Tally = Mapping[str, tuple[int, int]]
"""Successes and trials by category."""


def summarize(tally: Tally) -> dict[str, Any]:
    """Category and group accuracies (in [0, 1]), the v4 and v3 overall scores, and `not_run`."""
    accuracy = {category: right / trials for category, (right, trials) in tally.items() if trials}
    groups = _groups(tally, accuracy)
    return {
        "categories": accuracy,
        "groups": groups,
        "v4": _overall(groups, V4_WEIGHTS),
        "v3": _overall(groups, V3_WEIGHTS),
        "not_run": [*(category for category in SINGLE_TURN + MULTI_TURN if category not in accuracy), "agentic"],
    }


def _groups(tally: Tally, accuracy: Mapping[str, float]) -> dict[str, float]:
    """The groups of which anything was run; those with unequal parts weigh their parts as upstream does."""
    simple = _mean(accuracy, SIMPLE)
    non_live = _mean({**accuracy, "simple": simple}, ("simple", "multiple", "parallel", "parallel_multiple"))
    live = [tally[category] for category in LIVE_CALLS if category in accuracy]
    groups = {
        "simple": simple,
        "non_live": non_live,
        "live": sum(right for right, _ in live) / sum(trials for _, trials in live) if live else None,
        "irrelevance": _mean(accuracy, ("irrelevance", "live_irrelevance")),
        "relevance": accuracy.get("live_relevance"),
        "multi_turn": _mean(accuracy, MULTI_TURN),
    }
    return {name: value for name, value in groups.items() if value is not None}


def _mean(accuracy: Mapping[str, float | None], parts: Iterable[str]) -> float | None:
    found = [value for part in parts if (value := accuracy.get(part)) is not None]
    return fmean(found) if found else None


def _overall(groups: Mapping[str, float], weights: Mapping[str, int]) -> dict[str, Any]:
    """`missing_as_zero` is the leaderboard's number; `of_what_was_run` divides by the weight that was run."""
    earned = sum(weight * groups[part] for part, weight in weights.items() if part in groups)
    run = sum(weight for part, weight in weights.items() if part in groups)
    total = sum(weights.values())
    return {
        "missing_as_zero": earned / total,
        "of_what_was_run": earned / run if run else None,
        "weight_run": run / total,
        "missing": [part for part in weights if part not in groups],
    }
