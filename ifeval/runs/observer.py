"""How a run goes on, and who is told: phases with their seconds, and samples as they are finished."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from ifeval.engines.base import Engine
from ifeval.records import Response, Score
from ifeval.runs.plan import Item


class Observer(Protocol):
    """Who is told how a run goes on: the terminal, a notebook, nobody."""

    def phase(self, name: str, detail: str = "") -> None:
        """A phase begins: prepare, load, generate, write."""

    def started(self, engine: Engine, total: int) -> None:
        """Generation begins; `total` samples are to be finished."""

    def prompt(self, text: str) -> None:
        """The run's first prompt, as the model sees it."""

    def finished(self, item: Item, response: Response, score: Score) -> None:
        """One sample is scored and journalled."""


class Silent:
    """An observer that says nothing."""

    def phase(self, name: str, detail: str = "") -> None: ...

    def started(self, engine: Engine, total: int) -> None: ...

    def prompt(self, text: str) -> None: ...

    def finished(self, item: Item, response: Response, score: Score) -> None: ...


class Phases:
    """Seconds spent in each phase, and who is told."""

    def __init__(self, observer: Observer) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._observer = observer

    @contextmanager
    def __call__(self, name: str, detail: str = "") -> Iterator[None]:
        self._observer.phase(name, detail)
        with self.clock(name):
            yield

    @contextmanager
    def clock(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - started
