"""Runs of conversations by scripted engines, for the tests beside."""

import random
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

import ifeval
from ifeval.engines.base import Workload, take
from ifeval.engines.scripted import oracle_text
from ifeval.records import Request, Response
from ifeval.runs import pipeline
from ifeval.runs.directory import journal_rows
from ifeval.runs.options import RunOptions
from ifeval.runs.run import Run
from ifeval.tool_calls import by_name

PLUGINS = Path(__file__).parent.parent / "plugins"
HERMES = by_name("hermes")
TASKS = ("talk", "talk-counter", "tiny-copy")
ASKED = 60 + 45 + 40
ASKED_OF_NINE = 21 + 34 + 9
"""Requests of the three tasks, of all samples and of nine each."""


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


def cut(at: int, **changes: Any) -> Callable[[Request], Response | None]:
    """Replies as the oracle's, but for those to the turn `at` (from 1) of sample 3."""

    def reply(request: Request) -> Response | None:
        if request.task != "talk" or request.sample.id != "3" or len(request.sample.messages) != 2 * at - 1:
            return None
        return Response(**{"key": request.key, "raw": "some words", "finish_reason": "stop", **changes})

    return reply


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
