"""Scoring a stored run again: no engine, the same replies, new scores."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.models.prompts import Chat
from ifeval.models.reasoning import reasoning_parser
from ifeval.models.replies import Reading
from ifeval.records import Sample
from ifeval.runs.conversation import read_again
from ifeval.runs.directory import JOURNAL, MANIFEST, SUMMARY, write_json
from ifeval.runs.journal import response_from_json
from ifeval.runs.lock import RunLock
from ifeval.runs.manifest import now, task_settings
from ifeval.runs.manner import Manner
from ifeval.runs.options import RunOptions
from ifeval.runs.plan import Plan, load_tasks
from ifeval.runs.replacement import replaced_together
from ifeval.runs.run import Run, load_run, write_table
from ifeval.runs.scoring import Scorer, score_to_json
from ifeval.runs.stored import MANNER, OPTIONS, checked
from ifeval.runs.summary import summarise
from ifeval.task import Task
from ifeval.tool_calls import by_name
from ifeval.util.files import written_atomically
from ifeval.util.jsonio import dumps


def rescore(
    path: Path, data: Mapping[str, Path], task_paths: tuple[Path, ...] = (), cases: tuple[Path, ...] = ()
) -> int:
    """Read and score every stored reply of the run at `path` again, in place; returns how many scores changed.

    data, cases: where external data and files of cases lie now; the run's own places where not given. All files of
    the run are replaced together or none is. Raises UserError where another process writes the run, where it is not
    complete or its journal does not hold what it asked, and where the samples it was made from cannot be had (another
    version's, other data, another prompt).
    """
    lock = RunLock(path) if (path / MANIFEST).exists() else None
    try:
        return _rescore(path, data, task_paths, cases)
    finally:
        if lock is not None:
            lock.release()


def _rescore(path: Path, data: Mapping[str, Path], task_paths: tuple[Path, ...], cases: tuple[Path, ...]) -> int:
    run = load_run(path)
    if run.manifest["status"] != "complete":
        raise UserError(f"{path} is not complete: repeat its command to finish it, then rescore.")
    plan = stored_plan(run, data, task_paths, cases)
    scorer = Scorer(stored_reading(run))
    tasks = {task.name: task for task in plan.tasks}
    samples = {task.name: {sample.id: sample for sample in plan.samples(task)} for task in plan.tasks}
    _require_whole(run, samples)
    changed = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal changed
        for row in run.rows():
            sample = _sample(samples, row, path)
            if "imported" not in run.manifest:
                _require_same_prompt(sample, row, path)
            scored = _scored_again(row, scorer, tasks[row["task"]], sample)
            changed += scored["score"]["metrics"] != row["score"]["metrics"]
            yield scored

    with replaced_together(path) as staged:
        with written_atomically(staged / JOURNAL) as journal:
            journal.writelines(dumps(row) + b"\n" for row in rows())
        scored = Run(staged)
        write_table(staged, scored.rows)
        engine = run.summary["engine"]
        write_json(staged / SUMMARY, {**summarise(scored.rows, plan.tasks, plan.options.seen), "engine": engine})
        settings = {**run.manifest["settings"], "tasks": task_settings(plan)}
        write_json(staged / MANIFEST, {**run.manifest, "settings": settings, "rescored": now()})
    return changed


def _require_whole(run: Run, samples: Mapping[str, Mapping[str, Sample]]) -> None:
    """Raise UserError where the journal lacks samples that the run asked: rescoring would overwrite good tables.

    An imported run never asked: it holds what its source had.
    """
    if "imported" in run.manifest:
        return
    repeats = run.manifest["settings"].get("repeats", 1)
    wanted = repeats * sum(map(len, samples.values()))
    held = sum(1 for _ in run.rows())
    if held < wanted:
        raise UserError(
            f"{run.path}: {JOURNAL} holds {held:,} of {wanted:,} samples, so it is damaged or of other data; "
            "restore it, or repeat the run's command to ask the missing ones again."
        )


def stored_plan(
    run: Run, data: Mapping[str, Path], task_paths: tuple[Path, ...] = (), cases: tuple[Path, ...] = ()
) -> Plan:
    """The plan a stored run was made from, as far as scoring needs it."""
    stored = checked(run.manifest.get("options"), OPTIONS, f"{run.path / MANIFEST}, options")
    known = {field.name for field in fields(RunOptions)}
    kept: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items() if k in known}
    options = RunOptions(**kept)
    places = {name: Path(place) for name, place in stored["data"].items()} | dict(data)
    options = replace(
        options,
        data=places,
        task_paths=task_paths or tuple(map(Path, stored["task_paths"])),
        cases=cases or tuple(map(Path, stored.get("cases", ()))),
    )
    settings = run.manifest["settings"]
    manner = stored_manner(run, options)
    chat = Chat(None, by_name(settings["tool_dialect"]), options.system, manner.template_args)
    return Plan(load_tasks(options), replace(options, reasoning=settings["reasoning"]), chat, {}, manner)


def stored_manner(run: Run, options: RunOptions) -> Manner:
    """How a stored run drew its replies; one of an earlier version drew as its options say."""
    stored = run.manifest.get("manner")
    if stored is not None:
        checked(stored, MANNER, f"{run.path / MANIFEST}, manner")
        return Manner(**{**stored, "notes": tuple(stored["notes"])})
    return Manner(options.temperature, options.top_p, options.top_k, template_args=options.template_args)


def stored_reading(run: Run) -> Reading:
    """How the replies of a stored run are read: by today's readers of the names it recorded."""
    settings = run.manifest["settings"]
    frames = run.manifest.get("profile", {}).get("frames", ())
    return Reading(
        reasoning_parser(settings["reasoning"], None),
        by_name(settings["tool_dialect"]),
        (*run.manifest.get("special_tokens", ()), *frames),
    )


def _scored_again(row: Mapping[str, Any], scorer: Scorer, task: Task, sample: Sample) -> dict[str, Any]:
    turns = row.get("turns") or [row]
    read, fault = read_again(scorer, task, sample, [response_from_json(turn["response"]) for turn in turns])
    score = score_to_json(scorer.score(task, sample, read, fault))
    replies = [asdict(response) for response in read]
    again = {**row, "tags": dict(sample.tags), "response": replies[-1], "score": score}
    if "turns" in row:
        again["turns"] = [{**turn, "response": reply} for turn, reply in zip(turns, replies, strict=True)]
    return again


def _require_same_prompt(sample: Sample, row: Mapping[str, Any], path: Path) -> None:
    """Raise UserError where the user asked something else then: the stored reply does not belong to this sample.

    The last thing asked may not be the last user message: where a template knows no tools, results were told as one.
    """
    now, then = (
        [one["content"] for one in side if one["role"] == "user"] for side in (sample.messages, row["messages"])
    )
    if now and then and now[-1] not in then:
        raise UserError(f"{path}: the prompt of sample {sample.id!r} of {row['task']} has changed since; run it again.")


def _sample(samples: Mapping[str, Mapping[str, Sample]], row: Mapping[str, Any], path: Path) -> Sample:
    try:
        return samples[row["task"]][row["sample_id"]]
    except KeyError:
        raise UserError(
            f"{path}: sample {row['sample_id']!r} of {row['task']} is not in today's version or data of that task; "
            "give the data it was made from with --data, or run it again."
        ) from None
