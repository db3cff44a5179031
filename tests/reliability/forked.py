"""A verb in a child that shares what this process has imported: it starts at once and can be killed at any point."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pandas  # noqa: F401 - with the next two, what verbs import when called: here once, and not in every child
import pyarrow.parquet  # noqa: F401

import ifeval.report.html
import ifeval.runs.pipeline  # noqa: F401
from ifeval.cli import main

PATIENCE = 300.0
"""Seconds after which a verb hangs; none takes more than a few."""


def count(name: str, fast: int, slow: int, asked: bool) -> int:
    """How many tries: `IFEVAL_<name>` where it is set, else the fast or the slow number."""
    return int(os.environ.get(f"IFEVAL_{name}", slow if asked else fast))


def started(arguments: Sequence[object], log: Path, printed: Path | None = None) -> int:
    """`ifeval ARGUMENTS` in a child; returns its process id. Its output is in `log`, what it prints in `printed` if given."""
    child = os.fork()
    if child:
        return child
    code = 71
    try:
        for stream, file in ((1, printed or log), (2, log)):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644), stream)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
        sys.argv = ["ifeval", *map(str, arguments)]
        signal.signal(signal.SIGINT, signal.default_int_handler)
        main()
        code = 0
    except SystemExit as ending:
        code = int(ending.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a child; its exit code, negative where a signal ended it. One that hangs is an AssertionError."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError(f"a verb did not end within {PATIENCE:g} s")


def told(arguments: Sequence[object], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end; its exit code and what it wrote, which lies in two files of `folder`."""
    printed, log = folder / "stdout", folder / "stderr"
    code = ended(started(arguments, log, printed))
    return subprocess.CompletedProcess([*arguments], code, printed.read_text(), log.read_text())


def figures(*cells: object) -> None:
    """What was counted, as a row of a table; `pytest -s` shows it."""
    print(f"\n| {' | '.join(map(str, cells))} |")


def run_whole(arguments: Sequence[object], log: Path) -> float:
    """Run a verb to its end, which must be exit 0; returns its seconds."""
    began = time.monotonic()
    code = ended(started(arguments, log))
    assert code == 0, f"{arguments}: exit {code}: {log.read_text(errors='replace')[-2000:]}"
    return time.monotonic() - began


def kill_at_random(arguments: Sequence[object], log: Path, seconds: float, draw: random.Random) -> bool:
    """Start a verb and kill it after a random part of `seconds`; whether it was still running then."""
    child = started(arguments, log)
    time.sleep(draw.uniform(0, seconds))
    os.kill(child, signal.SIGKILL)
    return ended(child) == -signal.SIGKILL
