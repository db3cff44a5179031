"""A foreign evaluation as a run directory, which every verb that reads runs takes.

What the source did not say is "unknown" in the settings, or missing where a number belongs, and is named in the manifest.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.interop.foreign import ForeignRun, ForeignSample, ForeignTask, user
from ifeval.records import CheckResult, Response, Score
from ifeval.runs.directory import JOURNAL, MANIFEST, SUMMARY, journal_rows, write_json
from ifeval.runs.lock import LOCK, RunLock
from ifeval.runs.manifest import now
from ifeval.runs.run import printable, write_table
from ifeval.runs.scoring import score_to_json
from ifeval.runs.summary import summarise
from ifeval.task import Task
from ifeval.util.files import write_atomically
from ifeval.util.jsonio import canonical, dumps
from ifeval.util.text import one_line

FAMILIES = {"ifeval": "format", "ifbench": "format"}
UNKNOWN = "unknown"
MOST_REPEATS = 1000


def write_run(run: ForeignRun, out: Path) -> Path:
    """Write the run directory `out`, which must be new or empty. Raises UserError where it is not, or nothing is scored."""
    with only_writer(out):
        return write_files(run, out)


@contextmanager
def only_writer(out: Path) -> Iterator[None]:
    """Hold the new run directory `out`. Raises UserError where it holds something, or another process writes it."""
    require_new(out)
    lock = RunLock(out)
    try:
        require_new(out)  # who held it before may have filled it
        yield
    finally:
        lock.release()


def require_new(out: Path) -> None:
    """Raise UserError where `out` is there and not an empty folder."""
    if out.exists() and (not out.is_dir() or any(file.name != LOCK for file in out.iterdir())):
        raise UserError(f"--out {out} is not empty; choose another folder, or remove it.")


def write_files(run: ForeignRun, out: Path) -> Path:
    """Write the files of a run into `out`. Raises UserError where nothing is scored."""
    if not run.samples:
        raise UserError(f"{run.tool} gave no scored samples, so there is nothing to compare.")
    _clean_names(run)
    _leave_out_unbounded(run)
    rows = [dumps(_row(run, sample)) + b"\n" for sample in _unique(run.samples)]
    try:
        write_atomically(out / JOURNAL, b"".join(rows))
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.") from error

    def written() -> Iterator[dict[str, Any]]:
        return journal_rows(out)

    write_table(out, written)
    summary = summarise(written, [_task(task) for task in run.tasks.values()])
    engine = {"name": run.engine, "generated_tokens": 0, "tokens_per_second": None}
    write_json(out / SUMMARY, {**summary, "engine": engine})
    content = hashlib.sha256(b"".join(rows)).hexdigest()
    write_json(out / MANIFEST, _manifest(run, content))
    return out


def announcement(run: ForeignRun) -> str:
    """One line: what was imported, and what its source does not say."""
    counts = {name: sum(sample.task == name for sample in run.samples) for name in run.tasks}
    tasks = ", ".join(f"{name} ({number:,} sample{'s' * (number != 1)})" for name, number in counts.items())
    unknown = f" Unknown: {', '.join(unknown_of(run))}." if unknown_of(run) else ""
    notes = f" Note: {'; '.join(dict.fromkeys(run.notes))}." if run.notes else ""
    return f"Imported {run.model} from {run.tool}: {tasks}.{unknown}{notes}"


def unknown_of(run: ForeignRun) -> list[str]:
    """What the source does not say, in words."""
    settings = {"chat template": run.template, "system prompt": run.system}
    return list(dict.fromkeys([*(name for name, value in settings.items() if value == UNKNOWN), *run.unknown]))


def _clean_names(run: ForeignRun) -> None:
    """Names and ids without what a table cannot hold or a terminal would obey."""
    clean = cache(one_line)
    run.model, run.tool, run.engine = clean(run.model), clean(run.tool), clean(run.engine)
    run.tasks = {
        clean(name): replace(task, name=clean(name), primary=clean(task.primary)) for name, task in run.tasks.items()
    }
    for sample in run.samples:
        sample.task, sample.id = clean(sample.task), printable(sample.id) or ""
        sample.metrics = {clean(name): value for name, value in sample.metrics.items()}
        sample.counts = {clean(name): value for name, value in sample.counts.items()}
        sample.checks = tuple(replace(check, name=clean(check.name)) for check in sample.checks)


def _leave_out_unbounded(run: ForeignRun) -> None:
    """Drop the metrics that are no shares, and tasks that have no other; UserError where no task is left."""
    without = [task.name for task in [*run.tasks.values()] if not _bounded(run, task)]
    if len(without) == len(run.tasks):
        raise UserError(f"{', '.join(without)}: no sample has a score between 0 and 1, so there is nothing to compare.")
    if without:
        run.notes.append(f"left out, for no sample has a score between 0 and 1: {', '.join(without)}")
        run.tasks = {name: task for name, task in run.tasks.items() if name not in without}
        run.samples = [sample for sample in run.samples if sample.task not in without]


def _bounded(run: ForeignRun, task: ForeignTask) -> bool:
    """Keep the task's metrics that are shares; False where there is none."""
    own = [sample for sample in run.samples if sample.task == task.name]
    unbounded = {
        name for sample in own for name, value in sample.metrics.items() if value is not None and not 0 <= value <= 1
    }
    known = list(dict.fromkeys(name for sample in own for name in (*sample.metrics, *sample.counts)))
    kept = [name for name in known if name not in unbounded]
    if not kept:
        return False
    if unbounded:
        run.notes.append(f"{task.name}: left out, for not between 0 and 1: {', '.join(sorted(unbounded))}")
    metrics = [name for name in kept if any(name in sample.metrics for sample in own)]
    for sample in own:  # a metric that a sample does not have does not apply to it
        sample.metrics = {name: sample.metrics.get(name) for name in metrics}
    if task.primary not in kept:
        task.primary = kept[0]
    return True


def _unique(samples: list[ForeignSample]) -> Iterator[ForeignSample]:
    """The samples; UserError where two share task, id and repeat, since one would replace the other."""
    seen: set[tuple[str, str, int]] = set()
    for sample in samples:
        if not 0 <= sample.repeat < MOST_REPEATS:
            raise UserError(
                f"{sample.task}: sample {sample.id!r} is numbered as repeat {sample.repeat}; "
                f"repeats run from 0 to {MOST_REPEATS - 1:,}."
            )
        key = (sample.task, sample.id, sample.repeat)
        if key in seen:
            raise UserError(
                f"{sample.task}: sample {sample.id!r} comes twice; give each file once, and each row an id."
            )
        seen.add(key)
        yield sample


def _row(run: ForeignRun, sample: ForeignSample) -> dict[str, Any]:
    """A journal line. A sample with an error has no value of any metric: its source did not count it."""
    primary = run.tasks[sample.task].primary
    value = sample.metrics.get(primary)
    checks = sample.checks
    if not checks and value is not None:
        said = sample.reason or f"{run.tool} gave {value:g}"
        checks = (CheckResult(value >= 1, said, primary),)
    score = Score(checks, {primary: None, **sample.metrics}, sample.counts, sample.loose, sample.error)
    if primary in sample.counts:
        score = replace(score, metrics=sample.metrics)
    key = hashlib.sha256(f"{sample.task}\0{sample.id}\0{sample.repeat}".encode("utf-8", "replace")).hexdigest()
    response = Response(
        key=key,
        raw=sample.reply or "",
        finish_reason="error" if sample.error else "length" if sample.truncated else "stop",
        prompt_tokens=sample.prompt_tokens,
        completion_tokens=sample.completion_tokens,
        latency=sample.latency,
        error=sample.error,
        answer=sample.reply or "",
    )
    return {
        "task": sample.task,
        "sample_id": sample.id,
        "repeat": sample.repeat,
        "tags": {},
        "messages": list(sample.prompt) or user(""),
        "tools": None,
        "response": response,
        "score": score_to_json(score),
    }


def _task(task: ForeignTask) -> Task:
    """A task as `summarise` needs it: it has a name and a metric, and neither samples nor a scorer."""
    members = {
        "name": task.name,
        "version": task.version,
        "family": FAMILIES.get(task.name, task.name),
        "primary": task.primary,
        "samples": lambda *_: iter(()),
        "score": lambda *_: None,
    }
    kind: type[Task] = type("Imported", (Task,), members)
    return kind()


def _manifest(run: ForeignRun, content: str) -> dict[str, Any]:
    settings = _settings(run, content)
    return {
        "identity": hashlib.sha256(canonical(settings)).hexdigest(),
        "status": "complete",
        "started": run.started or now(),
        "settings": settings,
        "options": {},
        "model": {
            "name": run.model,
            "fingerprint": content,
            "fingerprinted": False,
            "parameters": run.parameters,
            "architecture": None,
            "context_length": run.context_length,
            "chat_template": UNKNOWN,
        },
        "versions": {"ifeval-harness": version("ifeval-harness")},
        "imported": {"from": run.tool, "unknown": unknown_of(run), "notes": list(run.notes)},
        "phases": {},
    }


def _settings(run: ForeignRun, content: str) -> dict[str, Any]:
    return {
        "model": content,
        "tasks": {
            task.name: {
                "version": task.version,
                "seed": UNKNOWN,
                "limit": None,
                "data": task.data,
                "sampling": task.sampling,
            }
            for task in run.tasks.values()
        },
        "limit": run.limit,
        "shard": None,
        "repeats": 1 + max(sample.repeat for sample in run.samples),
        "constrain": False,
        "system": run.system,
        "template": run.template,
        "template_args": UNKNOWN,
        "tool_dialect": UNKNOWN,
        "tools_in_words": UNKNOWN,
        "reasoning": UNKNOWN,
        "engine": {"name": run.engine, "version": run.engine_version, "arguments": run.engine_args},
    }
