"""The tasks bfcl_multi_turn, bfcl_multi_turn-native and bfcl-v4: the official runner's steps through the pipeline."""

from collections import Counter

import pytest

import ifeval
from ifeval.models.prompts import Chat
from ifeval.records import Response, ToolCall
from ifeval.registry.plugins import discover
from ifeval.runs.validation import validate
from ifeval.tool_calls import by_name
from ifeval.tool_calls.bfcl.multi_turn import MAX_STEPS
from tests.bfcl_data import bfcl_data  # noqa: F401 - a fixture

HERMES = by_name("hermes")


@pytest.fixture(scope="module")
def tasks(bfcl_data):  # noqa: F811
    known = discover()
    return {name: known[name](bfcl_data) for name in ("bfcl_multi_turn", "bfcl_multi_turn-native", "bfcl-v4")}


def words(text):
    return Response("k", text, "stop", answer=text)


@pytest.mark.parametrize("name", ["bfcl_multi_turn", "bfcl_multi_turn-native"])
def test_gold_passes_and_nothing_else(tasks, name):
    found = validate(tasks[name], HERMES, limit=80)
    assert found.ok, found.problems
    assert found.tried["oracle"] == 80


def test_a_limit_takes_of_all_categories(tasks):
    tags = Counter(sample.tags["category"] for sample in tasks["bfcl_multi_turn"].samples(0, 40))
    assert set(tags.values()) == {10}
    whole = list(tasks["bfcl-v4"].samples(0))
    assert len(whole) == len({sample.id for sample in whole}) == 4441
    assert sum(sample.tags["group"] == "multi_turn" for sample in whole[:444]) == pytest.approx(80, abs=2)


def test_results_go_back_as_the_official_runner_sends_them(tasks):
    task = tasks["bfcl_multi_turn"]
    sample = next(task.samples(0))
    assert sample.id == "multi_turn_base_0"
    after = task.follow(sample, [words("[pwd(), ls(a=True)]")])
    assert [message["role"] for message in after.messages] == ["system", "user", "assistant", "tool", "tool"]
    assert after.messages[-2]["name"] == "pwd()"
    prepared = Chat("{{ tools }}", HERMES).prepare(after)
    assert [message["role"] for message in prepared.messages] == ["system", "user", "assistant", "user"]
    assert prepared.messages[-1]["content"].count("Result of ") == 2
    going_on = task.follow(sample, [words("[pwd()]"), words("I am done.")])
    assert [message["role"] for message in going_on.messages][-2:] == ["assistant", "user"]


def test_functions_come_back_in_their_turn(tasks):
    for name, native in (("bfcl_multi_turn", False), ("bfcl_multi_turn-native", True)):
        task = tasks[name]
        sample = next(sample for sample in task.samples(0) if sample.tags["category"] == "multi_turn_miss_func")
        entry = task.entries[sample.id]
        at = min(entry.held_back)
        after = task.follow(sample, [words("I cannot.")] * at)
        assert after.messages[-1]["role"] == "user"
        assert after.messages[-1]["content"].endswith("What about now?")
        held = entry.held_back[at][0]
        if native:
            offered = [[tool["function"]["name"] for tool in one.tools] for one in (sample, after)]
            assert held not in offered[0]
            assert held == offered[1][-1]
        else:
            assert held in after.messages[-1]["content"]


def test_too_many_steps_end_it_for_good(tasks):
    task = tasks["bfcl_multi_turn-native"]
    sample = next(task.samples(0))
    step = Response("k", "", "tool_calls", tool_calls=(ToolCall("pwd", {}),))
    assert task.follow(sample, [step] * MAX_STEPS) is not None
    assert task.follow(sample, [step] * (MAX_STEPS + 1)) is None
    score = task.score_turns(sample, [step] * (MAX_STEPS + 1))
    assert score.checks[0].failure == "multi_turn:force_terminated"
    assert task.score_turns(sample, [step]).checks[0].failure == "multi_turn:inference_error"


def test_the_overall_score_has_its_multi_turn_share(tasks, bfcl_data, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    run = ifeval.evaluate(
        "scripted:oracle", tasks="bfcl-v4", data=bfcl_data, limit=300, out=tmp_path / "run", progress=False
    )
    report = run.summary["tasks"]["bfcl-v4"]["report"]["bfcl"]
    assert report["groups"]["multi_turn"] == 1
    assert report["v4"]["weight_run"] == pytest.approx(0.6)
    assert report["v4"]["missing"] == ["agentic"]
