"""Rewards: a function of row and reply, that decoys earn nothing by, and that never ends a training."""

import json
import pickle
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.decoys import decoys
from ifeval.errors import UserError
from ifeval.records import Response, Sample, Score
from ifeval.registry.plugins import discover
from ifeval.rewards import compute_score, read_ground_truth, read_rows, reward, score, verify
from ifeval.rewards.guards import guarded, stretch
from ifeval.rewards.judging import LONGEST, judged, message_reply, oracle_text, question, text_reply
from ifeval.rewards.make import Cheap, reward_row
from ifeval.rewards.row import RewardRow

KINDS = discover()


def test_right_replies_earn_all_and_decoys_nothing(written: list[dict]) -> None:
    for shape in ("parts", "all"):
        for row in read_rows(written):
            assert score(row, oracle_text(row.sample), shape=shape).value == 1  # type: ignore[arg-type]
            known = row.task.decoys(row.sample)
            for name, reply in decoys(question(row.sample), known) if known else ():
                value = score(row, reply, shape=shape).value  # type: ignore[arg-type]
                assert value < 1 if known and name in known.near else value == 0, (row.sample.id, name)


def test_prompts_are_plain_messages_with_tools_in_words(written: list[dict]) -> None:
    for row in written:
        assert all(message.keys() == {"role", "content"} for message in row["prompt"])
        assert all(isinstance(message["content"], str) for message in row["prompt"])
    calls = [row for row in written if row["task"] == "tool_calls"]
    assert all(row["prompt"][0]["role"] == "system" and "JSON Schema" in row["prompt"][0]["content"] for row in calls)
    assert any(message["content"].startswith("Result of ") for row in calls for message in row["prompt"])


def test_a_row_read_again_judges_as_the_sample_does(written: list[dict]) -> None:
    samples = {one.id: one for name in ("format", "zero_shot") for one in KINDS[name]().training_samples(1_000_003, 8)}
    for row in read_rows([one for one in written if one["task"] in ("format", "zero_shot")]):
        for reply in (oracle_text(row.sample), "Nothing of that.", oracle_text(row.sample)[:40]):
            read = text_reply(row, reply)
            assert row.task.score(row.sample, read) == row.task.score(samples[row.sample.id], read)


def test_parts_pay_for_parts(written: list[dict]) -> None:
    row = next(one for one in read_rows(written) if one.task.name == "format" and one.sample.tags["instructions"] == 8)
    near = row.task.decoys(row.sample).near["one instruction broken"]  # type: ignore[union-attr]
    assert 0 < score(row, near).value < 1
    assert score(row, near, shape="all").value == 0
    assert score(row, near).reason


def test_the_floor_of_a_row_is_its_best_decoy(written: list[dict]) -> None:
    row = next(one for one in read_rows(written) if one.floor > 0)
    known = row.task.decoys(row.sample)
    assert known is not None
    bare = replace(row, floor=0.0)
    earned = [score(bare, reply).value for name, reply in decoys(question(row.sample), known) if name not in known.near]
    assert max(earned) == row.floor < 1


def test_form_without_substance_earns_nothing() -> None:
    sample = next(KINDS["format"]().training_samples(1_000_003, 1))
    row = reward_row(KINDS["format"](), sample)
    other = [next(KINDS["format"]().training_samples(seed, 1)) for seed in (5, 6, 7)]
    assert [score(row, oracle_text(one)).value for one in other] == [0, 0, 0]


def test_guards() -> None:
    row = RewardRow(KINDS["zero_shot"](), Sample("x", [{"role": "user", "content": "?"}]), longest=50, repeats=0.2)
    assert guarded("One reply. Of two sentences.", row) == (1.0, "")
    assert guarded("so it goes on and on " * 12, row)[0] == 0
    assert guarded(" ".join(f"w{n}" for n in range(70)), row) == (
        0.0,
        "70 words in a row without the end of a sentence or line",
    )
    factor, reason = guarded(". ".join(f"w{n}" for n in range(100)), row)
    assert factor == 0.5
    assert reason == "100 words, more than 50"
    assert stretch("one two. three four five\nsix: seven") == 3


def test_a_cut_or_endless_reply_earns_nothing(written: list[dict]) -> None:
    row = read_rows(written)[0]
    right = oracle_text(row.sample)
    assert score(row, right, truncated=True).value == 0
    assert "are not read" in score(row, right + " x" * LONGEST).reason


def test_a_thought_is_no_part_of_the_reply(written: list[dict]) -> None:
    row = read_rows(written)[0]
    assert score(row, f"<think>\nHow?\n</think>\n\n{oracle_text(row.sample)}").value == 1
    assert score(row, f"<think>\n{oracle_text(row.sample)}").value == 0


def test_calls_are_read_from_text_and_from_messages(written: list[dict]) -> None:
    row = next(one for one in read_rows(written) if one.sample.tools and not isinstance(one.sample.oracle, str))
    calls = [
        {"type": "function", "function": {"name": call.name, "arguments": json.dumps(call.arguments)}}
        for call in row.sample.oracle or ()  # type: ignore[union-attr]
    ]
    assert score(row, oracle_text(row.sample)).value == 1
    assert score(row, [{"role": "assistant", "content": None, "tool_calls": calls}]).value == 1
    assert score(row, [{"role": "assistant", "content": "", "tool_calls": calls[:-1]}]).value < 1
    assert score(row, [{"role": "assistant", "content": "", "tool_calls": [{"function": "?"}, None]}]).value == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": "0"}, "it was made for format 0"),
        ({"task": "nothing"}, "there is no task 'nothing' here"),
        ({"task": "dialogue"}, "dialogue is a conversation"),
        ({"task": "wrong_in_any_reply"}, "looks for faults"),
        ({"ifeval": 9}, "has the form 9"),
        ({"floor": 1}, "the floor is 1"),
        ({"sample": {}}, "cannot be read"),
        ({"sample": None}, "cannot be read"),
        ({"longest": 1}, "the right reply to"),
        ({"repeats": "x"}, "format cannot score it"),
    ],
)
def test_a_broken_row_is_refused_before_the_training(
    written: list[dict], change: dict[str, Any], sentence: str
) -> None:
    truth = json.loads(written[0]["ground_truth"]) | change
    rows = [written[1], written[0] | {"ground_truth": json.dumps(truth)}]
    with pytest.raises(UserError, match=rf"Row 2: .*{sentence}"):
        reward(rows)


def test_what_is_no_row_at_all() -> None:
    for row in ({}, {"ground_truth": 3}, {"ground_truth": "{"}, {"reward_model": "x"}):
        with pytest.raises(UserError, match="Row 1"):
            read_rows([row])
    with pytest.raises(UserError, match="no rows"):
        read_rows([])
    with pytest.raises(UserError, match="There is no file"):
        read_rows("nowhere.jsonl")


class Fails(KINDS["format"]):  # type: ignore[misc, valid-type, name-defined]
    name = "fails"

    def score(self, sample: Sample, response: Response) -> Score:
        raise ZeroDivisionError("of a scorer")


def test_a_scorer_that_fails_ends_no_training(written: list[dict]) -> None:
    row = read_rows(written)[0]
    broken = RewardRow(Fails(), row.sample)
    with pytest.warns(UserWarning, match="ZeroDivisionError: of a scorer"):
        assert score(broken, "Hello there.").value == 0


def test_trl_calls_it_with_texts_messages_and_more(written: list[dict]) -> None:
    rows = written[:2]
    truth = [row["ground_truth"] for row in rows]
    right = [oracle_text(read_ground_truth(text).sample) for text in truth]
    function = pickle.loads(pickle.dumps(reward(rows, end=2)))
    assert function.__name__ == "ifeval_reward"
    asked = {"prompts": [row["prompt"] for row in rows], "ground_truth": truth, "task": ["format"] * 2}
    trl = {"trainer_state": object(), "log_extra": print, "log_metric": print}
    ids = [[7, 2], [7, 7]]
    messages = [[{"role": "assistant", "content": text}] for text in right]
    assert function(completions=right, completion_ids=ids, **asked, **trl) == [1, 0]
    assert function(completions=messages, **asked, **trl) == [1, 1]
    verl = [{"style": "rule", "ground_truth": text} for text in truth]
    assert function(prompts=[], completions=right, reward_model=verl) == [1, 1]
    with pytest.warns(UserWarning, match="earns 0"):
        assert function(prompts=[], completions=["x"], ground_truth=["{"]) == [0]
    with pytest.raises(UserError, match="shape"):
        reward(rows, shape="some")  # type: ignore[arg-type]


def test_verl_and_nemo(written: list[dict]) -> None:
    truth = written[0]["ground_truth"]
    right = oracle_text(read_ground_truth(truth).sample)
    assert compute_score("ifeval/format", right, truth) == {"score": 1.0, "credit": 1.0}
    assert compute_score("ifeval/format", "No.", truth, {"index": 3})["score"] == 0
    assert verify([right, "No."], [truth, truth]) == [1.0, 0.0]
    with pytest.warns(UserWarning, match="earns 0"):
        assert verify(["x"], ["{}"]) == [0.0]


HOSTILE = [
    "a" * LONGEST,
    "<tool_call>" * 1500,
    "[[" * 9000,
    "{" * LONGEST,
    '{"a":' * 3000,
    "- " * 9000,
    "*a_`|" * 4000,
    "a,\n" * 6000,
    "\n" * LONGEST,
    ".?!" * 6000,
    "<think>" * 2800,
    "\ud800\u202e\x00" * 6000,
    "é" * LONGEST,
    "9" * LONGEST,
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_time_is_bounded_on_hostile_text(written: list[dict], number: int) -> None:
    kinds = {row.task.name: row for row in read_rows(written)}
    for row in kinds.values():
        started = time.process_time()
        value = judged(row, text_reply(row, HOSTILE[number])).value
        assert time.process_time() - started < 2, row.task.name
        assert value == 0


@settings(max_examples=25, deadline=None)
@given(reply=st.text(max_size=200))
def test_any_text_earns_something_from_0_to_1(written: list[dict], reply: str) -> None:
    for row in read_rows(written)[::9]:
        assert 0 <= judged(row, text_reply(row, reply)).value <= 1


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["role", "content", "tool_calls"]), st.none() | st.text() | st.lists(st.text()))
    )
)
def test_any_messages_can_be_read(written: list[dict], messages: list[dict]) -> None:
    row = read_rows(written)[8]
    assert 0 <= judged(row, message_reply(row, messages)).value <= 1


class Lenient(KINDS["format"]):  # type: ignore[misc, valid-type, name-defined]
    """Pays for anything that is said."""

    name = "lenient"

    def credit(self, sample: Sample, score: Score) -> float:
        return 1.0


def test_a_row_that_a_decoy_passes_is_left_out() -> None:
    sample = next(KINDS["format"]().training_samples(1_000_003, 1))
    with pytest.raises(Cheap, match="the decoy 'blind' passes"):
        reward_row(Lenient(), sample)
