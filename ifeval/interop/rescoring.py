"""Replies of another tool scored again by our tasks, with the reason of every check.

The replies are matched to the task's samples by id, else by prompt; then the imported run is rescored as any run is.
"""

from collections.abc import Mapping
from pathlib import Path

from ifeval.errors import UserError
from ifeval.interop.foreign import ForeignRun, ForeignSample
from ifeval.interop.writing import only_writer, write_files
from ifeval.registry import datasets
from ifeval.registry.plugins import discover
from ifeval.runs.directory import MANIFEST, read_manifest, write_json
from ifeval.runs.rescore import rescore
from ifeval.task import Task
from ifeval.util.files import write_atomically
from ifeval.util.jsonio import dumps

REASONING, DIALECT = "tags", "pythonic"
"""How replies are read that another tool kept as text: `<think>` tags are split off, calls are written as in Python."""


def write_rescored(run: ForeignRun, out: Path, data: Mapping[str, Path]) -> Path:
    """The run directory of `run` with the scores of our own tasks.

    data: by task name, or under "" for the only one; else the rows that came with the source, else the fetched data.
    Raises UserError where a task is not one of ours, its data is missing, or replies are missing or match no sample.
    """
    kinds = discover()
    for name in run.tasks:
        if name not in kinds:
            raise UserError(f"--rescore: {name} is not a task of this harness, so its replies cannot be scored again.")
    if any(sample.reply is None and sample.error is None for sample in run.samples):
        raise UserError("--rescore: the source does not hold every reply, so they cannot be scored again.")
    for sample in run.samples:  # a table of replies has no scores yet
        sample.metrics.setdefault(run.tasks[sample.task].primary, None)
    with only_writer(out):
        places = {name: _data(run, out, name, data, kinds[name]) for name in run.tasks}
        for name, place in places.items():
            _match(run, name, kinds[name](place))
        write_files(run, out)
        manifest = read_manifest(out)
        settings = {**manifest["settings"], "reasoning": REASONING, "tool_dialect": DIALECT}
        options = {"model": run.model, "tasks": list(run.tasks), "data": places, "task_paths": []}
        write_json(out / MANIFEST, {**manifest, "settings": settings, "options": options})
    rescore(out, {}, ())
    run.unknown = tuple(name for name in run.unknown if name != "reasoning")
    return out


def _data(run: ForeignRun, out: Path, name: str, given: Mapping[str, Path], kind: type[Task]) -> Path | None:
    if kind.dataset is None:
        return None
    if place := given.get(name) or given.get(""):
        return place
    rows = {one.id: one.document for one in run.samples if one.task == name and one.document is not None}
    if rows:
        file = out / f"documents-{name}.jsonl"
        write_atomically(file, b"".join(dumps(row) + b"\n" for row in rows.values()))
        return file.resolve()
    return datasets.ensure(kind.dataset)


def _match(run: ForeignRun, name: str, task: Task) -> None:
    """Give each reply the id of the sample it answers."""
    samples = list(task.samples(task.default_seed))
    ids = {sample.id for sample in samples}
    by_prompt = {ForeignSample(name, sample.id, sample.messages).prompt_hash: sample.id for sample in samples}
    own = [sample for sample in run.samples if sample.task == name]
    numbered = sum(sample.id in ids and _same_prompt(sample, by_prompt) for sample in own) == len(own)
    if numbered:
        return
    unmatched = sum(sample.prompt_hash not in by_prompt for sample in own)
    if unmatched:
        raise UserError(
            f"--rescore: {unmatched:,} of {len(own):,} replies of {name} answer no prompt of its data; "
            f"give the data they were made from with --data."
        )
    for sample in own:
        sample.id = by_prompt[sample.prompt_hash]


def _same_prompt(sample: ForeignSample, by_prompt: Mapping[str | None, str]) -> bool:
    """Whether the prompt, where the source has it and the data knows it, is that of the sample's id."""
    return by_prompt.get(sample.prompt_hash, sample.id) == sample.id
