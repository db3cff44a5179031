"""The files of lm-eval: which belong to one evaluation, by the time in their names."""

import re
from collections.abc import Sequence
from pathlib import Path

from ifeval.errors import UserError

TIME = r"(?P<time>\d{4}-\d\d-\d\dT[\d.-]+)"
SAMPLES = re.compile(rf"samples_(?P<task>.+)_{TIME}\.jsonl")
RESULTS = re.compile(rf".*_{TIME}\.json")
"""A results file has the name that --output_path gives, or `results`."""


def is_named(path: Path) -> bool:
    """Whether a file, or one in a folder, has a name that lm-eval gives its files."""
    return bool(_named(path))


def evaluations(paths: Sequence[Path]) -> list[tuple[Path | None, list[Path]]]:
    """(results file, samples files of the same time), the latest first; UserError where a folder has those of several models."""
    found: dict[Path | None, dict[Path, None]] = {}
    for path in paths:
        files = (_named(path) or sorted(path.glob("*.json*"))) if path.is_dir() else [path]
        if len(folders := sorted({str(file.parent) for file in files})) > 1:
            raise UserError(
                f"{path} has results in several folders ({', '.join(folders[:4])}); give the folder of one model."
            )
        for file in files:
            if file.suffix == ".json":
                found.setdefault(file, {}).update(dict.fromkeys(_of_the_time(file, "samples_*.jsonl")))
            else:
                results = next(iter(_of_the_time(file, "*.json")), None)
                found.setdefault(results, {})[file] = None
    times = sorted(found, key=lambda file: (_time(file) or "") if file else "", reverse=True)
    return [(file, [*found[file]]) for file in times]


def _named(path: Path) -> list[Path]:
    """The files at or below a path that are named as lm-eval names them."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [file for file in files if SAMPLES.fullmatch(file.name) or _is_named_results(file)]


def _is_named_results(file: Path) -> bool:
    """Whether the name is `results_TIME.json`, or another one with the time of samples beside it."""
    if RESULTS.fullmatch(file.name) is None:
        return False
    return file.name.startswith("results_") or any(_of_the_time(file, "samples_*.jsonl"))


def _of_the_time(file: Path, pattern: str) -> list[Path]:
    """The files beside one that have the same time in their names."""
    time = _time(file)
    return [] if time is None else [one for one in sorted(file.parent.glob(pattern)) if _time(one) == time]


def _time(file: Path) -> str | None:
    found = SAMPLES.fullmatch(file.name) or RESULTS.fullmatch(file.name)
    return found["time"] if found else None


def task_of(file: Path) -> str:
    """The task of a samples file, by its name."""
    found = SAMPLES.fullmatch(file.name)
    return found["task"] if found else file.stem.removeprefix("samples_")
