"""A run of ours as lm-evaluation-harness writes one: `results_TIME.json` with a `samples_TASK_TIME.jsonl` per task.

A sample is one row per filter, its repeats are the replies of that row, and a metric is their mean. A check is a member of
a list of true and false, as lm-eval has IFEval's instructions.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from ifeval.errors import UserError
from ifeval.interop.foreign import IFEVAL_METRICS
from ifeval.interop.outgoing import Row, by_sample, chat, file_name, moment, sampling, text, write
from ifeval.runs.run import Run
from ifeval.util.jsonio import dumps

THEIRS = {ours: theirs for theirs, ours in IFEVAL_METRICS.items()}
LISTS = {"instruction_strict": "strict", "instruction_loose": "loose"}
"""Counts whose single checks a score keeps, and where."""
SAMPLING = {"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "max_tokens": "max_gen_toks"}
FIXED = frozenset({"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"})
"""Members of a row that no metric can be called as."""

Values = dict[str, dict[str, list[float]]]
"""Task -> `METRIC,FILTER` -> the value of each sample."""


def export(run: Run, out: Path) -> list[Path]:
    """Write the files into a folder below `out` named after the model; returns their paths, the results first.

    Raises UserError where two tasks would share a file, or the folder cannot be written.
    """
    places = _places(run)
    order = _order(run)
    lines: dict[str, list[tuple[int, bytes]]] = {task: [] for task in places}
    values: Values = {task: defaultdict(list) for task in places}
    for rows in by_sample(run):
        task = rows[0]["task"]
        for row in sample_rows(rows, order[task][rows[0]["sample_id"]], sampling(run, task)):
            lines[task].append((row["doc_id"], dumps(row) + b"\n"))
            for metric in row["metrics"]:
                if not isinstance(row[metric], list):
                    values[task][f"{metric},{row['filter']}"].append(float(row[metric]))
    folder = out / file_name(run.name)
    time = moment(run, "finished").astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")
    results = write(folder / f"results_{time}.json", dumps(results_of(run, places, values), pretty=True) + b"\n")
    return [results] + [
        write(folder / f"samples_{place}_{time}.jsonl", b"".join(_sorted(lines[task])))
        for task, place in places.items()
    ]


def sample_rows(rows: Sequence[Row], number: int, drawn: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of one sample, one per filter. rows: its repeats. number: its place among the task's samples, from 0."""
    first = rows[0]
    prompt = dumps(chat(first["messages"])).decode()
    asked = next((one["content"] for one in reversed(chat(first["messages"])) if one["role"] == "user"), "")
    names = [text(check["name"]) for check in first["score"]["verdicts"]]
    document = {"key": text(first["sample_id"]), "prompt": asked, "instruction_id_list": names}
    filters = _metrics(rows)
    for filtered, metrics in filters.items():
        yield {
            **metrics,
            "doc_id": number,
            "doc": document,
            "target": "",
            "arguments": {"gen_args_0": {"arg_0": [prompt], "arg_1": _given(drawn)}},
            "resps": [[text(row["response"]["raw"]) for row in rows]],
            "filtered_resps": [text(first["response"]["answer"])],
            "filter": filtered,
            "metrics": list(metrics),
            "doc_hash": _hash(dumps(document)),
            "prompt_hash": _hash(prompt.encode()),
            "target_hash": _hash(b""),
        }


def results_of(run: Run, places: Mapping[str, str], values: Values) -> dict[str, Any]:
    """The results file. places: each task under the name of its file. values: of each metric, for its standard error."""
    settings, tasks = run.manifest["settings"], run.summary["tasks"]
    engine = settings["engine"]
    model = {"pretrained": run.name, **engine.get("arguments", {})}
    return {
        "results": {
            place: {
                "name": place,
                "alias": place,
                "sample_len": tasks[task]["samples"],
                **_aggregates(tasks[task]["metrics"], values[task]),
            }
            for task, place in places.items()
        },
        "group_subtasks": {},
        "configs": {place: _config(run, task, place) for task, place in places.items()},
        "versions": {place: tasks[task]["version"] for task, place in places.items()},
        "n-shot": dict.fromkeys(places.values(), 0),
        "higher_is_better": {
            place: {_theirs(metric)[0]: True for metric in tasks[task]["metrics"]} for task, place in places.items()
        },
        "n-samples": {
            place: {"original": tasks[task]["samples"], "effective": tasks[task]["samples"]}
            for task, place in places.items()
        },
        "config": {"model": engine["name"], "model_args": model, "limit": settings.get("limit"), "gen_kwargs": {}},
        "git_hash": None,
        "date": moment(run).timestamp(),
        "exported_from": f"ifeval-harness {run.manifest['versions'].get('ifeval-harness', 'unknown')}",
        "task_hashes": {},
        "model_source": engine["name"],
        "model_name": run.name,
        "model_name_sanitized": file_name(run.name),
        "system_instruction": _said(settings.get("system")),
        "chat_template": None,
        "chat_template_sha": _said(settings.get("template")),
        "fewshot_as_multiturn": None,
        "total_evaluation_time_seconds": str((moment(run, "finished") - moment(run)).total_seconds()),
    }


def _metrics(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Filter -> metric -> the mean over the repeats, true or false where lm-eval has those, or a list of the checks.

    A sample without a value of any metric has an empty filter, so that it has a row too.
    """
    filters: dict[str, dict[str, Any]] = {}
    scores = [row["score"] for row in rows]
    for metric in dict.fromkeys(name for score in scores for name in score["metrics"]):
        found = [value for score in scores if (value := score["metrics"].get(metric)) is not None]
        if found:
            name, filtered = _theirs(metric)
            value = fmean(found)
            whole = metric in THEIRS and value in (0, 1)
            filters.setdefault(filtered, {})[name] = bool(value) if whole else value
    for metric in dict.fromkeys(name for score in scores for name in score["counts"]):
        name, filtered = _theirs(metric)
        filters.setdefault(filtered, {})[name] = [one for score in scores for one in _checks(score, metric)]
    return filters or {"none": {}}


def _checks(score: Mapping[str, Any], metric: str) -> list[bool]:
    """The checks behind a count; where it does not say which held, those that did come first."""
    successes, trials = score["counts"].get(metric, (0, 0))
    kept = score.get(LISTS.get(metric, "")) or []
    if (sum(kept), len(kept)) == (successes, trials):
        return [bool(one) for one in kept]
    return [place < successes for place in range(trials)]


def _aggregates(metrics: Mapping[str, Any], values: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for metric, score in metrics.items():
        if score["n"]:
            name, filtered = _theirs(metric)
            drawn = values.get(f"{name},{filtered}", ())
            found[f"{name},{filtered}"] = score["value"]
            found[f"{name}_stderr,{filtered}"] = stdev(drawn) / sqrt(len(drawn)) if len(drawn) > 1 else "N/A"
    return found


def _config(run: Run, task: str, place: str) -> dict[str, Any]:
    summary = run.summary["tasks"][task]
    metrics = summary["metrics"]
    first = sorted(metrics, key=lambda metric: metric != summary["primary"])
    intervals = {
        ",".join(_theirs(metric)): {name: metrics[metric][name] for name in ("low", "high", "n", "method")}
        for metric in first
    }
    return {
        "task": place,
        "dataset_path": text(run.manifest["settings"]["tasks"][task].get("data") or f"ifeval-harness/{place}"),
        "output_type": "generate_until",
        "num_fewshot": 0,
        "metric_list": [
            {"metric": _theirs(metric)[0], "aggregation": "mean", "higher_is_better": True} for metric in first
        ],
        "generation_kwargs": _given(sampling(run, task)),
        "repeats": run.manifest["settings"].get("repeats", 1),
        "metadata": {"version": summary["version"], "intervals": intervals, "fingerprint": _fingerprint(run)},
    }


def _fingerprint(run: Run) -> str | None:
    return run.manifest["model"].get("fingerprint")


def _given(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Sampling as lm-eval's generation arguments."""
    found = {theirs: drawn[ours] for ours, theirs in SAMPLING.items() if ours in drawn}
    greedy = {"do_sample": drawn["temperature"] > 0} if isinstance(drawn.get("temperature"), int | float) else {}
    return {"until": list(drawn.get("stop") or ()), **greedy, **found}


def _theirs(metric: str) -> tuple[str, str]:
    """(metric, filter) as lm-eval calls one of ours; an imported one keeps its filter."""
    name, _, filtered = metric.partition(",")
    name = THEIRS.get(name, name)
    return (f"metric_{name}" if name in FIXED else name), filtered or "none"


def _places(run: Run) -> dict[str, str]:
    """Each task and the name its file has: letters, digits and `_`, as lm-eval has it."""
    places = {task: re.sub(r"\W", "_", task, flags=re.ASCII) for task in run.summary["tasks"]}
    if len(set(places.values())) < len(places):
        raise UserError(f"{run.path}: two of its tasks would share a file of lm-eval's; export them apart.")
    return places


def _order(run: Run) -> dict[str, dict[str, int]]:
    """The place of each sample among those of its task, by id: the same in every run of the same samples."""
    ids: dict[str, set[str]] = defaultdict(set)
    for row in run.rows():
        ids[row["task"]].add(row["sample_id"])
    return {task: {one: place for place, one in enumerate(sorted(own))} for task, own in ids.items()}


def _sorted(lines: Sequence[tuple[int, bytes]]) -> Iterator[bytes]:
    """The lines by document; those of one stay in order."""
    return (line for _, line in sorted(lines, key=lambda numbered: numbered[0]))


def _said(value: Any) -> str | None:
    return None if value in (None, "unknown") else text(value)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
