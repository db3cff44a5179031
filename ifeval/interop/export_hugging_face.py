"""A run of ours as folders for the Hugging Face hub, written without its libraries.

`data/` and `README.md` are a dataset with one configuration per task, a row per reply. `model/` holds what goes to the model's own
repository: the scores as `model-index` of its card, and `.eval_results/*.yaml` for tasks whose data the hub has.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ifeval.errors import UserError
from ifeval.interop.outgoing import file_name, interval_text, moment, text, write
from ifeval.runs.directory import TABLE
from ifeval.runs.run import Run
from ifeval.util.tables import points
from ifeval.util.text import markdown_escaped

HUB = {"ifeval": "google/IFEval", "ifbench": "allenai/IFBench_test"}
"""Tasks whose data is a dataset of the hub."""


def export(run: Run, out: Path) -> list[Path]:
    """Write both folders into `out`; returns the paths of all files. Raises UserError where they cannot be written."""
    tables = [_table(run, task, out / "data" / f"{file_name(task)}.parquet") for task in run.summary["tasks"]]
    card = write(out / "README.md", dataset_card(run))
    model = write(out / "model" / "README.md", _front(model_metadata(run)))
    entries = [
        write(out / "model" / ".eval_results" / f"{task}.yaml", _yaml([entry])) for task, entry in eval_results(run)
    ]
    return [card, *tables, model, *entries]


def dataset_card(run: Run) -> str:
    """The dataset's README: where each task's rows are, and the scores as a table."""
    tasks = run.summary["tasks"]
    configs = [
        {"config_name": file_name(task), "data_files": [{"split": "test", "path": f"data/{file_name(task)}.parquet"}]}
        for task in tasks
    ]
    lines = [
        _front({"configs": configs, "tags": ["evaluation", "ifeval-harness"]}),
        f"# Replies of {markdown_escaped(run.name)}, scored",
        "",
        f"Made by ifeval-harness {run.manifest['versions'].get('ifeval-harness', 'unknown')}, "
        f"{moment(run).date().isoformat()}. One configuration per task, one row per reply.",
        "",
        "| task | metric | score, % | 95 % interval | n |",
        "|---|---|---|---|---|",
        *(
            f"| {markdown_escaped(task)} | {markdown_escaped(metric)} | {points(value['value'])} "
            f"| {points(value['low'])} to {points(value['high'])} | {value['n']:,} |"
            for task, metric, value in _scores(run)
        ),
    ]
    return "\n".join(lines) + "\n"


def model_metadata(run: Run) -> dict[str, Any]:
    """The `model-index` of a model card: every metric of every task, shares between 0 and 1."""
    results = [
        {
            "task": {"type": "text-generation", "name": "instruction following"},
            "dataset": {"type": HUB.get(task, file_name(task)), "name": text(task)},
            "metrics": [
                {"type": text(metric), "value": value["value"], "name": f"{text(metric)} ({interval_text(value)})"}
                for name, metric, value in _scores(run)
                if name == task
            ],
        }
        for task in run.summary["tasks"]
    ]
    return {"model-index": [{"name": run.name, "results": [one for one in results if one["metrics"]]}]}


def eval_results(run: Run) -> Iterator[tuple[str, dict[str, Any]]]:
    """(task, entry of `.eval_results`) of each task whose data the hub has: its own metric, in percent."""
    for task, dataset in HUB.items():
        summary = run.summary["tasks"].get(task)
        if summary is not None and (value := summary["metrics"].get(summary["primary"])) and value["n"]:
            yield (
                task,
                {
                    "dataset": {"id": dataset, "task_id": "default"},
                    "value": round(100 * value["value"], 2),
                    "date": moment(run).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "notes": f"{summary['primary']}, {interval_text(value)}, ifeval-harness",
                },
            )


def _scores(run: Run) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(task, metric, value) of whatever has a value, each task's own metric first."""
    for task, summary in run.summary["tasks"].items():
        for metric in sorted(summary["metrics"], key=lambda metric: metric != summary["primary"]):
            if summary["metrics"][metric]["n"]:
                yield task, metric, summary["metrics"][metric]


def _table(run: Run, task: str, path: Path) -> Path:
    """The rows of one task, without the columns that only other tasks have."""
    import pyarrow
    import pyarrow.parquet

    try:
        rows = pyarrow.parquet.read_table(run.path / TABLE, filters=[("task", "=", task)])
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = [name for name in rows.column_names if rows[name].null_count < len(rows)]
        pyarrow.parquet.write_table(rows.select(kept), path, compression="zstd")
    except (OSError, pyarrow.ArrowException) as error:
        raise UserError(f"{run.path / TABLE} cannot be read, or {path} not written: {error}.") from error
    return path


def _front(metadata: Mapping[str, Any]) -> str:
    return f"---\n{_yaml(metadata)}---\n"


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, width=1000)
