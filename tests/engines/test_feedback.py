"""Every engine in conversations: it goes on while replies may lead to more, and ends when nothing can.

The engines' own loops, with the model behind them replaced by the oracle; two servers on real sockets, one killed.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ifeval.engines.base import Workload, failed
from ifeval.engines.ray import RayEngine
from ifeval.engines.scripted import oracle_text
from ifeval.engines.transformers import BATCH, TransformersEngine
from ifeval.engines.vllm import VllmEngine, common_settings
from ifeval.models.resolve import Model
from ifeval.records import Request, Response
from ifeval.runs import pipeline
from ifeval.runs.observer import Silent
from ifeval.runs.options import RunOptions
from ifeval.runs.run import load_run
from ifeval.util.jsonio import read_jsonl
from tests.conversations.played import ASKED, HERMES, PLUGINS, Late, rows_of, run_with
from tests.engines.hostile_server import MODEL


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))


def words(request: Request) -> str:
    return oracle_text(request.sample, HERMES) or ""


class FakeVllm:
    """As much of vLLM's engine as a step loop sees: every step finishes one request of those it holds."""

    def __init__(self) -> None:
        self.held: dict[str, Request] = {}

    def step(self) -> list[Any]:
        key = min(self.held)
        text = words(self.held.pop(key))
        reply = SimpleNamespace(text=text, finish_reason="stop", token_ids=text.split())
        return [SimpleNamespace(finished=True, request_id=key, outputs=[reply], prompt_token_ids=())]

    def abort_request(self, keys: list[str]) -> None:
        raise AssertionError(f"{len(keys)} requests are given up")


class Stepping(VllmEngine):
    """vLLM's loop around `FakeVllm`; the first `refuse` requests of `talk` are refused."""

    def __init__(self, refuse: int = 0) -> None:
        self.version, self.tokens, self._settings, self._sequences = "1", 0, {}, 4
        self._engine, self._refuse = FakeVllm(), refuse

    def load(self, workload: Workload) -> None: ...

    def preview(self, request: Request) -> str:
        return ""

    def close(self) -> None: ...

    def _submit(self, request: Request) -> Response | None:
        if self._refuse and request.task == "talk":
            self._refuse -= 1
            return failed(request, "refused")
        self._engine.held[request.key] = request
        return None


class Batches(TransformersEngine):
    """transformers' batches, answered without a network."""

    def __init__(self) -> None:
        self.version, self.tokens, self.settings = "1", 0, {}
        self._writer = SimpleNamespace(ids=lambda sample: [0] * len(sample.messages))
        self.sizes: list[int] = []

    def load(self, workload: Workload) -> None: ...

    def preview(self, request: Request) -> str:
        return ""

    def _answer(self, batch: list[tuple[list[int], Request]]) -> Iterator[Response]:
        self.sizes.append(len(batch))
        for _, request in batch:
            yield Response(request.key, words(request), "stop", completion_tokens=len(words(request).split()))


class Rounds(RayEngine):
    """Ray's rounds, answered without a cluster."""

    def __init__(self) -> None:
        self.version, self.tokens, self._settings = "1", 0, {}
        self.rounds: list[int] = []

    def load(self, workload: Workload) -> None: ...

    def preview(self, request: Request) -> str:
        return ""

    def close(self) -> None: ...

    def _round(self, requests: list[Request]) -> Iterator[Response]:
        self.rounds.append(len(requests))
        for request in requests:
            yield Response(request.key, words(request), "stop", completion_tokens=len(words(request).split()))


@pytest.mark.parametrize("engine", [Stepping, Batches, Rounds])
def test_every_conversation_ends_and_is_the_same_with_every_engine(tmp_path: Path, engine: type) -> None:
    calm = rows_of(run_with(Late(window=1), tmp_path / "calm", cache=False))
    made = engine()
    made.name = "scripted"
    rows = rows_of(run_with(made, tmp_path / "run", cache=False))
    assert rows == calm
    assert len(list(read_jsonl(tmp_path / "run" / "responses.jsonl"))) == ASKED


def test_ray_asks_in_as_many_rounds_as_the_longest_conversation_has(tmp_path: Path) -> None:
    engine = Rounds()
    run_with(engine, tmp_path / "run", "talk", "tiny-copy")
    assert engine.rounds == [24 + 40, 18, 12, 6]


def test_batches_are_filled_from_all_conversations(tmp_path: Path) -> None:
    engine = Batches()
    run_with(engine, tmp_path / "run", "talk", "tiny-copy")
    assert engine.sizes == [BATCH] * 4 + [BATCH, 2, 12, 6]


def test_refused_requests_do_not_end_a_run_that_has_more(tmp_path: Path) -> None:
    """All that was taken may be refused before anything decodes; the rest is still asked."""
    run = load_run(run_with(Stepping(refuse=20), tmp_path / "run", "talk"))
    assert run.summary["tasks"]["talk"]["conversations"]["ended"] == {"error": 20, "done": 4}


def test_prefix_caching_is_on_for_conversations_alone() -> None:
    model = Model("m", "checkpoint", "0" * 64)
    plain = Workload(requests=8, max_new_tokens=800, longest_prompt=300, longest_reply=128)
    assert "enable_prefix_caching" not in common_settings(model, plain)
    talk = Workload(8, 800, 300, 128, conversations=True)
    assert common_settings(model, talk)["enable_prefix_caching"] is True


def a_server() -> tuple[subprocess.Popen, str]:
    program = Path(__file__).with_name("hostile_server.py")
    process = subprocess.Popen(
        [sys.executable, program], stdout=subprocess.PIPE, text=True, env=os.environ | {"DELAY": "0.05"}
    )
    return process, process.stdout.readline().strip()


def test_one_of_two_servers_dies_within_conversations_and_all_of_them_end(tmp_path: Path) -> None:
    (first, one), (second, other) = a_server(), a_server()
    replies = tmp_path / "run" / "responses.jsonl"

    class Killer(Silent):
        def finished(self, *_: Any) -> None:
            first.kill()

    options = RunOptions(
        MODEL,
        ("talk",),
        out=tmp_path / "run",
        task_paths=(PLUGINS,),
        base_urls=(one, other),
        engine_args={"backoff": 0.01, "timeout": 20, "concurrency": 4},
    )
    try:
        started = time.monotonic()
        run = load_run(pipeline.run(options, Killer()))
        assert time.monotonic() - started < 60
    finally:
        for process in (first, second):
            process.kill()
            process.wait()
    talks = run.summary["tasks"]["talk"]["conversations"]
    assert (talks["ended"], talks["replies"]) == ({"done": 24}, {"1": 6, "2": 6, "3": 6, "4": 6})
    assert run.manifest["engine_settings"]["retries"], "requests were on their way when the server died"
    keys = [row["key"] for row in read_jsonl(replies)]
    assert len(keys) == len(set(keys)) == 60
