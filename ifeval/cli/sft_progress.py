"""How a training is shown while it goes on."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ifeval.finetuning.training.log import Step, Watcher

QUIET_SECONDS = 10.0


class Plain:
    """One line per phase, and a line for a step when none was written for some seconds."""

    def __init__(self) -> None:
        self.line = ""
        self.spent = 0.0
        self.tokens = self.steps = 0
        self._said = 0.0

    def phase(self, text: str) -> None:
        self.line = text
        print(f"ifeval: {text}", file=sys.stderr, flush=True)

    def step(self, step: "Step") -> None:
        from ifeval.cli.progress import clock

        self.spent += step.seconds
        self.tokens += step.tokens
        self.steps += 1
        left = clock(self.spent / self.steps * (step.of - step.step))
        self.line = (
            f"step {step.step}/{step.of}, loss {step.loss:.3f}, {self.tokens / self.spent:,.0f} tokens/s, {left} left"
        )
        if time.monotonic() - self._said > QUIET_SECONDS or step.step == step.of:
            self._said = time.monotonic()
            self.say()

    def note(self, text: str) -> None:
        print(f"ifeval: {text}", file=sys.stderr, flush=True)

    def say(self) -> None:
        self.note(self.line)


class Silent(Plain):
    """Nothing at all."""

    def phase(self, text: str) -> None: ...

    def note(self, text: str) -> None: ...

    def say(self) -> None: ...


class Live(Silent):
    """One line on a terminal that is always the newest, below what should stay in sight."""

    note = Plain.note

    def phase(self, text: str) -> None:
        self.line = text


@contextmanager
def watcher(quiet: bool) -> Iterator["Watcher"]:
    """The watcher for this output: silent, lines, or a live line that is gone at the end."""
    if quiet:
        yield Silent()
    elif not sys.stderr.isatty():
        yield Plain()
    else:
        from rich.console import Console
        from rich.live import Live as Display
        from rich.text import Text

        live = Live()

        def line() -> Any:
            return Text(live.line, style="bold")

        with Display(get_renderable=line, console=Console(stderr=True), refresh_per_second=4, transient=True):
            yield live
