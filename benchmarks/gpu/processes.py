"""Starting a run, killing it, and naming what it leaves."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

STARTING, ENDING = 600, 120
"""Seconds. A process that is killed while it imports vLLM ends when it has; one with much memory of a GPU takes a while."""


def kill_when(command: Sequence[str], reached: Callable[[int], bool]) -> dict[str, Any]:
    """Start `command`, end it with SIGKILL once it is there, and wait for the last process it started.

    The engine has a process of its own, as is the rule on a GPU. Ends the part where a process stays, and names it.
    """
    layout = {"VLLM_ENABLE_V1_MULTIPROCESSING": "1"}
    child = subprocess.Popen(command, env=os.environ | layout, start_new_session=True)
    try:
        wait_for(lambda: child.poll() is not None or reached(child.pid), STARTING)
        if child.poll() is not None:
            sys.exit(f"it ended by itself with {child.returncode}")
        processes = session(child.pid)
    finally:
        child.kill()
        child.wait()
    seconds = wait_for(lambda: not session(child.pid), ENDING, lambda: f"left over: {session(child.pid)}")
    return {"processes": sorted(processes.values()), "seconds_until_none_is_left": seconds}


def engine_starts(run: int) -> bool:
    """Has the run just started the engine's process? A forked one names itself at once, a spawned one imports first."""
    return any("EngineCore" in name or "spawn_main" in name for name in session(run).values())


def session(leader: int) -> dict[int, str]:
    """The living processes of a session by their ids: what each calls itself, and whether it waits for its own end.

    A process stays in its session when its parent ends, and whatever it does to its environment.
    """
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, where = (place / "stat").read_text().rpartition(")")[2].split()[:4]
            called = (place / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ").strip()
        except OSError:
            continue
        if int(where) == leader and state not in "ZX":
            found[int(place.name)] = called[:120] + (" (in the kernel)" if state == "D" else "")
    return found


def wait_for(true: Callable[[], bool], seconds: float, say: Callable[[], str] = lambda: "in vain") -> float:
    """Seconds until it was so. Ends the part where it is not in time, with what `say` says."""
    started = time.monotonic()
    while not true():
        if time.monotonic() - started > seconds:
            sys.exit(f"waited {seconds} s: {say()}")
        time.sleep(0.1)
    return round(time.monotonic() - started, 2)
