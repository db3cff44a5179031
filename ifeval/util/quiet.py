"""What libraries print while they load, kept out of the terminal and in a file."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def mute_stdout() -> None:
    """From now on what is printed goes nowhere: whoever read it is gone, or the disk it went to is full."""
    with suppress(OSError):  # a stdout that is none of the system's
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def open_closed_streams() -> None:
    """Standard streams that were closed before we began lead nowhere, instead of being None."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "a"))  # noqa: SIM115 - as long as the process


@contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Everything written to this process's stdout and stderr meanwhile, by C code and child processes too, goes to `log`.

    Child processes started inside keep writing there.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(stream) for stream in (1, 2)]
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        for stream in (1, 2):
            os.dup2(file, stream)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for stream, original in zip((1, 2), kept, strict=True):
            os.dup2(original, stream)
            os.close(original)
        os.close(file)
