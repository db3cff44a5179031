"""A run of ours as logs of inspect, one per task: `.eval` through inspect-ai where it is installed, else `.json`.

inspect reads both (`inspect view`, `read_eval_log`, its data frames). A metric is a scorer of that name, and the explanation of
a task's own metric says of every check what was found.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from ifeval.engines.machine import installed
from ifeval.errors import UserError
from ifeval.interop.outgoing import Row, by_sample, file_name, moment, sampling, text, write
from ifeval.runs.run import Run
from ifeval.runs.summary import replies
from ifeval.util.jsonio import dumps, loads

ROLES = ("system", "user", "assistant", "tool")
STOPS = {"stop": "stop", "length": "max_tokens", "tool_calls": "tool_calls"}


def export(run: Run, out: Path) -> list[Path]:
    """Write a log per task into `out`; returns their paths. Raises UserError where the folder cannot be written."""
    samples: dict[str, list[dict[str, Any]]] = {task: [] for task in run.summary["tasks"]}
    for rows in by_sample(run):
        samples[rows[0]["task"]] += [sample_of(run, row) for row in rows]
    stamp = moment(run).strftime("%Y-%m-%dT%H-%M-%S-00-00")
    return [
        _write(log_of(run, task, own), out / f"{stamp}_{file_name(task)}_{_identity(run)}")
        for task, own in samples.items()
    ]


def log_of(run: Run, task: str, samples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One task as a log of inspect's version 2. samples: as `sample_of` makes them."""
    ids = list(dict.fromkeys(sample["id"] for sample in samples))
    scorers = list(dict.fromkeys(chain.from_iterable(sample["scores"] for sample in samples)))
    settings = run.manifest["settings"]
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "eval_id": f"{_identity(run)}-{file_name(task)}",
            "run_id": _identity(run),
            "created": _time(moment(run)),
            "task": text(task),
            "task_id": f"{_identity(run)}-{file_name(task)}",
            "task_version": text(run.summary["tasks"][task]["version"]),
            "dataset": {"name": text(task), "samples": len(ids), "sample_ids": ids, "shuffled": False},
            "model": run.name,
            "model_generate_config": _drawn(run, task),
            "config": {"epochs": settings.get("repeats", 1), "limit": settings.get("limit")},
            "packages": {name: text(version) for name, version in run.manifest["versions"].items()},
            "metadata": {"ifeval_harness": _kept(run, task)},
            "scorers": [{"name": name} for name in scorers],
        },
        "plan": {"name": "plan", "steps": [{"solver": "ifeval-harness"}]},
        "results": _results(run, task, samples, scorers),
        "stats": {
            "started_at": _time(moment(run)),
            "completed_at": _time(moment(run, "finished")),
            "model_usage": {run.name: _usage([sample["output"]["usage"] for sample in samples])},
        },
        "samples": samples,
    }


def sample_of(run: Run, row: Row) -> dict[str, Any]:
    """One reply, or conversation, as a sample of inspect's; a repeat is an epoch."""
    said, answer = [_message(one) for one in row["messages"]], _reply(row["response"])
    error = row["score"]["error"]
    usage = [{"input_tokens": one["prompt_tokens"], "output_tokens": one["completion_tokens"]} for one in replies(row)]
    return {
        "id": text(row["sample_id"]),
        "epoch": row["repeat"] + 1,
        "input": said[: row["turns"][0]["at"]] if "turns" in row else said,
        "target": "",
        "messages": [*said, answer],
        "output": {
            "model": run.name,
            "choices": [{"message": answer, "stop_reason": STOPS.get(row["response"]["finish_reason"], "unknown")}],
            "usage": _usage(usage),
            "time": sum(one["latency"] for one in replies(row)),
        },
        "scores": dict(_scores(row, run.summary["tasks"][row["task"]]["primary"])),
        "metadata": {**_clean(row["tags"]), **({"tools": _clean(row["tools"])} if row["tools"] else {})},
        **({"error": {"message": text(error), "traceback": "", "traceback_ansi": ""}} if error else {}),
    }


def _scores(row: Row, primary: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(scorer, score) of each metric, the task's own first; the first has the reply, and the checks with their reasons.

    A count is the share of its successes, and keeps both numbers beside it.
    """
    score, checks = row["score"], row["score"]["verdicts"]
    reasons = "\n".join(f"{'✓' if one['ok'] else '✗'} {text(one['name'])}: {text(one['reason'])}" for one in checks)
    kept = [{"name": text(one["name"]), "ok": one["ok"], "reason": text(one["reason"])} for one in checks]
    values: dict[str, tuple[float, dict[str, int]]] = {
        name: (value, {}) for name, value in score["metrics"].items() if value is not None
    }
    counted = {
        name: (successes / trials, {"successes": successes, "trials": trials})
        for name, (successes, trials) in score["counts"].items()
        if trials
    }
    ordered = sorted((values | counted).items(), key=lambda item: item[0] != primary)
    for place, (name, (value, beside)) in enumerate(ordered):
        if place == 0:
            said = {"answer": text(row["response"]["answer"]), "explanation": reasons}
            yield name, {"value": value, **said, "metadata": {"checks": kept, **beside}}
        else:
            yield name, {"value": value, "metadata": beside}


def _results(run: Run, task: str, samples: Sequence[Mapping[str, Any]], scorers: Sequence[str]) -> dict[str, Any]:
    """Each metric's value with the bounds of its 95 % interval; the task's own is the headline."""
    summary = run.summary["tasks"][task]
    scores = [
        {
            "name": name,
            "scorer": name,
            "scored_samples": sum(name in sample["scores"] for sample in samples),
            "metrics": {
                label: {"name": label, "value": value[part]}
                for label, part in (("mean", "value"), ("low_95", "low"), ("high_95", "high"))
            },
        }
        for name in scorers
        if (value := summary["metrics"].get(name)) and value["n"]
    ]
    primary = summary["primary"]
    return {
        "total_samples": len(samples),
        "completed_samples": sum("error" not in sample for sample in samples),
        "scores": scores,
        **({"headline": {"scorer": primary, "score": primary, "metric": "mean"}} if primary in scorers else {}),
    }


def _reply(response: Mapping[str, Any]) -> dict[str, Any]:
    """The reply as inspect's message: the thought and the answer apart, calls as calls."""
    thought, answer = response["reasoning"], text(response["answer"])
    parts = [{"type": "reasoning", "reasoning": text(thought)}, {"type": "text", "text": answer}]
    calls = [_call(f"call_{place}", one) for place, one in enumerate(response["tool_calls"] or ())]
    content = parts if thought else answer
    return {"role": "assistant", "content": content, **({"tool_calls": calls} if calls else {})}


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message of OpenAI's shape as inspect's; a call's arguments may be JSON text."""
    role, content = message.get("role"), message.get("content")
    calls = [
        _call(str(one.get("id", place)), one["function"]) for place, one in enumerate(message.get("tool_calls") or ())
    ]
    return {
        "role": role if role in ROLES else "user",
        "content": text(content if isinstance(content, str | None) else dumps(content).decode()),
        **({"tool_calls": calls} if calls else {}),
        **({"tool_call_id": text(message.get("tool_call_id"))} if role == "tool" else {}),
    }


def _call(identity: str, function: Mapping[str, Any]) -> dict[str, Any]:
    arguments = function["arguments"]
    if not isinstance(arguments, Mapping):
        with suppress(ValueError):
            arguments = loads(arguments)
    shown = _clean(arguments) if isinstance(arguments, Mapping) else {"arguments": _clean(arguments)}
    return {"id": text(identity), "function": text(function["name"]), "arguments": shown, "type": "function"}


def _write(log: Mapping[str, Any], path: Path) -> Path:
    if not installed("inspect_ai"):
        return write(path.with_name(f"{path.name}.json"), dumps(log, pretty=True))
    from inspect_ai.log import EvalLog, write_eval_log

    file = path.with_name(f"{path.name}.eval")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_eval_log(EvalLog.model_validate(log), str(file), format="eval")
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from error
    return file


def _kept(run: Run, task: str) -> dict[str, Any]:
    """What inspect has no place for."""
    model = run.manifest["model"]
    return {
        "fingerprint": model.get("fingerprint"),
        "template": run.manifest["settings"].get("template"),
        "rates": run.summary["tasks"][task]["rates"],
        "intervals": run.summary["tasks"][task]["metrics"],
    }


def _drawn(run: Run, task: str) -> dict[str, Any]:
    drawn = sampling(run, task)
    system = run.manifest["settings"].get("system")
    kept: dict[str, Any] = {
        name: drawn[name] for name in ("temperature", "top_p", "top_k", "max_tokens", "seed") if name in drawn
    }
    return {**kept, **({"system_message": text(system)} if system not in (None, "unknown") else {})}


def _usage(parts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    read, written = (sum(part[name] for part in parts) for name in ("input_tokens", "output_tokens"))
    return {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}


def _clean(value: Any) -> Any:
    """A JSON value whose text any reader takes."""
    if isinstance(value, Mapping):
        return {text(name): _clean(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(member) for member in value]
    return text(value) if isinstance(value, str) else value


def _identity(run: Run) -> str:
    return file_name(str(run.manifest["identity"])[:22])


def _time(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
