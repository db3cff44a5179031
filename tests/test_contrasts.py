"""Seen against unseen clusters: planted effects come back, and the interval covers as often as it says."""

from math import isnan

import numpy as np
import pytest
from scipy import stats

import ifeval
from ifeval.comparison.differences import compare
from ifeval.comparison.formats import to_text
from ifeval.comparison.outcomes import run_outcomes
from ifeval.errors import UserError
from ifeval.records import Response, Score
from ifeval.registry.plugins import discover
from ifeval.runs.generalisation import gain_split, seen_split, seen_split_of_rows, welch_interval
from ifeval.task import Row
from ifeval.util.jsonio import dumps

CLUSTERS = [name for name in "abcdefgh" for _ in range(20)]
SEEN = ("a", "b", "c")


def test_welch_is_scipys():
    first, second = np.array([0.2, 0.5, 0.9, 0.4]), np.array([0.1, 0.3, 0.2])
    expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.9)
    interval = welch_interval(first, second, 0.9)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


def test_clusters_weigh_the_same_whatever_their_size():
    split = seen_split([1, 1, 1, 1, 0, 0.5], ["a", "a", "a", "a", "b", "c"], ["a", "b"])
    assert (split.seen, split.unseen, split.gap.estimate) == (0.5, 0.5, 0.0)
    assert isnan(split.gap.low)


def test_tuning_that_only_knows_its_clusters():
    base = np.zeros(len(CLUSTERS))
    tuned = np.array([float(name in SEEN) for name in CLUSTERS])
    gains = gain_split(base, tuned, CLUSTERS, SEEN)
    assert (gains.seen, gains.unseen) == (1.0, 0.0)
    assert (gains.gap.estimate, gains.gap.low, gains.gap.high) == (1.0, 1.0, 1.0)
    assert gain_split(base, base + 0.5, CLUSTERS, SEEN).gap.estimate == 0.0


def test_the_interval_covers():
    rng = np.random.default_rng(0)
    trials, inside = 400, 0
    for _ in range(trials):
        effects = dict(zip("abcdefgh", rng.normal(0.1, 0.1, 8), strict=True))
        base = rng.random(len(CLUSTERS)) < 0.4
        tuned = rng.random(len(CLUSTERS)) < np.clip([0.4 + effects[name] for name in CLUSTERS], 0, 1)
        interval = gain_split(base, tuned, CLUSTERS, SEEN).gap
        inside += interval.low <= 0.0 <= interval.high
    assert 0.92 <= inside / trials <= 0.98


def test_rows_without_the_metric_are_left_out():
    def row(cluster, value):
        return Row("x", 0, {"cluster": cluster}, Response("k", "", "stop"), Score((), {"correct": value}))

    rows = [row("a", 1.0), row("a", None), row("b", 0.0)]
    clusters, split = seen_split_of_rows(rows, ["a", "another task's"], "cluster", "correct")
    assert clusters == ["a"]
    assert (split.seen, split.unseen) == (1.0, 0.0)
    for seen in (["another task's"], ["a", "b"]):
        assert seen_split_of_rows(rows, seen, "cluster", "correct") is None


@pytest.mark.parametrize("seen", [["z"], [], list("abcdefgh")])
def test_a_split_needs_known_clusters_on_both_sides(seen):
    with pytest.raises(UserError, match="--seen"):
        seen_split(np.zeros(len(CLUSTERS)), CLUSTERS, seen)


@pytest.mark.usefixtures("drawn_once")
def test_compare_says_whether_tuning_taught_the_kinds_it_trained_on(tmp_path):
    """A model that learnt two clusters by heart and nothing else."""
    learnt, trained = tmp_path / "learnt.jsonl", ("lists", "tables")
    samples = list(discover()["zero_shot"]().samples(0, 128))
    learnt.write_bytes(
        b"".join(
            dumps(
                {
                    "prompt": sample.messages[-1]["content"],
                    "response": sample.oracle if sample.tags["cluster"] in trained else "no",
                }
            )
            + b"\n"
            for sample in samples
        )
    )
    runs = [
        ifeval.evaluate(model, tasks=["zero_shot"], limit=128, out=tmp_path / name, seen=seen, cache=False)
        for model, name, seen in (("scripted:empty", "base", ()), (f"replay:{learnt}", "tuned", trained))
    ]
    comparison = compare(*(run_outcomes(run) for run in runs), allow=["engine"])
    (row,) = comparison.generalisation
    assert (row.task, row.clusters, row.gains.seen) == ("zero_shot", trained, 1.0)
    assert row.gains.unseen < 0.1 < row.gains.gap.low
    assert "+100.0 points on clusters seen in training (lists, tables)" in to_text(comparison)
