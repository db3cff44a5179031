"""What a person sees while a run goes on: phases, tokens per second, time left, the running score.

On a terminal one live block; elsewhere one line per phase and one per minute; nothing at all under `--json`.
"""

import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from ifeval.engines.base import Engine
from ifeval.records import Response, Score
from ifeval.runs.observer import Observer, Silent
from ifeval.runs.plan import Item
from ifeval.stats.intervals import wilson
from ifeval.util.tables import bounded

QUIET_SECONDS = 60.0
SILENT_SECONDS = 120.0
"""Seconds without a finished sample after which the line says how long it has been."""


class Progress:
    """Counts what the runner reports; subclasses show it."""

    def __init__(self, verbose: bool) -> None:
        self.verbose = verbose
        self.current = ""
        self.began = time.monotonic()
        self.engine: Engine | None = None
        self.total = self.done = 0
        self.heard = self.began
        self.scores: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])

    def phase(self, name: str, detail: str = "") -> None:
        self.current, self.began, self.total = f"{name} {detail}".strip(), time.monotonic(), 0

    def started(self, engine: Engine, total: int) -> None:
        self.engine, self.total = engine, total
        self.began = self.heard = time.monotonic()

    def finished(self, item: Item, response: Response, score: Score) -> None:
        self.done += 1
        self.heard = time.monotonic()
        primary = score.metrics.get(item.task.primary)
        if primary is not None:
            tally = self.scores[item.task.name]
            tally[0] += primary
            tally[1] += 1

    def prompt(self, text: str) -> None:
        if self.verbose:
            print(f"--- first prompt ---\n{text}\n--------------------", file=sys.stderr, flush=True)

    def line(self) -> str:
        """One line: phase, done of total, tokens per second, time left, and each task's score so far."""
        elapsed = time.monotonic() - self.began
        if not self.total:
            return f"{self.current}: {elapsed:.0f} s"
        parts = [f"{self.current}: {self.done}/{self.total}"]
        if self.engine is not None and self.engine.tokens and elapsed > 1:
            parts.append(f"{self.engine.tokens / elapsed:,.0f} tokens/s")
        if 0 < self.done < self.total:
            parts.append(f"{clock(elapsed / self.done * (self.total - self.done))} left")
        if (silent := time.monotonic() - self.heard) > SILENT_SECONDS:
            parts.append(f"no reply for {silent / 60:.0f} min")
        return ", ".join(parts)

    def running_scores(self) -> list[str]:
        """Each task's primary metric so far, with its interval."""
        tallies = list(self.scores.items())  # at once, for whoever shows it is another thread
        return [f"{task}: {bounded(wilson(total, int(n)))} n={n}" for task, (total, n) in tallies]


class Plain(Progress):
    """Lines for logs: a phase as it begins, and what `every_minute` adds."""

    def __init__(self, verbose: bool) -> None:
        super().__init__(verbose)
        self._log = lasting_stderr()

    def phase(self, name: str, detail: str = "") -> None:
        super().phase(name, detail)
        self.say(self.current)

    def say(self, text: str) -> None:
        with suppress(OSError):  # a log that is full or closed ends no run
            print(f"ifeval: {text}", file=self._log, flush=True)


@contextmanager
def every_minute(progress: Plain) -> Iterator[None]:
    """Print one line per minute meanwhile, whether or not a reply has finished."""
    over = threading.Event()

    def speak() -> None:
        while not over.wait(QUIET_SECONDS):
            progress.say("; ".join((progress.line(), *progress.running_scores())))

    speaker = threading.Thread(target=speak, daemon=True)
    speaker.start()
    try:
        yield
    finally:
        over.set()
        speaker.join()


def lasting_stderr() -> TextIO:
    """Standard error that stays where it is while that of loading libraries goes to a file (`ifeval.util.quiet`)."""
    try:
        return os.fdopen(os.dup(sys.stderr.fileno()), "w")
    except OSError:  # none of the system's: somebody captures what we say
        return sys.stderr


@contextmanager
def observer(quiet: bool, verbose: bool) -> Iterator[Observer]:
    """The observer for this output: silent, lines, or a live block that is gone at the end."""
    if quiet:
        yield Silent()
    elif not sys.stderr.isatty():
        plain = Plain(verbose)
        with every_minute(plain):
            yield plain
    else:
        from rich.console import Console, Group
        from rich.live import Live
        from rich.text import Text

        progress = Progress(verbose)

        def block() -> Group:
            return Group(
                Text(progress.line(), style="bold"), *(Text(f"  {line}") for line in progress.running_scores())
            )

        with Live(
            get_renderable=block,
            console=Console(file=lasting_stderr(), force_terminal=True),
            refresh_per_second=4,
            transient=True,
        ):
            yield progress


def clock(seconds: float) -> str:
    """1:05 for 65 seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
