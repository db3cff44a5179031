"""A run of ours in a tracker: every metric with the bounds of its interval, the rates, and the settings that decide a score.

Prompts and replies stay in the run: what a tracker gets is numbers, names and versions.
"""

import hashlib
import re
import sys
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.runs.run import Run
from ifeval.runs.trackers import TRACKERS, Place, require_trackers
from ifeval.util.text import one_line

SETTINGS = ("repeats", "limit", "shard", "constrain", "template", "tool_dialect", "tools_in_words", "reasoning")


def export(run: Run, name: str, out: Path | None) -> list[Path]:
    """Write the run into the tracker `name`: with `out` into files there, without a server; else where its environment says.

    Returns the folder written to. Raises UserError where the tracker is not installed or does not take it.
    """
    require_trackers("--to", [name])
    try:
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
        track(run, name, out)
    except Exception as error:
        raise UserError(f"{name} did not take the run: {_short(error)}") from error
    return [] if out is None else [out]


def log_run(run: Run, names: Sequence[str]) -> None:
    """Write a finished run into each tracker; one that fails costs a line on stderr, never the run."""
    for name in names:
        try:
            track(run, name, None)
        except Exception as error:
            print(
                f"ifeval: {name} did not take the run, which is whole in {run.path}: {_short(error)}", file=sys.stderr
            )


def track(run: Run, name: str, folder: Path | None) -> None:
    """One run of ours as one run of a tracker; the same run again goes on in the same one."""
    place = Place(identity(run), run.name, tracked_settings(run), folder, local=folder is not None)
    tracker = TRACKERS[name](place)
    try:
        tracker.write(tracked_values(run), 0)
    finally:
        tracker.close()


def tracked_values(run: Run) -> dict[str, float]:
    """`TASK/METRIC` with `_low` and `_high`, `TASK/samples`, `TASK/rate_NAME`, `family/NAME`: shares in [0, 1]."""
    values: dict[str, float] = {}
    for task, summary in run.summary["tasks"].items():
        for metric, value in summary["metrics"].items():
            values |= _interval(f"{_part(task)}/{_part(metric)}", value)
        values[f"{_part(task)}/samples"] = summary["samples"]
        values |= {f"{_part(task)}/rate_{name}": rate for name, rate in summary["rates"].items()}
    for family, value in run.summary["families"].items():
        values |= _interval(f"family/{_part(family)}", value)
    return {name: float(value) for name, value in values.items() if isfinite(value)}


def tracked_settings(run: Run) -> dict[str, Any]:
    """Model, versions and the settings that two runs must share, each one value; no address, argument or key of a server."""
    manifest, settings = run.manifest, run.manifest["settings"]
    found = {
        "model": run.name,
        "fingerprint": manifest["model"].get("fingerprint"),
        "parameters": manifest["model"].get("parameters"),
        "ifeval-harness": manifest["versions"].get("ifeval-harness"),
        "engine": settings["engine"]["name"],
        "engine_version": settings["engine"].get("version"),
        "started": manifest["started"],
        "imported_from": (manifest.get("imported") or {}).get("from"),
        **{name: settings.get(name) for name in SETTINGS},
        **{f"version.{_part(task)}": part["version"] for task, part in settings["tasks"].items()},
    }
    return {name: _scalar(value) for name, value in found.items() if value is not None}


def identity(run: Run) -> str:
    """Letters and digits that stand for this run and no other."""
    told = f"{run.manifest['identity']} {run.manifest['started']}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


def _interval(name: str, value: Mapping[str, Any]) -> dict[str, float]:
    if not value["n"]:
        return {}
    return {name: value["value"], f"{name}_low": value["low"], f"{name}_high": value["high"]}


def _part(name: str) -> str:
    """A task or metric as a part of a value's name."""
    return re.sub(r"[/\\]", "_", one_line(name)).strip(".")[:100] or "unnamed"


def _scalar(value: Any) -> Any:
    return value if isinstance(value, bool | int | float) else one_line(str(value))[:500]


def _short(error: Exception) -> str:
    return (one_line(str(error)) or type(error).__name__)[:300]
