"""Every Eval Ever (schemas 0.2 and 0.3): an aggregate `.json` with `*_samples.jsonl`, a row per sample and metric."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.interop.foreign import (
    IFEVAL_METRICS,
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
from ifeval.interop.reading import read_object, read_rows
from ifeval.util.jsonio import loads

TOOL = "Every Eval Ever"
ENDING = "_samples.jsonl"
UNSAID = (None, "", "unknown")


def is_aggregate(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is an aggregate file."""
    return {"schema_version", "evaluation_results", "model_info"} <= document.keys()


def is_sample(row: Mapping[str, Any]) -> bool:
    """Whether a row is of a samples file."""
    return {"schema_version", "evaluation_id", "sample_id", "evaluation"} <= row.keys()


def read(paths: Sequence[Path]) -> ForeignRun:
    """The evaluation in an aggregate file or its samples file. Raises UserError where there are no samples."""
    samples, aggregates = _files(paths)
    described = [read_object(file) for file in aggregates]
    if not samples:
        raise UserError(
            f"{paths[0]} holds aggregates only, and a gate needs each sample: add its {ENDING} file, "
            "or put the numbers into baselines/published.toml to see them beside others."
        )
    rows = [row for file in samples for row in read_rows(file)]
    if not rows:
        raise UserError(f"{samples[0]} is empty.")
    about = described[0] if described else {}
    library = about.get("eval_library") or {}
    lower = _lower_is_better(described)
    run = ForeignRun(
        tool=" ".join(str(part) for part in (TOOL, library.get("name"), library.get("version")) if part not in UNSAID),
        model=only((str(row["model_id"]) for row in rows), "models", "give the files of one"),
        tasks={},
        samples=_samples(rows, lower),
        started=_time(about),
        engine=str((about.get("model_info") or {}).get("inference_platform") or library.get("name") or "unknown"),
        engine_version=str(library.get("version", "unknown")),
        unknown=("reasoning", *([] if described else ["versions", "sampling"])),
    )
    if lower:
        run.notes.append(f"left out, for lower is better: {', '.join(sorted(lower))}")
    for name in dict.fromkeys(sample.task for sample in run.samples):
        own = [sample for sample in run.samples if sample.task == name]
        run.tasks[name] = ForeignTask(
            name=name,
            version=f"{library.get('name', 'unknown')} {library.get('version', '')}".strip(),
            primary=primary_of(own, ["prompt_strict"]),
            **_task_details(described, name),
        )
    return run


def _files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """(samples files, aggregate files), each with the other where that is beside it."""
    files = [file for path in paths for file in (sorted(path.glob("*.json*")) if path.is_dir() else [path])]
    samples = {file: None for file in files if file.name.endswith(".jsonl")}
    aggregates = {file: None for file in files if file.suffix == ".json" and not file.name.endswith(".schema.json")}
    for file in [*aggregates]:
        beside = file.with_name(file.stem + ENDING)
        samples |= {beside: None} if beside.exists() else {}
    for file in [*samples]:
        beside = file.with_name(file.name.removesuffix(ENDING) + ".json")
        aggregates |= {beside: None} if beside.exists() else {}
    return [*samples], [*aggregates]


def _samples(rows: Sequence[Mapping[str, Any]], lower: frozenset[str]) -> list[ForeignSample]:
    """The rows gathered by task and sample; the name of a row's metric is its result's id, the same one again is a repeat."""
    found: dict[tuple[str, str, int], ForeignSample] = {}
    repeats: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        task, identity = str(row["evaluation_name"]), str(row["sample_id"])
        result = str(row.get("evaluation_result_id") or task)
        key = (task, identity, repeats[task, identity, result])
        repeats[task, identity, result] += 1
        sample = found.setdefault(key, _sample(row, *key))
        if result not in lower and (score := number(row["evaluation"]["score"])) is not None:
            sample.metrics["score" if result == task else IFEVAL_METRICS.get(result, result)] = score
    return list(found.values())


def _sample(row: Mapping[str, Any], task: str, identity: str, repeat: int) -> ForeignSample:
    usage, error = row.get("token_usage") or {}, row.get("error")
    return ForeignSample(
        task=task,
        id=identity,
        repeat=repeat,
        prompt=_prompt((row.get("input") or {}).get("raw")),
        reply=_reply(row),
        error=str(error) if error else None,
        prompt_tokens=count(usage.get("input_tokens")),
        completion_tokens=count(usage.get("output_tokens")),
    )


def _reply(row: Mapping[str, Any]) -> str | None:
    """The first output; of a conversation the model's last message."""
    raw = (row.get("output") or {}).get("raw")
    if isinstance(raw, list) and raw:
        return str(raw[0])
    if raw is not None:
        return str(raw)
    said = [one.get("content") for one in row.get("messages") or () if one.get("role") == "assistant"]
    return content_text(said[-1]) if said else None


def _prompt(raw: Any) -> list[dict[str, str]]:
    """The prompt; one that is a chat written as JSON is read as such."""
    if not isinstance(raw, str):
        return []
    if raw.startswith("[{"):
        try:
            return messages(loads(raw))
        except (ValueError, KeyError, TypeError):
            pass
    return messages(raw)


def _lower_is_better(described: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(
        str(result.get("evaluation_result_id") or result["evaluation_name"])
        for document in described
        for result in document["evaluation_results"]
        if (result.get("metric_config") or {}).get("lower_is_better") is True
    )


def _task_details(described: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """Data and sampling of a task, from the first result that has its name."""
    for document in described:
        for result in document["evaluation_results"]:
            if result["evaluation_name"] == name:
                source = result.get("source_data") or {}
                given = (result.get("generation_config") or {}).get("generation_args") or {}
                names = ("temperature", "top_p", "top_k", "max_tokens")
                sampling = {key: value for key in names if (value := number(given.get(key))) is not None}
                return {"data": str(source.get("hf_repo") or source.get("dataset_name")), "sampling": sampling}
    return {}


def _time(document: Mapping[str, Any]) -> str | None:
    stamp = document.get("evaluation_timestamp") or document.get("retrieved_timestamp")
    try:
        return datetime.fromtimestamp(float(stamp), UTC).isoformat(timespec="seconds") if stamp else None
    except (ValueError, OverflowError, OSError):
        return str(stamp)
