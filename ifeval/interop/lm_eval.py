"""lm-evaluation-harness: `results_TIME.json` with its `samples_TASK_TIME.jsonl` beside it (written with --log_samples).

A samples file has a row per document and filter; the filters of a document become metrics of one sample.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ifeval.engines.arguments import without_secrets
from ifeval.errors import UserError
from ifeval.interop.foreign import IFEVAL_METRICS, ForeignRun, ForeignSample, ForeignTask, messages, number, primary_of
from ifeval.interop.lm_eval_files import evaluations, task_of
from ifeval.interop.reading import read_object, read_rows
from ifeval.records import CheckResult
from ifeval.util.jsonio import loads

TOOL = "lm-eval"
NO_SCORE = "bypass"
"""The metric of a run with --predict_only, whose replies can be scored here."""
OF_THE_MODEL = frozenset({
    "model", "pretrained", "tokenizer", "peft", "revision", "subfolder", "delta", "gguf_file", "base_url",
    "num_concurrent", "max_retries", "timeout", "trust_remote_code", "device", "batch_size", "gpu_memory_utilization",
})  # fmt: skip
"""Arguments of lm-eval's models that say which model it is, or how fast it goes; the others belong to the settings."""


def is_results(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is that of a results file, whatever its name."""
    return {"results", "versions", "config"} <= document.keys() and isinstance(document["results"], Mapping)


def is_sample(row: Mapping[str, Any]) -> bool:
    """Whether a row is of a samples file."""
    return {"doc_id", "doc", "resps"} <= row.keys()


def read(paths: Sequence[Path]) -> ForeignRun:
    """The evaluation in a folder, in results files or samples files; of a task that was run twice the later one.

    Raises UserError where there are no samples, or the files are not those of one model.
    """
    run: ForeignRun | None = None
    for results, samples in evaluations(paths):
        document = {} if results is None else read_object(results)
        tables = _tables(document, samples)
        if not tables:
            raise UserError(f"{results} has no samples beside it; run lm_eval with --log_samples.")
        file = results or samples[0]
        found = _described(document, file)
        run = run or found
        if found.model != run.model:
            raise UserError(f"{file} is of {found.model}, not of {run.model}; give the files of one model.")
        if _settings(found) != _settings(run):
            run.notes.append(f"{file.name} is left out, for it was made with other settings")
            continue
        for name, rows in tables.items():
            if name in run.tasks:
                run.notes.append(f"{name}: the samples of {file.name} are left out, for there are later ones")
            else:
                _add_task(run, document, name, list(_samples(rows, name)))
    if run is None:
        raise UserError(f"{paths[0]} has no results of lm-eval.")
    return run


def _tables(document: Mapping[str, Any], samples: Sequence[Path]) -> dict[str, Iterable[Mapping[str, Any]]]:
    """The rows of samples by task, in their files or in the document itself."""
    inside = document.get("samples")
    if not samples and isinstance(inside, Mapping):
        return {str(name): rows for name, rows in inside.items()}
    return {task_of(file): read_rows(file) for file in samples}


def _settings(run: ForeignRun) -> tuple[Any, ...]:
    """What all tasks of a run share."""
    return run.tool, run.engine, run.engine_args, run.template, run.system, run.limit


def _described(document: Mapping[str, Any], file: Path) -> ForeignRun:
    config = document.get("config") or {}
    arguments = _arguments(config.get("model_args"))
    kept = {name: value for name, value in arguments.items() if name not in OF_THE_MODEL}
    template = document.get("chat_template_sha")
    served = "completions" in str(config.get("model", ""))
    date, limit = number(document.get("date")), number(config.get("limit"))
    parameters, length = number(config.get("model_num_parameters")), number(document.get("max_length"))
    return ForeignRun(
        tool=f"{TOOL} {document.get('lm_eval_version', '')}".strip(),
        model=str(document.get("model_name") or file.parent.name),
        tasks={},
        samples=[],
        started=None if date is None else datetime.fromtimestamp(date, UTC).isoformat(timespec="seconds"),
        engine=f"{TOOL} {config.get('model', 'unknown')}",
        engine_version=str(document.get("lm_eval_version", "unknown")),
        engine_args=without_secrets(kept),
        template=template if template is not None or not (served or not document) else "unknown",
        system=document.get("system_instruction") if document else "unknown",
        limit=None if limit is None else max(1, int(limit)),
        parameters=None if parameters is None else int(parameters),
        context_length=None if length is None else int(length),
        unknown=("reasoning",) if document else ("model", "versions", "sampling", "reasoning"),
    )


def _add_task(run: ForeignRun, document: Mapping[str, Any], name: str, samples: list[ForeignSample]) -> None:
    if not samples:
        raise UserError(f"The samples of {name} are empty; run lm_eval again with --log_samples.")
    config = (document.get("configs") or {}).get(name) or {}
    own = (document.get("results") or {}).get(name) or {}
    kept = _without_lower_is_better(run, document, name, samples)
    task = ForeignTask(
        name=name,
        version=f"{TOOL} {(document.get('versions') or {}).get(name, 'unknown')}",
        primary=primary_of(kept, ["prompt_strict"]),
        data=str(config.get("dataset_path", "unknown")),
        sampling=_sampling(config),
    )
    if shots := (document.get("n-shot") or {}).get(name):
        task.sampling["shots"] = shots
    run.tasks[name] = task
    run.samples += kept
    effective = ((document.get("n-samples") or {}).get(name) or {}).get("effective")
    if isinstance(effective, int) and effective != len(kept):
        run.notes.append(f"{name}: {len(kept):,} of {effective:,} samples are in the file")
        return
    run.notes += _differences(name, own, kept)


def _without_lower_is_better(
    run: ForeignRun, document: Mapping[str, Any], name: str, samples: list[ForeignSample]
) -> list[ForeignSample]:
    """The samples without the metrics that are better when lower: a gate would take their rise for progress."""
    better = (document.get("higher_is_better") or {}).get(name) or {}
    lower = {metric for metric, higher in better.items() if higher is False}
    dropped = {metric for sample in samples for metric in sample.metrics if metric.partition(",")[0] in lower}
    if dropped:
        run.notes.append(f"{name}: left out, for lower is better: {', '.join(sorted(dropped))}")
    for sample in samples:
        sample.metrics = {metric: value for metric, value in sample.metrics.items() if metric not in dropped}
    return samples


def _samples(rows: Iterable[Mapping[str, Any]], task: str) -> Iterator[ForeignSample]:
    """One sample per document, whatever the order of its filters' rows."""
    found: dict[Any, ForeignSample] = {}
    for row in rows:
        key = row["doc_id"]
        if key not in found:
            found[key] = _sample(row, task)
        sample = found[key]
        for metric in row["metrics"]:
            if metric == NO_SCORE:
                continue
            _add_metric(sample, metric, row[metric], str(row.get("filter", "none")), _instructions(row["doc"]))
    yield from found.values()


def _sample(row: Mapping[str, Any], task: str) -> ForeignSample:
    document = row["doc"]
    of_ifeval = isinstance(document, Mapping) and {"key", "prompt", "instruction_id_list", "kwargs"} <= document.keys()
    keyed = isinstance(document, Mapping) and {"key", "instruction_id_list"} <= document.keys()
    return ForeignSample(
        task=task,
        id=str(document["key"] if keyed else row["doc_id"]),
        prompt=_prompt(row["arguments"]),
        reply=_reply(row),
        reason=f"{TOOL}: target {str(row.get('target'))[:200]}" if not keyed else "",
        document=document if of_ifeval else None,
    )


def _instructions(document: Any) -> list[str]:
    """The ids of a document's instructions; a task of another kind has none."""
    names = document.get("instruction_id_list") if isinstance(document, Mapping) else None
    return [str(name) for name in names] if isinstance(names, list) else []


def _add_metric(sample: ForeignSample, metric: str, value: Any, filtered: str, instructions: Sequence[str]) -> None:
    name = IFEVAL_METRICS.get(metric, metric) if filtered == "none" else f"{metric},{filtered}"
    if isinstance(value, list) and value and all(isinstance(one, bool) for one in value):
        sample.counts[name] = (sum(value), len(value))
        if len(instructions) == len(value):
            if name == "instruction_strict":
                sample.checks = tuple(_check(one, ok) for one, ok in zip(instructions, value, strict=True))
            elif name == "instruction_loose":
                sample.loose = tuple(value)
    elif (score := number(value)) is not None:
        sample.metrics[name] = score


def _check(name: str, ok: bool) -> CheckResult:
    return CheckResult(ok, f"{TOOL} {'found it followed' if ok else 'found it not followed'}", name)


def _prompt(arguments: Any) -> list[dict[str, str]]:
    """The first request's prompt: a string, or of a chat API a list that holds the messages as JSON."""
    text = _requests(arguments)[0][0]
    if isinstance(text, list):
        return messages(loads(text[0]) if isinstance(text[0], str) else text)
    return messages(text)


def _requests(arguments: Any) -> list[list[Any]]:
    """The arguments of each request in order; in files of today they have names, `gen_args_0` and `arg_0`."""
    each = list(arguments.values()) if isinstance(arguments, Mapping) else arguments
    return [list(one.values()) if isinstance(one, Mapping) else list(one) for one in each]


def _reply(row: Mapping[str, Any]) -> str:
    """The generated text; of a multiple choice the choice with the highest likelihood."""
    replies = row["resps"]
    if len(replies) == 1:
        first = replies[0][0]
        return first if isinstance(first, str) else str(first)
    likelihoods = [float(choice[0][0]) for choice in replies]
    best = likelihoods.index(max(likelihoods))
    return str(_requests(row["arguments"])[best][1]).strip()


def _arguments(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    parts = [part.partition("=") for part in str(value or "").split(",")]
    return {name.strip(): text for name, equals, text in parts if equals}


def _sampling(config: Mapping[str, Any]) -> dict[str, Any]:
    given = config.get("generation_kwargs") or {}
    names = {"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "max_gen_toks": "max_tokens"}
    found: dict[str, Any] = {
        ours: value for theirs, ours in names.items() if (value := number(given.get(theirs))) is not None
    }
    if stop := given.get("until"):
        found["stop"] = [stop] if isinstance(stop, str) else list(stop)
    return found


def _differences(name: str, own: Mapping[str, Any], samples: list[ForeignSample]) -> Iterator[str]:
    """Where lm-eval's own aggregate is not the mean of the samples: it was aggregated in another way."""
    for label, value in own.items():
        metric, _, filtered = label.partition(",")
        ours = IFEVAL_METRICS.get(metric, metric) if filtered == "none" else label
        values = [score for sample in samples if (score := sample.metrics.get(ours)) is not None]
        counted = number(value)
        if values and counted is not None and abs(sum(values) / len(values) - counted) > 1e-9:
            yield f"{name}: {TOOL} gives {ours} as {counted:g}, the mean of its samples is {sum(values) / len(values):g}"
