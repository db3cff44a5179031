"""Shards of a run put together: the run that one machine would have made, in the order it would have planned."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.records import CONSTRAINED
from ifeval.runs.directory import JOURNAL, SUMMARY, RunDirectory, checked_rows, failed, write_json
from ifeval.runs.manifest import now
from ifeval.runs.plan import Plan
from ifeval.runs.rescore import stored_plan
from ifeval.runs.run import Run, load_run, write_table
from ifeval.runs.shards import shard_of
from ifeval.runs.summary import summarise
from ifeval.util.jsonio import canonical, loads

Identity = tuple[str, str, int]
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row lies: the number of its run, its offset in that run's journal, and whether it failed."""

    run: int
    offset: int
    failed: bool


def merge(
    paths: Sequence[Path],
    out: Path,
    data: Mapping[str, Path],
    task_paths: tuple[Path, ...] = (),
    cases: tuple[Path, ...] = (),
) -> Path:
    """Merge the runs at `paths`, in any order and overlapping, into one at `out`.

    Of a sample that several runs hold, the reply of the run that started first counts, one without error before one
    with. data, cases: where external data and files of cases lie now. Raises UserError where the runs are not parts of one run, and where
    samples are missing, naming their shards.
    """
    runs = sorted(map(load_run, paths), key=lambda run: (run.manifest["started"], run.manifest["identity"]))
    _require_same_settings(runs)
    plan = _whole_plan(stored_plan(runs[0], data, task_paths, cases))
    places = _places(runs)
    _require_all(plan, places, runs)
    directory = RunDirectory(out, _manifest(runs))
    try:
        if directory.complete:
            return out
        for row in _ordered_rows(plan, places, runs, directory):
            directory.append(row)
        summary = summarise(directory.rows, plan.tasks, plan.options.seen)
        write_table(out, directory.rows)
        write_json(out / SUMMARY, {**summary, "engine": _engine_summary(runs)})
        directory.write_manifest(status="complete", finished=now())
    finally:
        directory.close()
    return out


def _whole_settings(run: Run) -> dict[str, Any]:
    return {**run.manifest["settings"], "shard": None}


def _require_same_settings(runs: Sequence[Run]) -> None:
    first = _whole_settings(runs[0])
    for run in runs[1:]:
        settings = _whole_settings(run)
        differing = sorted(name for name in first.keys() | settings.keys() if first.get(name) != settings.get(name))
        if differing:
            raise UserError(
                f"{run.path} and {runs[0].path} are not parts of one run: their {', '.join(differing)} differ."
            )


def _whole_plan(plan: Plan) -> Plan:
    return replace(plan, options=replace(plan.options, shard=None))


def _places(runs: Iterable[Run]) -> dict[Identity, Place]:
    """The row that counts for each sample: the first run's, and of one run the last line; failures only for want of better."""
    places: dict[Identity, Place] = {}
    for number, run in enumerate(runs):
        for offset, row in checked_rows(run.path):
            identity = row["task"], row["sample_id"], row["repeat"]
            known = places.get(identity)
            if known is None or known.run == number or known.failed > failed(row):
                places[identity] = Place(number, offset, failed(row))
    return places


def _require_all(plan: Plan, places: Mapping[Identity, Place], runs: Sequence[Run]) -> None:
    missing = [item.identity for item in plan.items() if item.identity not in places]
    if not missing:
        return
    counts = {run.manifest["settings"]["shard"][1] for run in runs if run.manifest["settings"]["shard"]}
    unfinished = [str(run.path) for run in runs if run.manifest["status"] != "complete"]
    if unfinished:
        why = f"{', '.join(unfinished)} not finished: repeat the command of each"
    elif len(counts) == 1:
        count = counts.pop()
        shards = Counter(shard_of(sample.removesuffix(CONSTRAINED), count) for _, sample, _ in missing)
        why = "missing " + ", ".join(f"--shard {index}/{count} ({shards[index]} rows)" for index in sorted(shards))
    else:
        listed = ", ".join(f"{task} {sample}" for task, sample, _ in missing[:SHOWN])
        why = f"missing {listed}" + (", ..." if len(missing) > SHOWN else "")
    raise UserError(f"{len(missing)} rows are in none of the {len(runs)} runs; {why}.")


def _ordered_rows(
    plan: Plan, places: Mapping[Identity, Place], runs: Sequence[Run], directory: RunDirectory
) -> Iterator[dict[str, Any]]:
    """The rows in the order of the unsharded plan; those that `directory` holds already are left out."""
    files = [(run.path / JOURNAL).open("rb") for run in runs]
    try:
        for item in plan.items():
            if not directory.is_done(item.identity):
                place = places[item.identity]
                files[place.run].seek(place.offset)
                yield loads(files[place.run].readline())
    finally:
        for file in files:
            file.close()


def _manifest(runs: Sequence[Run]) -> dict[str, Any]:
    """The unsharded run's manifest: its settings and identity, the phases summed, and where the parts came from."""
    first = runs[0].manifest
    settings = _whole_settings(runs[0])
    phases: Counter[str] = Counter()
    for run in runs:
        phases.update(run.manifest.get("phases", {}))
    parts = ("identity", "started", "finished", "machine", "engine_settings")
    return {
        **first,
        "identity": hashlib.sha256(canonical(settings)).hexdigest(),
        "status": "running",
        "settings": settings,
        "options": {**first["options"], "shard": None},
        "phases": {name: round(seconds, 3) for name, seconds in phases.items()},
        "merged": [
            {"shard": run.manifest["settings"]["shard"], **{name: run.manifest.get(name) for name in parts}}
            for run in runs
        ],
    }


def _engine_summary(runs: Sequence[Run]) -> dict[str, Any]:
    """Tokens summed over the parts; tokens per second of one machine, as the parts' seconds are summed too."""
    engines = [run.summary["engine"] for run in runs]
    generated = sum(engine["generated_tokens"] for engine in engines)
    seconds = sum(run.manifest.get("phases", {}).get("generate", 0) for run in runs)
    return {
        "name": engines[0]["name"],
        "generated_tokens": generated,
        "tokens_per_second": round(generated / seconds, 1) if generated and seconds else None,
    }
