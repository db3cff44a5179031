"""Reads an export with the tool it is for and prints what that saw as JSON; run by `test_foreign_readers.py` in an environment
that has the tools: `python foreign_readers.py TARGET FOLDER`.

Each reader returns {"versions": ..., "metrics": {"TASK/METRIC": value}, "replies": {...}} as far as the tool has them.
"""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any


def inspect(folder: Path) -> dict[str, Any]:
    from inspect_ai.analysis import evals_df, samples_df
    from inspect_ai.log import list_eval_logs, read_eval_log

    logs = [read_eval_log(info) for info in list_eval_logs(str(folder))]
    frame, evals = samples_df(str(folder)), evals_df(str(folder))
    samples = [sample for log in logs for sample in log.samples or ()]
    return {
        "metrics": {
            f"{log.eval.task}/{score.name}": score.metrics["mean"].value for log in logs for score in log.results.scores
        },
        "status": [log.status for log in logs],
        "headline": [log.results.headline.scorer for log in logs],
        "rows": len(frame),
        "scored": {name: frame[name].astype(float).mean() for name in frame if name.startswith("score_followed")},
        "evals": sorted(evals["task_name"]),
        "replies": sorted({sample.output.completion for sample in samples}),
        "explanations": sorted({score.explanation or "" for one in samples for score in one.scores.values()}),
        "errors": sum(sample.error is not None for sample in samples),
    }


def lm_eval(folder: Path) -> dict[str, Any]:
    from datasets import load_dataset
    from lm_eval.utils import (
        get_file_datetime,
        get_file_task_name,
        get_results_filenames,
        get_sample_results_filenames,
        make_table,
    )

    files = [str(path) for path in folder.rglob("*") if path.is_file()]
    (results,), samples = get_results_filenames(files), get_sample_results_filenames(files)
    document = json.loads(Path(results).read_text())
    tables = {
        get_file_task_name(Path(file).name): load_dataset("json", data_files=file, split="train") for file in samples
    }
    return {
        "metrics": {
            f"{task}/{name.removesuffix(',none')}": value
            for task, own in document["results"].items()
            for name, value in own.items()
            if name.endswith(",none") and "_stderr" not in name
        },
        "same_time": len({get_file_datetime(file).removesuffix(".json") for file in (results, *samples)}) == 1,
        "tasks": sorted(tables),
        "rows": sum(len(table) for table in tables.values()),
        "table": make_table(document),
        "replies": sorted({row["resps"][0][0] for table in tables.values() for row in table}),
    }


def hf(folder: Path) -> dict[str, Any]:
    import yaml
    from datasets import get_dataset_config_names, load_dataset
    from huggingface_hub import DatasetCard, ModelCard, parse_eval_result_entries

    card = ModelCard.load(folder / "model" / "README.md")
    tables = {name: load_dataset(str(folder), name, split="test") for name in get_dataset_config_names(str(folder))}
    entries = [
        parse_eval_result_entries(yaml.safe_load(file.read_text()))
        for file in (folder / "model" / ".eval_results").glob("*.yaml")
    ]
    return {
        "metrics": {f"{one.dataset_name}/{one.metric_type}": one.metric_value for one in card.data.eval_results},
        "entries": [[one.dataset_id, one.value] for own in entries for one in own],
        "tags": DatasetCard.load(folder / "README.md").data.tags,
        "rows": sum(len(table) for table in tables.values()),
        "replies": sorted({row["reply"] for table in tables.values() for row in table}),
    }


def wandb(folder: Path) -> dict[str, Any]:
    (file,) = folder.glob("wandb/offline-run-*/*.wandb")
    said = _command("wandb", "leet", "inspect", "--summary", "--json", str(file))
    summary = json.loads(said)
    return {"metrics": summary["summary"], "raw": said}


def mlflow(folder: Path) -> dict[str, Any]:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    (run,) = client.search_runs(["0"])
    return {
        "metrics": run.data.metrics,
        "raw": json.dumps([run.data.params, run.data.tags], ensure_ascii=False),
        "state": run.info.status,
    }


def trackio(folder: Path) -> dict[str, Any]:
    os.environ["TRACKIO_DIR"] = str(folder)
    from trackio import Api
    from trackio.sqlite_storage import SQLiteStorage

    (run,) = Api().runs("ifeval")
    (logged,) = SQLiteStorage.get_logs("ifeval", run.name, run_id=run.id)
    return {"metrics": logged, "raw": json.dumps(run.config, ensure_ascii=False)}


def _command(*words: str) -> str:
    program = str(Path(sys.executable).with_name(words[0]))
    return subprocess.run([program, *words[1:]], capture_output=True, text=True, timeout=120, check=True).stdout


READERS = {
    "inspect": (inspect, "inspect-ai"),
    "lm-eval": (lm_eval, "lm_eval"),
    "hf": (hf, "huggingface_hub"),
    "wandb": (wandb, "wandb"),
    "mlflow": (mlflow, "mlflow-skinny"),
    "trackio": (trackio, "trackio"),
}

if __name__ == "__main__":
    reader, package = READERS[sys.argv[1]]
    print(json.dumps({"version": version(package), **reader(Path(sys.argv[2]))}))
