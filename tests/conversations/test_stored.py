"""Conversations on disk: killed and resumed, put together from shards, rescored, replayed, repeated."""

import contextlib
import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.errors import UserError
from ifeval.records import Response, Sample
from ifeval.runs.conversation import next_sample
from ifeval.runs.merge import merge
from ifeval.runs.rescore import rescore
from ifeval.runs.run import load_run
from ifeval.util.jsonio import read_jsonl
from tests.conversations.played import (
    ASKED_OF_NINE,
    PLUGINS,
    Late,
    evaluate,
    rows_of,
    run_with,
)
from tests.plugins.talk.task import Talk
from tests.reliability.forked import kill_at_random


class Power(BaseException):
    """The power goes."""


@given(st.integers(1, 60_000))
@settings(max_examples=12, deadline=None)
def test_written_up_to_any_byte_a_run_goes_on_and_asks_nothing_twice(
    tmp_path_factory: pytest.TempPathFactory, calm: Any, size: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    first, left, real = Late(seed=2), size, os.write

    def write(file: int, data: bytes) -> int:
        nonlocal left
        if left <= 0:
            raise Power
        written = real(file, data[:left])
        left -= written
        if left <= 0:
            raise Power
        return written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", write)
        with contextlib.suppress(Power):
            run_with(first, folder / "run", limit=9, cache=False)
    logged = {row["key"] for row in whole_lines(folder / "run" / "responses.jsonl")}
    second = Late(seed=3)
    assert rows_of(run_with(second, folder / "run", limit=9, cache=False)) == calm
    assert not logged & {request.key for request in second.asked}
    keys = [row["key"] for row in read_jsonl(folder / "run" / "responses.jsonl")]
    assert len(keys) == len(set(keys)) == ASKED_OF_NINE


def whole_lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def kill(out: Path, times: int, seconds: float) -> int:
    """How many of `times` runs into `out`, each killed within `seconds`, were still at work then."""
    tasks = ["--tasks", "talk-slow,talk-counter", "--task-path", PLUGINS]
    command = ["run", "--model", "scripted:oracle", *tasks, "--out", out, "--json"]
    draw = random.Random(out.name)
    return sum(kill_at_random(command, out.with_suffix(".log"), seconds, draw) for _ in range(times))


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_within_and_between_turns_nothing_is_lost_or_asked_twice(tmp_path: Path, kills: int) -> None:
    began = time.monotonic()
    calm = evaluate(tmp_path / "calm", "talk-slow", "talk-counter")
    seconds = (time.monotonic() - began) / 3
    outs = [tmp_path / f"run{number}" for number in range(kills // 5)]
    at_work = sum(kill(out, 5, seconds) for out in outs)
    assert at_work > kills / 5, "many of the kills hit a run at work"
    for out in outs:
        run = evaluate(out, "talk-slow", "talk-counter")
        assert rows_of(out) == rows_of(calm.path)
        assert run.summary["tasks"] == calm.summary["tasks"]
        assert len(list(read_jsonl(out / "samples.jsonl"))) == 72
        keys = [row["key"] for row in read_jsonl(out / "responses.jsonl")]
        assert len(keys) == len(set(keys))


def test_shards_put_together_are_the_whole_run(tmp_path: Path) -> None:
    whole = evaluate(tmp_path / "whole")
    parts = [evaluate(tmp_path / f"part{index}", shard=f"{index}/3").path for index in range(3)]
    merged = merge(parts, tmp_path / "merged", {}, (PLUGINS,))
    assert rows_of(merged) == rows_of(whole.path)
    assert load_run(merged).summary["tasks"] == whole.summary["tasks"]


def test_rescoring_reads_every_turn_again(tmp_path: Path) -> None:
    run = evaluate(tmp_path / "run")
    before = rows_of(run.path)
    text = (run.path / "samples.jsonl").read_text()
    spoilt = text.replace('"all_turns":1.0', '"all_turns":0.0').replace('"answer":"word', '"answer":"unread')
    (run.path / "samples.jsonl").write_text(spoilt)
    assert rescore(run.path, {}, ()) == 24
    assert rows_of(run.path) == before


def test_a_conversation_that_begins_otherwise_today_is_not_rescored(tmp_path: Path) -> None:
    run = evaluate(tmp_path / "run")
    journal = run.path / "samples.jsonl"
    journal.write_text(journal.read_text().replace("Say: word0x3x0", "Shout: word0x3x0"))
    with pytest.raises(UserError, match="the prompt of sample '3' of talk has changed since; run it again"):
        rescore(run.path, {}, ())


def test_a_stored_run_is_replayed_turn_by_turn(tmp_path: Path) -> None:
    run = evaluate(tmp_path / "run")
    again = evaluate(tmp_path / "again", model=f"replay:{run.path}")
    assert again.summary["tasks"] == run.summary["tasks"]


def test_repeats_are_conversations_of_their_own(tmp_path: Path) -> None:
    run = evaluate(tmp_path / "run", "talk", repeat=2, limit=5)
    assert len(rows_of(run.path)) == 10


def test_a_task_that_goes_on_wrongly_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    task, reply = Talk(), Response("k", "x", "stop", answer="x")
    first = list(task.samples(0))[3]
    assert isinstance(next_sample(task, first, first, [reply]), Sample)
    for follow, sentence in (
        (lambda sample, turns: sample, "do not begin with those asked before"),
        (lambda sample, turns: "more", "returns str from `follow`"),
        (lambda sample, turns: 1 / 0, "the task failed to go on: ZeroDivisionError"),
    ):
        monkeypatch.setattr(task, "follow", follow)
        ending, fault = next_sample(task, first, first, [reply])
        assert ending == "error"
        assert sentence in fault
