"""inspect: `.json` logs read by their schema, `.eval` logs through inspect-ai's own reader.

The `.eval` format may change and its archives need a decoder of their own, so inspect-ai turns one into JSON in a process
of its own with bounds on memory and output: an archive that unpacks to too much ends that process, not this one.
"""

import re
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ifeval.engines.arguments import without_secrets
from ifeval.errors import UserError
from ifeval.interop.foreign import (
    ForeignRun,
    ForeignSample,
    ForeignTask,
    content_text,
    count,
    messages,
    number,
    only,
    primary_of,
)
from ifeval.interop.reading import LARGEST_DOCUMENT, read_json, read_object
from ifeval.records import CheckResult

TOOL = "inspect"
LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""inspect's values for correct, partial, incorrect and no answer."""
WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
"""Text that inspect takes for a number too, in any case (`inspect_ai.scorer.value_to_float`)."""
IFEVAL = {"prompt_level_strict": "prompt_strict", "prompt_level_loose": "prompt_loose"}
IFEVAL_COUNTS = {"inst_level_strict": "instruction_strict", "inst_level_loose": "instruction_loose"}
NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,30})?")
OWN_COUNT, OWN_CHECK = {"successes", "trials"}, {"name", "ok", "reason"}
"""What `export_inspect` keeps beside a count, and of a check."""
LARGEST_UNPACKED = 512 << 20
READER_MEMORY = 8 << 30
READER_SECONDS = 300


def find(paths: Sequence[Path]) -> list[Path]:
    """The `.eval` files among files and folders."""
    files = [file for path in paths for file in (sorted(path.rglob("*.eval")) if path.is_dir() else [path])]
    return [file for file in files if file.suffix == ".eval"]


def is_log(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a log of inspect's."""
    described = document.get("eval")
    return "status" in document and isinstance(described, Mapping) and {"task", "model", "created"} <= described.keys()


def read(paths: Sequence[Path]) -> ForeignRun:
    """The evaluation in one or more logs of one model; of a task that was tried again the last log.

    Raises UserError where no log has a scored sample, or two logs are of the same task.
    """
    logs = _logs(paths)
    model = only((str(log["eval"]["model"]) for _, log in logs), "models", "give the logs of one")
    first = logs[0][1]["eval"]
    version = str((first.get("packages") or {}).get("inspect_ai", "unknown"))
    run = ForeignRun(
        tool=f"{TOOL} {version}",
        model=model,
        tasks={},
        samples=[],
        started=str(first["created"]),
        engine=f"{TOOL} {model.partition('/')[0]}",
        engine_version=version,
        engine_args=without_secrets({k: v for k, v in (first.get("model_args") or {}).items() if v is not None}),
        system=(first.get("model_generate_config") or {}).get("system_message"),
        limit=_limit(first),
        unknown=("reasoning",),
    )
    for place, (file, log) in enumerate(logs):
        try:
            _add_log(run, file, log)
        except NothingScored as error:
            if place + 1 == len(logs) and not run.tasks:
                raise
            run.notes.append(str(error).removesuffix("."))
    return run


class NothingScored(UserError):
    """A log without a scored sample."""


def _logs(paths: Sequence[Path]) -> list[tuple[Path, Mapping[str, Any]]]:
    """The logs in files and folders; of those that `inspect eval-retry` continued only the last."""
    files = {
        file: None
        for path in paths
        for file in ([*sorted(path.rglob("*.eval")), *sorted(path.glob("*.json"))] if path.is_dir() else [path])
    }
    last: dict[str, tuple[Path, Mapping[str, Any]]] = {}
    for file in files:
        log = _unpacked(file) if file.suffix == ".eval" else read_json(file)
        if file not in paths and not (isinstance(log, Mapping) and is_log(log)):
            continue
        task = str(log["eval"].get("task_id") or file)
        if task not in last or str(last[task][1]["eval"]["created"]) <= str(log["eval"]["created"]):
            last[task] = (file, log)
    return [*last.values()]


def _add_log(run: ForeignRun, file: Path, log: Mapping[str, Any]) -> None:
    described = log["eval"]
    name = str(described["task"]).rpartition("/")[2]
    if name in run.tasks:
        raise UserError(f"{file} holds {name}, as an earlier file does; give one log per task.")
    samples = [_sample(one, name) for one in log.get("samples") or ()]
    if not samples:
        raise NothingScored(f"{file} has no samples: its status is {log['status']}; evaluate without --no-log-samples.")
    scored = [sample for sample in samples if sample.metrics or sample.counts]
    if not scored:
        raise NothingScored(
            f"{file} has no scored samples: its status is {log['status']}, and "
            f"{sum(sample.error is not None for sample in samples)} of {len(samples)} samples ended in an error."
        )
    if log["status"] != "success":
        run.notes.append(f"{name}: its status is {log['status']}, {len(scored):,} samples were scored")
    if failed := sum(sample.error is not None and not sample.metrics for sample in samples):
        run.notes.append(f"{name}: {failed:,} of {len(samples):,} samples ended in an error; they count in no metric")
    elsewhere = (log.get("results") or {}).get("total_samples")
    if isinstance(elsewhere, int) and elsewhere != len(samples):
        run.notes.append(f"{name}: {len(samples):,} of {elsewhere:,} samples are in the file")
    version = (described.get("metadata") or {}).get("full_task_version") or described.get("task_version", "unknown")
    headline = _headline(log, scored)
    run.tasks[name] = ForeignTask(
        name=name,
        version=f"{TOOL} {version}",
        primary=headline,
        data=str((described.get("dataset") or {}).get("location") or (described.get("dataset") or {}).get("name")),
        sampling=_sampling(described),
    )
    run.samples += samples


def _sample(one: Mapping[str, Any], task: str) -> ForeignSample:
    output = one.get("output") or {}
    choices = output.get("choices") or []
    usage = output.get("usage") or {}
    error = one.get("error")
    metadata = one.get("metadata") or {}
    sample = ForeignSample(
        task=task,
        id=str(one["id"]),
        repeat=int(one["epoch"]) - 1,
        prompt=messages(one["input"]),
        reply=content_text(choices[0]["message"]["content"]) if choices else str(output.get("completion") or ""),
        error=str(error.get("message", error) if isinstance(error, Mapping) else error) if error else None,
        truncated=bool(choices) and choices[0].get("stop_reason") in ("max_tokens", "model_length"),
        prompt_tokens=count(usage.get("input_tokens")),
        completion_tokens=count(usage.get("output_tokens")),
        latency=number(output.get("time")) or 0.0,
        document=_document(one, metadata),
    )
    scores = one.get("scores") or {}
    for scorer, score in scores.items():
        explanation = score.get("explanation")
        sample.reason = sample.reason or f"{scorer}: {score.get('value')!s:.80}; {explanation or ''!s:.300}".rstrip(
            "; "
        )
        counts = _counts(scorer, score)
        sample.counts |= counts
        sample.metrics |= {name: value for name, value in _values(scorer, score["value"]) if name not in counts}
        sample.checks = sample.checks or _checks(score)
    return sample


def _values(scorer: str, value: Any) -> Iterator[tuple[str, float]]:
    """A score's metrics: one by the scorer's name, or one per member of a dict."""
    if isinstance(value, Mapping):
        if IFEVAL_COUNTS.keys() <= value.keys():
            yield from ((IFEVAL[name], float(value[name])) for name in IFEVAL)
            return
        for name, part in value.items():
            yield from ((f"{scorer}.{name}", score) for _, score in _values(scorer, part))
    elif isinstance(value, str):
        if (known := LETTERS.get(value, WORDS.get(value.lower()))) is not None:
            yield scorer, known
        elif NUMBER.fullmatch(value):
            yield scorer, float(value)
    elif (found := number(value)) is not None:
        yield scorer, found


def _counts(scorer: str, score: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Followed and all instructions, where the scorer is IFEval's (which of them failed is not in the log), or our own count."""
    kept, value = score.get("metadata") or {}, score["value"]
    if kept.keys() >= OWN_COUNT and 0 <= count(kept["successes"]) <= count(kept["trials"]):
        return {scorer: (count(kept["successes"]), count(kept["trials"]))}
    if not isinstance(value, Mapping) or not IFEVAL_COUNTS.keys() <= value.keys():
        return {}
    return {ours: (int(value[name]), int(value["num_instructions"])) for name, ours in IFEVAL_COUNTS.items()}


def _checks(score: Mapping[str, Any]) -> tuple[CheckResult, ...]:
    """The checks that our own export keeps beside a score; other scorers have none."""
    kept = (score.get("metadata") or {}).get("checks")
    if not isinstance(kept, list) or not all(isinstance(one, Mapping) and one.keys() >= OWN_CHECK for one in kept):
        return ()
    return tuple(CheckResult(one["ok"] is True, str(one["reason"]), str(one["name"])) for one in kept)


def _document(one: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any] | None:
    """The row of IFEval's data, whose arguments are kept by the instruction's place."""
    if not {"prompt", "instruction_id_list", "kwargs"} <= metadata.keys():
        return None
    kwargs = metadata["kwargs"]
    if isinstance(kwargs, Mapping):
        kwargs = [kwargs.get(str(place), {}) for place in range(len(metadata["instruction_id_list"]))]
    names = metadata["instruction_id_list"]
    return {"key": one["id"], "prompt": metadata["prompt"], "instruction_id_list": names, "kwargs": kwargs}


def _headline(log: Mapping[str, Any], samples: Sequence[ForeignSample]) -> str:
    named = ((log.get("results") or {}).get("headline") or {}).get("scorer")
    return primary_of(samples, ["prompt_strict", *([named] if isinstance(named, str) else [])])


def _sampling(described: Mapping[str, Any]) -> dict[str, Any]:
    config = described.get("model_generate_config") or {}
    names = ("temperature", "top_p", "top_k", "max_tokens", "seed")
    return {name: value for name in names if (value := number(config.get(name))) is not None}


def _limit(described: Mapping[str, Any]) -> int | None:
    limit = (described.get("config") or {}).get("limit")
    return limit if isinstance(limit, int) and limit > 0 else None


def _unpacked(file: Path) -> dict[str, Any]:
    """A `.eval` archive as the object it stands for. Raises UserError where it is damaged, too large, or no reader is there."""
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UserError(f"{file} is not a whole .eval log ({error}); copy it again.") from None
    if size > LARGEST_UNPACKED:
        raise UserError(f"{file} unpacks to {size >> 20:,} MiB, more than {LARGEST_UNPACKED >> 20:,}; it is not read.")
    with tempfile.TemporaryFile() as written, tempfile.NamedTemporaryFile(suffix=".json") as document:
        command = [*_reader(file), "log", "dump", str(file.resolve())]
        try:
            done = subprocess.run(
                command, stdout=document, stderr=written, timeout=READER_SECONDS, preexec_fn=_bounded, check=False
            )
        except subprocess.TimeoutExpired:
            raise UserError(f"{file} was not read within {READER_SECONDS} seconds.") from None
        if done.returncode:
            raise UserError(f"{file} cannot be read by inspect-ai; it is damaged or unpacks to too much.")
        return read_object(Path(document.name))


def _reader(file: Path) -> list[str]:
    """How inspect-ai is called: installed beside this package, or the `inspect` command on the path."""
    if find_spec("inspect_ai") is not None:
        return [sys.executable, "-m", "inspect_ai"]
    if command := shutil.which("inspect"):
        return [command]
    raise UserError(
        f"{file} needs inspect-ai's own reader: pip install inspect-ai, or write JSON with "
        f"`inspect log convert {file} --to json --output-dir DIR` and import that."
    )


def _bounded() -> None:
    """Bounds of the reader's process: memory, and the size of what it writes."""
    resource.setrlimit(resource.RLIMIT_AS, (READER_MEMORY, READER_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_DOCUMENT, LARGEST_DOCUMENT))
