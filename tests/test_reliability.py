"""Several replies to each sample: pass@k, pass^k and the worst of k, wherever a run's scores are shown."""

import numpy as np
import pytest

from ifeval.cli.scorecard import print_run
from ifeval.report.leaderboard import build
from ifeval.runs.reliability import reliability
from ifeval.runs.run import load_run
from tests.made_runs import make_run


def numbers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def test_booleans():
    values = np.array([1.0, 1, 1, 0, 0, 0])
    found = reliability(values, numbers(1, 1, 2, 2, 3, 3), numbers(1, 1, 2, 2, 3, 3))
    assert {name: interval.estimate for name, interval in found.items()} == {
        "pass@2": pytest.approx(2 / 3),
        "pass^2": pytest.approx(1 / 3),
    }
    assert found["pass@2"].n == 3


def test_scores_and_replies_that_do_not_count():
    values = np.array([0.2, 0.8, 0.5, 0.5, np.nan, 0.9])
    samples = numbers(1, 1, 2, 2, 3, 3)
    (worst,) = reliability(values, samples, samples).values()
    assert worst.estimate == pytest.approx((0.2 + 0.5) / 2)
    assert worst.n == 2


def test_one_reply_says_nothing_of_it():
    assert reliability(np.array([1.0, 0.0]), numbers(1, 2), numbers(1, 2)) == {}
    assert reliability(np.empty(0), numbers(), numbers()) == {}


def test_wordings_of_one_item_are_one_unit():
    values = np.array([1.0, 0, 1, 1] * 10)
    samples = np.repeat(np.arange(20, dtype=np.uint64), 2)
    units = np.repeat(np.arange(10, dtype=np.uint64), 4)
    assert reliability(values, samples, units)["pass^2"].n == 10


def test_shown_in_summary_score_card_and_leaderboard(tmp_path, capsys):
    rng = np.random.default_rng(0)
    run = make_run(tmp_path / "run", {"t": (rng.random((60, 4)) < 0.7).astype(int).tolist()}, repeats=4)
    metrics = load_run(run).summary["tasks"]["t"]["metrics"]
    assert metrics["pass^4"]["value"] < metrics["followed"]["value"] < metrics["pass@4"]["value"]
    assert load_run(run).tasks["t"].metrics["pass@4"].n == 60
    print_run(run, json=False)
    shown = capsys.readouterr().out
    assert "pass@4" in shown
    assert "pass^4" in shown
    assert {entry.metric for entry in build([run])} == {"followed", "pass@4", "pass^4"}
    once = make_run(tmp_path / "once", {"t": [1] * 20})
    assert not any(name.startswith("pass") for name in load_run(once).summary["tasks"]["t"]["metrics"])
