"""HELM: the folder of one run, with `run_spec.json`, `scenario_state.json` and `per_instance_stats.json`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.interop.foreign import ForeignRun, ForeignSample, ForeignTask, count, number, only, primary_of, user
from ifeval.interop.reading import read_json, read_object

TOOL = "HELM"
FILES = ("run_spec.json", "scenario_state.json", "per_instance_stats.json")
PREFERRED = (
    "exact_match", "quasi_exact_match", "ifeval_strict_accuracy", "prefix_exact_match", "quasi_prefix_exact_match",
    "f1_score", "rouge_l", "bleu_4",
)  # fmt: skip
BOOKKEEPING = (
    "num_", "finish_reason_", "inference_", "training_", "batch_size", "prompt_truncated", "max_prob", "logprob",
    "perplexity", "bits_per_byte", "predicted_index",
)  # fmt: skip
"""How the names of statistics begin that are no scores."""


def find(paths: Sequence[Path]) -> list[Path]:
    """The folders of runs at or below `paths`."""
    specs = [spec for path in paths if path.is_dir() for spec in sorted(path.rglob(FILES[0]))]
    return [spec.parent for spec in specs]


def read(paths: Sequence[Path]) -> ForeignRun:
    """The runs of one model in these folders, a task each. Raises UserError where a file is missing."""
    folders = find(paths)
    if not folders:
        raise UserError(f"{paths[0]} has no {FILES[0]}; give the folder of a HELM run.")
    specs = [read_object(folder / FILES[0]) for folder in folders]
    adapters = [spec["adapter_spec"] for spec in specs]
    run = ForeignRun(
        tool=TOOL,
        model=only((str(one["model"]) for one in adapters), "models", "give the folders of one"),
        tasks={},
        samples=[],
        engine=f"{TOOL} {str(adapters[0].get('model_deployment', 'unknown')).partition('/')[0]}",
        unknown=("version of HELM", "date", "reasoning"),
    )
    for folder, spec in zip(folders, specs, strict=True):
        name = _name(spec)
        if name in run.tasks:
            raise UserError(f"{folder} holds {name}, as another folder does; give one per task.")
        stats = [one for one in read_json(folder / FILES[2]) if not one.get("perturbation")]
        samples = _samples(folder, name, stats)
        run.samples += samples
        if len(splits := sorted({str(stat["name"].get("split")) for one in stats for stat in one["stats"]})) > 1:
            run.notes.append(f"{name}: the samples of {' and '.join(splits)} are taken together")
        run.tasks[name] = ForeignTask(
            name=name,
            version="unknown",
            primary=primary_of(samples, PREFERRED),
            data=str(spec["scenario_spec"]["class_name"]).rpartition(".")[2],
            sampling=_sampling(spec["adapter_spec"]),
        )
    return run


def _name(spec: Mapping[str, Any]) -> str:
    """The name of the run without the model: what two models' runs share."""
    name, _, arguments = str(spec["name"]).partition(":")
    kept = [part for part in arguments.split(",") if part and not part.startswith("model")]
    return ":".join([name, ",".join(kept)]) if kept else name


def _samples(folder: Path, task: str, stats: Sequence[Mapping[str, Any]]) -> list[ForeignSample]:
    states = {_key(state, state["instance"]["id"]): state for state in read_object(folder / FILES[1])["request_states"]}
    return [_sample(one, states.get(_key(one, one["instance_id"]), {}), task) for one in stats]


def _key(one: Mapping[str, Any], identity: Any) -> tuple[str, int]:
    return str(identity), int(one.get("train_trial_index") or 0)


def _sample(one: Mapping[str, Any], state: Mapping[str, Any], task: str) -> ForeignSample:
    identity, trial = _key(one, one["instance_id"])
    values = {
        str(stat["name"]["name"]): stat.get("mean") for stat in one["stats"] if not stat["name"].get("perturbation")
    }
    result = state.get("result") or {}
    completions = result.get("completions") or []
    text = (state.get("request") or {}).get("prompt") or ((state.get("instance") or {}).get("input") or {}).get("text")
    reply = str(completions[0]["text"]) if completions else None
    return ForeignSample(
        task=task,
        id=identity,
        repeat=trial,
        prompt=user(str(text)) if text else [],
        reply=reply,
        metrics={
            name: score
            for name, value in values.items()
            if not name.startswith(BOOKKEEPING) and (score := number(value)) is not None
        },
        error=str(result.get("error") or "the request failed") if result.get("success") is False else None,
        truncated=values.get("finish_reason_length") == 1,
        prompt_tokens=count(values.get("num_prompt_tokens")),
        completion_tokens=count(values.get("num_output_tokens")),
        latency=number(result.get("request_time")) or 0.0,
    )


def _sampling(adapter: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: value for name in ("temperature", "max_tokens") if (value := number(adapter.get(name))) is not None
    }
    if stop := adapter.get("stop_sequences"):
        found["stop"] = list(stop)
    if shots := adapter.get("max_train_instances"):
        found["shots"] = shots
    return found
