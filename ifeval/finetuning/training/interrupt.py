"""Signals that a training waits for at a point where its state is whole."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def stop_signals(patient: bool) -> Iterator[list[Any]]:
    """A list that SIGTERM or SIGINT makes non-empty; the loop stops where its state is whole.

    A second signal ends the process at once, unless it is `patient`: torchrun passes one Ctrl-C on twice.
    """
    caught: list[Any] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return

    def note(number: int, _: object) -> None:
        caught.append(number)
        if not patient:
            restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield caught
    finally:
        restore()
