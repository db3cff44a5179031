"""A model that is still training: every whole checkpoint that appears is evaluated once, and the trajectory kept.

Each checkpoint is evaluated by `ifeval run` in a process of its own, so that all memory of the last engine is free
before the next one starts. Everything is on disk: the same command goes on where it stopped.
"""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from ifeval.comparison.trajectory import Point, markdown, svg, trajectory
from ifeval.errors import UserError
from ifeval.models import checkpoint
from ifeval.runs.directory import MANIFEST, read_manifest, write_json
from ifeval.runs.run import Run, load_run
from ifeval.util.files import write_atomically

Evaluate = Callable[[Path, Path], None]
"""Evaluates the checkpoint at the first path into the run directory at the second."""

SETTLED_SECONDS = 15.0
"""A folder that was written to less long ago may still be written to."""


def watch(
    folder: Path, out: Path, evaluate: Evaluate, poll: float | None = None, settled: float = SETTLED_SECONDS
) -> Iterator[list[Point]]:
    """Evaluate the checkpoints in `folder`, in the order of their training steps, and yield the trajectory after each.

    poll: seconds between looks for new ones, for ever; None looks until nothing is left to do. settled: seconds a
    checkpoint must have been left alone. Writes trajectory.json, .md and .svg into `out`.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder} to watch.")
    known = -1
    while True:
        names = [path.name for path in checkpoints(folder, settled)]
        waiting = [name for name in names if not _finished(out / name)]
        if waiting:
            evaluate(folder / waiting[0], out / waiting[0])
        done = [(name, load_run(out / name)) for name in names if _finished(out / name)]
        if len(done) != known:
            known = len(done)
            yield record(out, done)
        if not waiting:
            if poll is None:
                return
            time.sleep(poll)


def checkpoints(folder: Path, settled: float = 0.0) -> list[Path]:
    """The whole checkpoints in a folder by training step: the numbers in their names, in the order of people."""
    found = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "tmp"))]
    return sorted((path for path in found if is_whole(path, settled)), key=lambda path: natural(path.name))


def is_whole(folder: Path, settled: float) -> bool:
    """Is this a checkpoint with all its files, none of them cut, none written to of late?"""
    try:
        newest = max(file.stat().st_mtime for file in folder.iterdir())
        checkpoint.inspect(folder)
    except (UserError, ValueError, OSError):  # half written: looked at again next time
        return False
    return time.time() - newest >= settled


def natural(name: str) -> list[tuple[bool, int, str]]:
    """A sorting key by which step-9 comes before step-10."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", name)]


def record(out: Path, done: Sequence[tuple[str, Run]]) -> list[Point]:
    """Write the trajectory of the finished runs, as JSON, a table and a plot."""
    points = trajectory(done)
    write_json(out / "trajectory.json", [asdict(point) for point in points])
    write_atomically(out / "trajectory.md", markdown(points))
    write_atomically(out / "trajectory.svg", svg(points))
    return points


def by_command(arguments: Sequence[str]) -> Evaluate:
    """`ifeval run` with these further flags, in a process of its own."""

    def evaluate(model: Path, out: Path) -> None:
        command = [sys.executable, "-m", "ifeval", "run", "--model", str(model), "--out", str(out), *arguments]
        ended = subprocess.run(command, check=False)
        if ended.returncode:
            raise UserError(
                f"{model.name} could not be evaluated (exit code {ended.returncode}); the lines above say why."
            )

    return evaluate


def _finished(run: Path) -> bool:
    return (run / MANIFEST).exists() and read_manifest(run)["status"] == "complete"
