"""What conversations take can be gated: replies, calls, tokens and seconds per sample, beside the scores."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ifeval.comparison import baselines
from ifeval.comparison.outcomes import OutcomeTable, run_outcomes
from ifeval.errors import Exit, UserError
from ifeval.release.decision import gate
from ifeval.release.formats import to_junit, to_text
from ifeval.release.looks import Looks
from ifeval.release.policy import PRESETS, parse_policy
from ifeval.runs.observer import Silent
from ifeval.runs.options import RunOptions
from ifeval.runs.pipeline import run
from ifeval.runs.run import load_run
from ifeval.stats.assessment import Decision

PLUGINS = Path(__file__).parent / "plugins"
TIGHT = replace(PRESETS["smoke"], efforts={"replies": 0.25, "tokens": 0.25})


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> OutcomeTable:
    """24 conversations of one to four turns, and 40 samples that are asked once."""
    folder = tmp_path_factory.mktemp("efforts")
    options = RunOptions(
        model="scripted:oracle", tasks=("talk", "tiny-copy"), task_paths=(PLUGINS,), out=folder / "run", cache=False
    )
    return run_outcomes(load_run(run(options, Silent())))


def longer(side: OutcomeTable, effort: str, times: float) -> OutcomeTable:
    """The run whose conversations took so many times as much."""
    task = side.tasks["talk"]
    efforts = {**task.efforts, effort: task.efforts[effort] * times}
    return replace(side, name="new", tasks={**side.tasks, "talk": replace(task, efforts=efforts)})


def test_conversations_say_what_they_took(talks):
    assert set(talks.tasks["talk"].efforts) == {"replies", "calls", "tokens", "seconds"}
    assert sorted(set(talks.tasks["talk"].efforts["replies"].ravel().tolist())) == [1, 2, 3, 4]
    assert (talks.tasks["talk"].efforts["tokens"] == talks.tasks["talk"].tokens).all()
    assert talks.tasks["tiny-copy"].efforts == {}


def test_longer_conversations_fail_where_the_policy_limits_them(talks):
    much = longer(talks, "tokens", 1.5)
    assert gate(talks, much, PRESETS["smoke"]).decision is Decision.PASS
    verdict = gate(talks, much, TIGHT)
    assert verdict.decision is Decision.FAIL
    assert verdict.decided_by == ("tokens of talk",)
    before, after = talks.tasks["talk"].efforts["tokens"].mean(), much.tasks["talk"].efforts["tokens"].mean()
    said = f"tokens of talk: {before:.4g} per sample of the baseline's, {after:.4g} of the candidate's"
    assert said in to_text(verdict)
    assert "a rise of more than 25 % fails" in to_text(verdict)
    assert b'name="tokens of talk"' in to_junit(verdict)
    assert gate(talks, longer(talks, "tokens", 1.2), TIGHT).decision is Decision.PASS, "within the limit"
    assert gate(much, talks, TIGHT).decision is Decision.PASS, "less is no rise"
    assert gate(talks, longer(talks, "seconds", 9), TIGHT).decision is Decision.PASS, "nothing is asked of it"


def test_a_rise_by_chance_is_none(talks):
    """One conversation of 24 that ran away is no significant rise."""
    task = talks.tasks["talk"]
    replies = task.efforts["replies"].copy()
    replies[0] = 100
    away = replace(talks, tasks={**talks.tasks, "talk": replace(task, efforts={**task.efforts, "replies": replies})})
    assert gate(talks, away, TIGHT).decision is Decision.PASS


def test_baselines_keep_them_and_older_ones_say_that_they_have_none(talks, tmp_path):
    path = baselines.save(baselines.record(talks), "b", tmp_path)
    kept = baselines.load(path)
    for name, values in talks.tasks["talk"].efforts.items():
        assert np.array_equal(kept.tasks["talk"].efforts[name], values)
    document = json.loads(path.read_text())
    for task in document["tasks"].values():
        del task["efforts"]
    old = baselines.load(baselines.save(document, "old", tmp_path))
    verdict = gate(old, talks, TIGHT)
    assert verdict.exit_code == Exit.NOT_COMPARABLE
    assert "does not say how many replies the conversations of talk took; record it again" in str(verdict.refusal)
    assert gate(old, talks, PRESETS["smoke"]).decision is Decision.PASS


def test_planned_looks_cannot_judge_them(talks):
    with pytest.raises(UserError, match=r"take \[efforts\] out of the policy"):
        Looks(talks, TIGHT, repeats=1)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"words": 0.2}, "efforts.words is unknown; known here are calls, replies, seconds, tokens"),
        ({"tokens": 0}, "efforts.tokens must be a number above 0"),
        ({"tokens": True}, "efforts.tokens must be a number above 0"),
        (3, "efforts must be a table"),
    ],
)
def test_policies_that_cannot_be_used(table, message):
    with pytest.raises(ValueError, match=message):
        parse_policy({"efforts": table})
    assert parse_policy({"efforts": {"tokens": 1.5}}).efforts == {"tokens": 1.5}
