"""Progress of a run, reported to an observer: phases with their seconds, and samples as they finish."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from ifeval.engines.base import Engine
from ifeval.records import Response, Score
from ifeval.runs.plan import Item


class Observer(Protocol):
    """Receives the progress of a run: for a terminal, a notebook, or nobody."""

    def phase(self, name: str, detail: str = "") -> None:
        """Called when a phase starts: prepare, load, generate, write."""

    def started(self, engine: Engine, total: int) -> None:
        """Called when generation starts; `total` samples are to be finished."""

    def prompt(self, text: str) -> None:
        """Called with the run's first prompt, as the model sees it."""

    def finished(self, item: Item, response: Response, score: Score) -> None:
        """Called when a sample has been scored and journalled."""


class Silent:
    """An observer that says nothing."""

    def phase(self, name: str, detail: str = "") -> None: ...

    def started(self, engine: Engine, total: int) -> None: ...

    def prompt(self, text: str) -> None: ...

    def finished(self, item: Item, response: Response, score: Score) -> None: ...


class Phases:
    """Measures the seconds of each phase and passes everything on to an observer."""

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
