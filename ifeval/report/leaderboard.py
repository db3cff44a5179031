"""The tables in results/: every complete run and reference row, task by task, with the ranks its intervals allow.

Built from run.json and summary.json alone, so the samples need not be kept. The same inputs give the same bytes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ifeval.comparison.baselines import Published
from ifeval.errors import UserError
from ifeval.runs import stored
from ifeval.runs.directory import MANIFEST, SUMMARY, read_manifest
from ifeval.runs.run import MOST_ERRORS
from ifeval.util.jsonio import loads
from ifeval.util.tables import short_name

DEPTH = 3
OVER_REPEATS = re.compile(r"pass[@^]\d+|worst of \d+")
"""The metrics that `ifeval.runs.reliability` adds where samples have several replies."""
FLOORS = {"scripted:oracle": "ceiling"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: one metric of one model on one task. Scores in [0, 1]; bounds and n are None for published numbers.

    `kind` is run, floor, ceiling or published. `rank` is the span of ranks the intervals allow among the full runs
    of the same task, version and seed; None for rows that are not ranked. `note` says what a reader must know.
    """

    family: str
    task: str
    metric: str
    kind: str
    model: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    truncated: float | None = None
    rank: tuple[int, int] | None = None
    parameters: int | None = None
    fingerprint: str = ""
    date: str = ""
    task_version: str = ""
    versions: str = ""
    settings: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are wanted: a family, at most this many parameters, runs since a date (YYYY-MM-DD)."""

    family: str | None = None
    parameters: int | None = None
    since: str | None = None

    def admits(self, entry: Entry) -> bool:
        return (
            self.family in (None, entry.family)
            and (self.parameters is None or entry.parameters is None or entry.parameters <= self.parameters)
            and (self.since is None or not entry.date or entry.date >= self.since)
        )


def find_runs(roots: Iterable[Path]) -> list[Path]:
    """The complete runs in the given folders, down to three levels, each once, by path."""
    found = {
        summary.parent
        for root in roots
        for depth in range(DEPTH + 1)
        for summary in root.glob("/".join(["*"] * depth + [SUMMARY]))
        if (summary.parent / MANIFEST).is_file()
    }
    return sorted(found)


def build(runs: Iterable[Path], published: Iterable[Published] = (), wanted: Filter | None = None) -> list[Entry]:
    """All rows, ranked and in order: family, task, then best first. Of runs of one identity the latest counts."""
    latest: dict[str, tuple[Mapping[str, Any], Path]] = {}
    for path in runs:
        manifest = read_manifest(path)
        if manifest["status"] != "complete":
            continue
        known = latest.get(manifest["identity"])
        if known is None or manifest["started"] > known[0]["started"]:
            latest[manifest["identity"]] = (manifest, path)
    entries = [entry for manifest, path in latest.values() for entry in _run_entries(manifest, path)]
    families = {entry.task: entry.family for entry in entries}
    entries += [_published_entry(row, families) for row in published]
    admitted = [entry for entry in entries if (wanted or Filter()).admits(entry)]
    return sorted(_ranked(admitted), key=_order)


def rank_ranges(intervals: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """For each (low, high) the best and worst rank it may have: who is above, and who is below, beyond doubt."""
    import bisect

    lows, highs = sorted(low for low, _ in intervals), sorted(high for _, high in intervals)
    total = len(intervals)
    return [
        (total - bisect.bisect_right(lows, high) + 1, total - bisect.bisect_left(highs, low)) for low, high in intervals
    ]


def _run_entries(manifest: Mapping[str, Any], path: Path) -> Iterator[Entry]:
    """A row per task, more where samples have several replies (pass@k and the like), and one per family of several tasks."""
    try:
        summary = stored.checked(loads((path / SUMMARY).read_bytes()), stored.SUMMARY, path / SUMMARY)
        groups: dict[str, list[str]] = {}
        for task, row in summary["tasks"].items():
            score = row["metrics"].get(row["primary"])
            if score is not None and score["n"]:
                groups.setdefault(row["family"], []).append(task)
                for metric in (row["primary"], *filter(OVER_REPEATS.fullmatch, row["metrics"])):
                    yield _entry(manifest, summary, [task], row["family"], task, metric, row["metrics"][metric])
        for family, tasks in groups.items():
            if len(tasks) > 1:
                score = summary["families"][family]
                yield _entry(
                    manifest, summary, tasks, family, f"{family}, all tasks", f"mean of {', '.join(tasks)}", score
                )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} is not a readable run ({type(error).__name__}: {error}); move it or rescore it."
        ) from error


def _entry(
    manifest: Mapping[str, Any],
    summary: Mapping[str, Any],
    tasks: Sequence[str],
    family: str,
    title: str,
    metric: str,
    score: Mapping[str, Any],
) -> Entry:
    settings, model = manifest["settings"], manifest["model"]
    rows = [summary["tasks"][task] for task in tasks]
    total = sum(row["rows"] for row in rows)

    def rate(name: str) -> float:
        return sum(row["rates"][name] * row["rows"] for row in rows) / total

    return Entry(
        family=family,
        task=title,
        metric=metric,
        kind=_kind(model["name"]),
        model=short_name(model["name"]),
        value=score["value"],
        low=score["low"],
        high=score["high"],
        n=score["n"],
        truncated=rate("truncated"),
        parameters=model["parameters"],
        fingerprint=model["fingerprint"],
        date=manifest["started"][:10],
        task_version="; ".join(
            f"{task} {row['version']} seed {settings['tasks'][task]['seed']}"
            for task, row in zip(tasks, rows, strict=True)
        ),
        versions=_versions(manifest),
        settings=_settings(settings, tasks),
        note=_note(settings, rate("errors")),
    )


def _published_entry(row: Published, families: Mapping[str, str]) -> Entry:
    note = f"{row.source}; {row.caveat}".removesuffix("; ")
    family = families.get(row.task, "format")
    return Entry(family, row.task, row.metric, "published", row.model, row.value, note=note)


def _ranked(entries: Sequence[Entry]) -> list[Entry]:
    """Ranks among the full runs of the same task, version and seed."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for index, entry in enumerate(entries):
        if entry.kind == "run" and not entry.note:
            groups.setdefault((entry.task, entry.metric, entry.task_version), []).append(index)
    ranked = list(entries)
    for members in groups.values():
        ranges = rank_ranges([(entries[index].low or 0.0, entries[index].high or 0.0) for index in members])
        for index, rank in zip(members, ranges, strict=True):
            ranked[index] = replace(entries[index], rank=rank)
    return ranked


def _order(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.family or "",
        entry.task,
        entry.kind == "published",
        -entry.value,
        entry.model,
        entry.settings,
        entry.date,
        entry.fingerprint,
        entry.metric,
        entry.note,
    )


def _kind(model: str) -> str:
    return FLOORS.get(model, "floor") if model.startswith("scripted:") else "run"


def _note(settings: Mapping[str, Any], errors: float) -> str:
    """Why a run is shown without a rank; empty for a full, sound one."""
    if settings["limit"] is not None:
        return f"only the first {settings['limit']} samples per task"
    return f"{100 * errors:.1f} % of the requests failed" if errors > MOST_ERRORS else ""


def _settings(settings: Mapping[str, Any], tasks: Sequence[str]) -> str:
    """What is not the default, in words."""
    temperatures = {settings["tasks"][task]["sampling"].get("temperature") or 0 for task in tasks}
    words = [f"temperature {temperature:g}" for temperature in sorted(temperatures - {0})]
    if settings["repeats"] > 1:
        words.append(f"{settings['repeats']} replies per sample")
    if settings["constrain"]:
        words.append("constrained twins")
    if settings["system"]:
        words.append("own system prompt")
    return ", ".join(words)


def _versions(manifest: Mapping[str, Any]) -> str:
    engine = manifest["settings"]["engine"]
    return f"ifeval {manifest['versions']['ifeval-harness']}, {engine['name']} {engine['version']}"
