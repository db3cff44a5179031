"""OpenAI evals: the JSONL log of `oaieval`, a `spec` line, events of samples, and a `final_report`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.interop.foreign import ForeignRun, ForeignSample, ForeignTask, messages, number, primary_of
from ifeval.interop.reading import read_rows

TOOL = "OpenAI evals"


def is_log(row: Mapping[str, Any]) -> bool:
    """Whether the first row of a file is that of a log."""
    return isinstance(row.get("spec"), Mapping) and "eval_name" in row["spec"]


def read(paths: Sequence[Path]) -> ForeignRun:
    """The evaluations in one or more logs of one model. Raises UserError where a log has no scored sample."""
    run: ForeignRun | None = None
    for path in paths:
        rows = list(read_rows(path))
        spec = rows[0]["spec"]
        model = ", ".join(map(str, spec.get("completion_fns") or ["unknown"]))
        run = run or _empty(spec, model)
        if model != run.model:
            raise UserError(f"{path} is of {model}, not of {run.model}; give the logs of one model.")
        _add(run, path, spec, rows)
    assert run is not None
    return run


def _empty(spec: Mapping[str, Any], model: str) -> ForeignRun:
    return ForeignRun(
        tool=TOOL,
        model=model,
        tasks={},
        samples=[],
        started=str(spec.get("created_at") or "") or None,
        engine=TOOL,
        unknown=("version of OpenAI evals", "sampling", "reasoning"),
    )


def _add(run: ForeignRun, path: Path, spec: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    name = str(spec["eval_name"])
    if name in run.tasks:
        raise UserError(f"{path} holds {name}, as an earlier file does; give one log per eval.")
    found: dict[str, ForeignSample] = {}
    for row in rows:
        if row.get("sample_id") is None:
            continue
        sample = found.setdefault(str(row["sample_id"]), ForeignSample(name, str(row["sample_id"])))
        _add_event(sample, str(row["type"]), row["data"])
    samples = list(found.values())
    if not any(sample.metrics or sample.error for sample in samples):
        raise UserError(f"{path} has no scored samples.")
    if not any("final_report" in row for row in rows):
        run.notes.append(f"{name}: the log has no final report, so the evaluation was not finished")
    run.samples += samples
    run.tasks[name] = ForeignTask(name, f"{TOOL} {name.rpartition('.')[2]}", primary_of(samples, ["correct"]))


def _add_event(sample: ForeignSample, kind: str, data: Any) -> None:
    if kind == "sampling":
        if sample.prompt:
            return  # a grader that was asked afterwards
        sample.prompt = messages(data["prompt"])
        sampled = data.get("sampled")
        reply = sampled[0] if isinstance(sampled, list) and sampled else sampled
        sample.reply = reply if isinstance(reply, str) else None
    elif kind == "match":
        sample.metrics["correct"] = float(bool(data["correct"]))
        sample.reason = f"expected {data.get('expected')!s:.150}, picked {data.get('picked')!s:.150}"
    elif kind == "metrics":
        sample.metrics |= {str(name): value for name, one in data.items() if (value := number(one)) is not None}
    elif kind == "error":
        sample.error = str(data.get("message") or data.get("type") or "error")
