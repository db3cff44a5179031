"""Keys of requests outlive versions: replies that are paid for are found again."""

import pytest

from ifeval.records import Sample, Sampling
from ifeval.runs.keys import request_key

CONTEXT = {"model": "0" * 64, "engine": "vllm 1", "engine_args": {}, "template_args": {}}
FIRST = "c3145eb384a1f8d8a03f047eb07f3a196f20c0d37bba9e9908949c2f30923e69"
SAMPLE = Sample("s", [{"role": "user", "content": "?"}])


def test_keys_are_those_of_the_first_version() -> None:
    assert request_key(SAMPLE, Sampling(), 0, CONTEXT) == FIRST
    assert request_key(SAMPLE, Sampling(min_p=0.0, thinking=None), 0, CONTEXT) == FIRST


def test_what_changes_a_reply_changes_its_key() -> None:
    others = [Sampling(min_p=0.1), Sampling(thinking=100), Sampling(repetition_penalty=1.1), Sampling(max_tokens=7)]
    keys = {request_key(SAMPLE, sampling, 0, CONTEXT) for sampling in others}
    assert len(keys | {FIRST}) == 5


def test_a_reply_ended_by_another_rule_is_another_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    looping = Sampling(ends_loops=True)
    today = request_key(SAMPLE, looping, 0, CONTEXT)
    assert today != FIRST
    monkeypatch.setattr("ifeval.records.LOOP", (16, 64, 3))
    assert request_key(SAMPLE, looping, 0, CONTEXT) != today
    assert request_key(SAMPLE, Sampling(), 0, CONTEXT) == FIRST


def test_room_holds_answer_and_thought() -> None:
    assert Sampling(max_tokens=100).room == 100
    assert Sampling(max_tokens=100, thinking=4096).room == 4196
