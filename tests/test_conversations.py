"""The way back from reply to next request: bounds, order, resume, rescoring, shards. Scripted engines; no model is needed."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ifeval
from ifeval.cli.show import describe
from ifeval.engines.base import Workload, take
from ifeval.engines.scripted import oracle_text
from ifeval.records import Request, Response, Sample
from ifeval.registry.contract import class_fault
from ifeval.report.failures import collect
from ifeval.runs import pipeline
from ifeval.runs.conversation import next_sample
from ifeval.runs.directory import journal_rows
from ifeval.runs.merge import merge
from ifeval.runs.options import RunOptions
from ifeval.runs.rescore import rescore
from ifeval.runs.run import Run, load_run
from ifeval.runs.validation import validate
from ifeval.task import Task
from ifeval.tool_calls import by_name
from ifeval.util.jsonio import read_jsonl
from tests.plugins.talk.task import Counter as CounterTask
from tests.plugins.talk.task import Talk

PLUGINS = Path(__file__).parent / "plugins"
HERMES = by_name("hermes")
TASKS = ("talk", "talk-counter", "tiny-copy")
ASKED = 60 + 45 + 40
ASKED_OF_NINE = 21 + 34 + 9
"""Requests of the three tasks, of all samples and of nine each."""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))


def evaluate(out: Path, *tasks: str, model: str = "scripted:oracle", **options: Any) -> Run:
    return ifeval.evaluate(model, tasks=list(tasks or TASKS), out=out, task_path=(PLUGINS,), progress=False, **options)


def rows_of(run: Path) -> dict[tuple[str, str, int], Any]:
    """A run's rows by identity, without what time it took."""
    found = {}
    for row in journal_rows(run):
        for response in (row["response"], *(turn["response"] for turn in row.get("turns", ()))):
            response.pop("latency")
        found[row["task"], row["sample_id"], row["repeat"]] = row
    return found


class Late:
    """An engine that answers some of what it holds, in an order of its own, and asks for more in between."""

    name, version = "scripted", "1"

    def __init__(self, seed: int = 0, window: int = 8, reply: Callable[[Request], Response | None] = lambda _: None):
        self.tokens, self.settings = 0, {}
        self.asked: list[Request] = []
        self.held: list[int] = []
        self.asked_by_round: list[int] = []
        self.workload: Workload | None = None
        self._random, self._window, self._reply = random.Random(seed), window, reply

    def load(self, workload: Workload) -> None:
        self.workload = workload

    def preview(self, request: Request) -> str:
        return ""

    def generate(self, requests: Iterable[Request | None]) -> Generator[Response, None, None]:
        source, held = iter(requests), list[Request]()
        while True:
            held += (new := take(source, self._window - len(held)))
            self.asked += new
            self.held.append(len(held))
            self.asked_by_round.append(len(self.asked))
            if not held:
                return
            request = held.pop(self._random.randrange(len(held)))
            text = oracle_text(request.sample, HERMES) or ""
            words = len(text.split())
            yield self._reply(request) or Response(request.key, text, "stop", completion_tokens=words)

    def close(self) -> None: ...


def run_with(engine: Any, out: Path, *tasks: str, **options: Any) -> Path:
    made = RunOptions("scripted:oracle", tasks or TASKS, out=out, task_paths=(PLUGINS,), **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "open_engine", lambda *_, **__: engine)
        return pipeline.run(made)


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
@settings(max_examples=12, deadline=None)
def test_any_order_of_replies_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, seed: int, window: int
) -> None:
    out = tmp_path_factory.mktemp("run")
    calm = rows_of(run_with(Late(window=1), out / "calm", limit=9))
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


def cut(at: int, **changes: Any) -> Callable[[Request], Response | None]:
    """Replies as the oracle's, but for those to the turn `at` (from 1) of sample 3."""

    def reply(request: Request) -> Response | None:
        if request.task != "talk" or request.sample.id != "3" or len(request.sample.messages) != 2 * at - 1:
            return None
        return Response(**{"key": request.key, "raw": "some words", "finish_reason": "stop", **changes})

    return reply


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


def bounded(monkeypatch: pytest.MonkeyPatch, **bounds: int) -> None:
    """Other bounds for the task `talk`, however it is loaded."""
    from ifeval.runs import plan

    real = plan.discover

    def discover(*arguments: Any) -> Any:
        known = real(*arguments)
        for name, value in bounds.items():
            monkeypatch.setattr(known["talk"], name, value)
        return known

    monkeypatch.setattr(plan, "discover", discover)


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


class Power(BaseException):
    """The power goes."""


@given(st.integers(1, 60_000))
@settings(max_examples=12, deadline=None)
def test_written_up_to_any_byte_a_run_goes_on_and_asks_nothing_twice(
    tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    calm = rows_of(run_with(Late(seed=1), folder / "calm", limit=9))
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


def kill(out: Path, times: int) -> int:
    """How many of `times` runs into `out` were still at work when they were killed."""
    rng, at_work = random.Random(str(out.name)), 0
    command = [sys.executable, "-m", "ifeval", "run", "--model", "scripted:oracle", "--tasks", "talk-slow,talk-counter"]
    for _ in range(times):
        process = subprocess.Popen(
            [*command, "--task-path", str(PLUGINS), "--out", str(out), "--json"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(rng.uniform(0.45, 1.0))
        at_work += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    return at_work


@pytest.mark.parametrize("kills", [15, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_within_and_between_turns_nothing_is_lost_or_asked_twice(tmp_path: Path, kills: int) -> None:
    calm = evaluate(tmp_path / "calm", "talk-slow", "talk-counter")
    outs = [tmp_path / f"run{number}" for number in range(kills // 5)]
    with ThreadPoolExecutor(2) as pool:
        at_work = sum(pool.map(lambda out: kill(out, 5), outs))
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


def test_a_conversation_is_shown_turn_by_turn_with_what_failed_where(tmp_path: Path) -> None:
    run = load_run(run_with(Late(reply=cut(2, raw="something else\x1b[2J")), tmp_path / "run", "talk", "talk-counter"))
    rows = rows_of(run.path)
    for row in rows.values():
        for response in (row["response"], *(turn["response"] for turn in row["turns"])):
            response["latency"] = 0.0
    shown = list(describe(rows["talk", "3", 0]))
    assert shown[1:6] == [
        "1 user: Say: word0x3x0",
        "1 assistant (1 tokens, 0.0 s): word0x3x0",
        "  ok   turn 1: words: said 'word0x3x0', wanted 'word0x3x0'",
        "2 user: And: word0x3x1",
        "2 assistant (0 tokens, 0.0 s): something else\\x1b[2J",
    ]
    assert shown[6].startswith("  FAIL turn 2: words: ")
    assert "ended   done; 4 replies, 0 calls" in "\n".join(shown)
    counted = list(describe(rows["talk-counter", "1", 0]))
    assert [line.split(" (")[0].split(":")[0] for line in counted[1:7]] == [
        "1 user", "1 assistant", "1 tool", "1 assistant", "1 tool", "1 assistant",
    ]  # fmt: skip
    assert counted[-1] == "  ok   total: total 2, wanted 2"


def test_the_report_reads_a_conversation_from_its_first_reply_on(tmp_path: Path) -> None:
    run = load_run(run_with(Late(reply=cut(2)), tmp_path / "run", "talk"))
    (item,) = collect([run], 10).items
    assert [turn["role"] for turn in item["turns"]] == ["user"]
    (side,) = item["sides"]
    assert [said["role"] for said in side["talk"]] == [
        f"{turn} {who}" for turn in (1, 2, 3, 4) for who in ("user", "assistant")
    ][1:]
    assert [len(said["failed"]) for said in side["talk"]] == [0, 0, 1, 0, 0, 0, 0]
    assert (side["ended"], side["replies"]) == ("done", 4)


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
