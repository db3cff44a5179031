"""The way back from reply to next request: rows, order, endings and bounds. Scripted engines; no model is needed."""

from bisect import bisect_right
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.registry.contract import class_fault
from ifeval.runs.run import load_run
from ifeval.runs.validation import validate
from ifeval.task import Task
from ifeval.util.jsonio import read_jsonl
from tests.conversations.played import ASKED, HERMES, Late, bounded, cut, evaluate, rows_of, run_with
from tests.plugins.talk.task import Counter as CounterTask
from tests.plugins.talk.task import Talk


def test_a_row_is_a_whole_conversation(tmp_path: Path) -> None:
    run = evaluate(tmp_path / "run")
    assert run.summary["tasks"]["talk"]["metrics"]["all_turns"]["value"] == 1
    assert run.summary["tasks"]["talk"]["metrics"]["turns"]["n"] == 24
    assert run.summary["tasks"]["talk-counter"]["metrics"]["reached"]["value"] == 1
    assert run.summary["tasks"]["talk"]["conversations"] == {
        "ended": {"done": 24},
        "replies": {"1": 6, "2": 6, "3": 6, "4": 6},
        "per_sample": {"replies": 2.5, "calls": 0, "tokens": 5.0, "seconds": 0},
    }
    rows = rows_of(run.path)
    row = rows["talk", "3", 0]
    assert [message["role"] for message in row["messages"]] == ["user", "assistant"] * 3 + ["user"]
    assert [turn["at"] for turn in row["turns"]] == [1, 3, 5, 7]
    assert row["turns"][-1]["response"] == row["response"]
    assert row["response"]["raw"] == "word0x3x0 word0x3x1 word0x3x2 word0x3x3"
    assert row["ended"] == "done"
    assert "turns" not in rows["tiny-copy", "3", 0]
    frame = run.samples.set_index(["task", "sample_id"])
    assert frame.loc[("talk", "3"), "completion_tokens"] == 1 + 2 + 3 + 4
    assert frame.loc[("talk-counter", "4"), "calls"] == 5
    assert sum(1 for _ in read_jsonl(run.path / "responses.jsonl")) == ASKED


def test_single_replies_are_written_and_keyed_as_ever(tmp_path: Path) -> None:
    """A line of before there were conversations: runs and caches of that time go on."""
    run = evaluate(tmp_path / "run", "tiny-copy")
    line = (run.path / "samples.jsonl").read_bytes().splitlines()[7]
    assert line == FROZEN_LINE


FROZEN_LINE = (
    b'{"task":"tiny-copy","sample_id":"7","repeat":0,"tags":{"parity":"odd"},"messages":[{"role":"user","c'
    b'ontent":"Reply with nothing but this: word0x7"}],"tools":null,"response":{"key":"4989c11fe9fea441e83'
    b'd83beaf11251c188a7324603180975db680bed066c813","raw":"word0x7","finish_reason":"stop","prompt_tokens'
    b'":0,"completion_tokens":1,"latency":0.0,"error":null,"answer":"word0x7","reasoning":null,"unclosed_r'
    b'easoning":false,"tool_calls":null,"tool_error":null,"native":false},"score":{"metrics":{"right":1.0}'
    b',"counts":{"words":[1,1]},"verdicts":[{"name":"copy","ok":true,"reason":"said \'word0x7\', wanted \'wor'
    b'd0x7\'","outcome":""}],"strict":[true],"loose":[true],"error":null}}'
)


def test_validation_plays_whole_conversations() -> None:
    for task in (Talk(), CounterTask()):
        found = validate(task, HERMES)
        assert found.ok, found.problems
        assert found.tried["oracle"] == task.size
        assert found.without_oracle == 0


@given(st.integers(0, 2**16), st.integers(1, 40))
@settings(max_examples=10, deadline=None)
def test_any_order_of_replies_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, calm: Any, seed: int, window: int
) -> None:
    out = tmp_path_factory.mktemp("run")
    engine = Late(seed, window)
    assert rows_of(run_with(engine, out / "run", limit=9)) == calm
    assert max(Counter(request.key for request in engine.asked).values()) == 1
    assert max(engine.held) <= window


def test_the_engine_is_never_drained_between_turns(tmp_path: Path) -> None:
    """Everything there is to ask is offered at once, next turns before new samples."""
    engine = Late(window=6)
    run_with(engine, tmp_path / "run", "talk")
    order = [(request.sample.id, len(request.sample.messages)) for request in engine.asked]
    last_new = max(place for place, (_, messages) in enumerate(order) if messages == 1)
    rounds = bisect_right(engine.asked_by_round, last_new)
    assert rounds > 20
    assert set(engine.held[:rounds]) == {6}, "the engine holds all it may until the last sample is under way"
    assert any(messages == 7 for _, messages in order[:last_new]), "conversations end while others have not begun"


def test_the_engine_is_told_how_long_conversations_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Late()
    run_with(engine, tmp_path / "first", "talk")
    assert engine.workload.conversations
    assert engine.workload.max_new_tokens == 24 * 4 * 16 // 2
    monkeypatch.setattr(Talk, "max_conversation_tokens", 900)
    plain = Late()
    run_with(plain, tmp_path / "plain", "tiny-copy")
    assert not plain.workload.conversations


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({"finish_reason": "length"}, "cut"),
        ({"raw": " \n"}, "empty"),
        ({"raw": "<think>never ended"}, "empty"),
        ({"completion_tokens": 700}, "tokens"),
    ],
)
def test_how_a_conversation_ended_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict, ending: str
) -> None:
    discovered = evaluate(tmp_path / "plain", "talk")
    assert discovered.summary["tasks"]["talk"]["conversations"]["ended"] == {"done": 24}
    bounded(monkeypatch, max_conversation_tokens=700)
    run = load_run(run_with(Late(reply=cut(2, **changes)), tmp_path / "run"))
    assert run.summary["tasks"]["talk"]["conversations"]["ended"] == {"done": 23, ending: 1}
    row = rows_of(run.path)["talk", "3", 0]
    assert (row["ended"], len(row["turns"])) == (ending, 2)
    assert row["score"]["strict"] == [True, False, False, False], "later turns count as not followed"
    assert row["score"]["error"] is None


@pytest.mark.parametrize(
    ("bounds", "ending"), [({"max_turns": 2}, "turns"), ({"max_conversation_tokens": 3}, "tokens")]
)
def test_bounds_are_kept_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bounds: dict, ending: str
) -> None:
    bounded(monkeypatch, **bounds)
    run = evaluate(tmp_path / "run", "talk")
    assert (
        run.summary["tasks"]["talk"]["conversations"]["ended"]
        == {
            "turns": {"done": 12, "turns": 12},
            "tokens": {"done": 12, "tokens": 12},
        }[ending]
    )


def test_a_model_that_never_stops_calling_meets_the_bound_on_steps(tmp_path: Path) -> None:
    call = HERMES.render(CounterTask().samples(0).__next__().oracle)
    run = evaluate(tmp_path / "run", "talk-counter", model=f"scripted:constant={call}")
    assert run.summary["tasks"]["talk-counter"]["conversations"]["replies"] == {"6": 12}
    assert run.summary["tasks"]["talk-counter"]["conversations"]["ended"] == {"steps": 12}


def test_a_next_turn_that_does_not_fit_the_model_is_an_end_and_no_error(tmp_path: Path) -> None:
    error = "The prompt (length 9000) is longer than the maximum model length of 8192."
    refused = cut(3, finish_reason="error", raw="", error=error)
    run = load_run(run_with(Late(reply=refused), tmp_path / "run"))
    assert run.summary["tasks"]["talk"]["conversations"]["ended"] == {"done": 23, "context": 1}
    assert run.summary["rates"]["errors"] == 0
    assert rows_of(run.path)["talk", "3", 0]["score"]["strict"] == [True, True, False, False]


def test_a_turn_that_failed_is_asked_again_and_those_before_it_are_not(tmp_path: Path) -> None:
    lost = Late(reply=lambda request: cut(3, finish_reason="error", raw="", error="lost")(request))
    run = load_run(run_with(lost, tmp_path / "run"))
    assert run.summary["tasks"]["talk"]["conversations"]["ended"] == {"done": 23, "error": 1}
    assert rows_of(run.path)["talk", "3", 0]["score"]["error"] == "no reply: lost"
    again = Late()
    run = load_run(run_with(again, tmp_path / "run"))
    assert [len(request.sample.messages) for request in again.asked] == [5, 7]
    assert again.workload.requests == 1
    assert run.summary["tasks"]["talk"]["metrics"]["all_turns"]["value"] == 1
    assert run.summary["rates"]["errors"] == 0


def test_a_conversation_task_says_how_long_it_can_get_and_judges_all_replies() -> None:
    assert class_fault(Talk) is None
    assert "say how long a conversation can get" in class_fault(type("Endless", (Talk,), {"max_turns": 1}))
    assert "max_steps = 0; it must be a whole number" in class_fault(type("None_", (Talk,), {"max_steps": 0}))

    class Half(Task):
        name, version, family, primary, description = "half", "1", "format", "x", "follows and judges one reply"
        max_turns = 2

        def samples(self, seed, limit=None):
            return iter(())

        def score(self, sample, response):
            raise AssertionError

        def follow(self, sample, turns):
            return None

    assert "make it a ConversationTask" in class_fault(Half)
