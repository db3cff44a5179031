"""Time and memory for a program of a stranger's that has to run in this process: a chat template, once per prompt."""

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

SECONDS = 20.0
"""Seconds of this process's time on all cores: a machine that is busy with other things takes none of them."""

AGAIN = 0.2
"""Seconds to the next bell: Jinja swallows one that rings while it folds constants."""

MEMORY = 2 << 30
"""Bytes beyond what the process has when the block begins."""

STATM = Path("/proc/self/statm")


class TakesTooLong(Exception):
    """The block was ended for the time it took."""


@contextmanager
def bounded(seconds: float = SECONDS, memory: int = MEMORY) -> Iterator[None]:
    """Raises TakesTooLong within the block once it has taken `seconds`, MemoryError where it asks for too much memory.

    Time is only kept on the main thread, which alone hears signals; memory only where the system says what is in use.
    """

    over = False

    def ring(_: int, __: FrameType | None) -> None:
        if not over:
            raise TakesTooLong(f"it takes more than {seconds:g} s of computing")

    limits = resource.getrlimit(resource.RLIMIT_AS)
    allowed = _in_use() + memory
    narrower = allowed > memory and (limits[0] == resource.RLIM_INFINITY or allowed < limits[0])
    timed = threading.current_thread() is threading.main_thread()
    if narrower:
        resource.setrlimit(resource.RLIMIT_AS, (allowed, limits[1]))
    if timed:
        handler = signal.signal(signal.SIGVTALRM, ring)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN)
    try:
        yield
    finally:
        try:
            over = True
        finally:  # should the bell have rung just now
            if timed:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                signal.signal(signal.SIGVTALRM, handler or signal.SIG_DFL)
            if narrower:
                resource.setrlimit(resource.RLIMIT_AS, limits)


def _in_use() -> int:
    """Bytes of this process's address space; 0 where the system does not say."""
    try:
        return int(STATM.read_bytes().split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0
