"""No engine process outlives the run that started it, kill -9 included.

The kernel ends a process together with its parent where the process asks for that itself. Those that a run starts ask in
one of two ways. A spawned process (vLLM's way on a CPU, in a server and on Ray) loads vLLM's plugins, of which `install`
is one: those for platforms while vLLM is imported, which is before an engine process waits five minutes to hear from the
run; the general ones in any case. A forked process (vLLM's way on CUDA) takes them as loaded, since they are in the process
it was forked from, and gets here through `os.register_at_fork`.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

OWNER = "IFEVAL_OWNER"
"""The run's process id, in the environment of what it starts; 0 where the run is not among the ancestors (Ray)."""

PR_SET_PDEATHSIG = 1


@contextmanager
def ended_with_us() -> Iterator[None]:
    """Processes started meanwhile, and what those start, end with this one, however it ends."""
    before = os.environ.get(OWNER)
    os.environ[OWNER] = str(os.getpid())
    _watch_forks()
    try:
        yield
    finally:
        if before is None:
            del os.environ[OWNER]
        else:
            os.environ[OWNER] = before


def install() -> None:
    """Tie this process to its parent, if a run of ours started it. Linux only; elsewhere nothing happens.

    Returns None, which tells vLLM that this is no platform. Ends the process where the run ended before it got here:
    while it was importing, say.
    """
    owner = int(os.environ.get(OWNER, os.getpid()))
    if owner == os.getpid() or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if owner and not is_ancestor(owner):
        os._exit(1)


def is_ancestor(pid: int) -> bool:
    """Is `pid` among the parents of this process? Orphans go to process 1 or to a reaper of their own."""
    parent = os.getppid()
    while parent not in (0, pid):
        try:
            parent = int(Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended, or is not ours to look at
            return False
    return parent == pid


@cache
def _watch_forks() -> None:
    os.register_at_fork(after_in_child=install)
