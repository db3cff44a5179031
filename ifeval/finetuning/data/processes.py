"""Work on the rows of a large data set in as many processes as there are cores, in the rows' order."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from threading import Thread
from typing import Any, TypeVar

from ifeval.engines.machine import cores

Row = TypeVar("Row")
Result = TypeVar("Result")

MANY = 1000
"""From so many rows on it pays."""

CHUNK = 64
"""Rows that are handed to a process at once."""

_work: list[Callable[[Any], Any]] = []


def in_processes(work: Callable[[Row], Result], rows: Sequence[Row], processes: int | None = None) -> Iterator[Result]:
    """`work` of each row. processes: None for one per core, shared between the processes of a training on this machine.

    Processes are forked, so `work` need not be one that can be pickled; where that is unsafe (macOS) or absent
    (Windows), or the rows are few, one process does it all.
    """
    trainings = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    processes = processes or max(1, len(cores()) // trainings)
    if processes == 1 or len(rows) < MANY or sys.platform != "linux":
        yield from map(work, rows)
        return
    with multiprocessing.get_context("fork").Pool(processes, _begin, (work,)) as pool:
        yield from pool.imap(_do, rows, CHUNK)


def _begin(work: Callable[[Any], Any]) -> None:
    _work[:] = [work]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed cannot end its children, who would wait for work forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(row: Any) -> Any:
    return _work[0](row)
