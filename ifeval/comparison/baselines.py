"""Reference rows: recorded runs as small committed files, and published numbers.

A recorded baseline is one JSON in `baselines/`: who, under which settings, and the outcome of every sample; no reply.
It stands in for the run in `compare` and `gate`. Published numbers (`published.toml`) are shown, never tested against.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ifeval.comparison.comparable import require_comparable
from ifeval.comparison.outcomes import OutcomeTable, TaskOutcomes, Values, noise_floor, run_outcomes
from ifeval.comparison.pairing import align
from ifeval.comparison.rerun import PORTABLE
from ifeval.errors import UserError
from ifeval.runs.directory import MANIFEST
from ifeval.runs.plan import is_advisory
from ifeval.runs.run import load_run
from ifeval.runs.stored import BASELINE, checked
from ifeval.util import tomlio
from ifeval.util.files import write_atomically
from ifeval.util.jsonio import dumps, loads

FORMAT = 1
PUBLISHED = "published.toml"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
PACKAGE_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Published:
    """A number from a paper or model card. `value` is in [0, 1]; `metric` and `caveat` say what it can be put beside."""

    model: str
    task: str
    metric: str
    value: float
    source: str
    caveat: str = ""


def builtin_folder() -> Path:
    """The baselines that come with the harness: inside the wheel, or beside the package in a checkout."""
    packaged = PACKAGE_ROOT / "_baselines"
    return packaged if packaged.is_dir() else PACKAGE_ROOT.parent / "baselines"


def record(run: OutcomeTable, again: OutcomeTable | None = None) -> dict[str, Any]:
    """A run as a baseline document. `again`: the same model run a second time, which measures the noise floor.

    Raises NotComparable where the second run is not one of the same model under the same settings.
    """
    if again is not None:
        if again.identity == run.identity and again.started == run.started:
            raise UserError(f"{again.name} is the same run twice, which shows no noise; give --again another run.")
        if again.model["fingerprint"] != run.model["fingerprint"]:
            raise UserError(f"{again.name} is not the model of {run.name}; a noise floor needs the same model twice.")
        require_comparable(run, again)
    noise = {} if again is None else noise_between(run, again)
    return {
        "format": FORMAT,
        "name": run.name,
        "identity": run.identity,
        "started": run.started,
        "model": run.model,
        "settings": run.settings,
        "options": {name: run.options[name] for name in PORTABLE if name in run.options},
        "speed": run.speed,
        "tasks": {name: _task_document(task, noise.get(name, task.noise)) for name, task in sorted(run.tasks.items())},
    }


def noise_between(run: OutcomeTable, again: OutcomeTable) -> dict[str, dict[str, float]]:
    """By task and metric, the share of samples whose value differs between two runs of one model."""
    first, second = align(run, again)

    def beside(one: Values, other: Values) -> Values:
        return np.column_stack([one[:, 0], other[:, 0]])

    noise = {}
    for name, task in first.tasks.items():
        other = second.tasks[name]
        metrics = {metric: beside(values, other.metrics[metric]) for metric, values in task.metrics.items()}
        ratios = {
            metric: (beside(counts[0], other.ratios[metric][0]), beside(counts[1], other.ratios[metric][1]))
            for metric, counts in task.ratios.items()
        }
        noise[name] = noise_floor(metrics, ratios)
    return noise


def baseline_path(name: str, folder: Path) -> Path:
    """The file of a baseline. Raises UserError for what is no name."""
    if not NAME.fullmatch(name):
        raise UserError(
            f"--name {name}: use letters, digits, '.', '_' and '-', at most 100, beginning with a letter or digit."
        )
    return folder / f"{name}.json"


def save(document: Mapping[str, Any], name: str, folder: Path) -> Path:
    """Write a baseline, one line per task, so that a changed task is a changed line; returns its path.

    Scores are kept exactly. The file appears whole or the old one stays.
    """
    path = baseline_path(name, folder)
    lines = [f"{dumps(key).decode()}:{dumps(value).decode()}" for key, value in document.items() if key != "tasks"]
    tasks = [f"{dumps(key).decode()}:{dumps(value).decode()}" for key, value in document["tasks"].items()]
    lines.append('"tasks":{\n' + ",\n".join(tasks) + "\n}")
    try:
        write_atomically(path, "{\n" + ",\n".join(lines) + "\n}\n")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def load(path: Path) -> OutcomeTable:
    """A recorded baseline. Raises UserError where the file is missing, damaged or of another format."""
    try:
        document = loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise UserError(f"{path} has format {document['format']}; this version reads {FORMAT}. Record it again.")
        checked(document, BASELINE, path)
        return OutcomeTable(
            name=document["name"],
            model=document["model"],
            identity=document["identity"],
            settings=document["settings"],
            options=document["options"],
            started=document["started"],
            tasks={name: _task_outcomes(name, task) for name, task in document["tasks"].items()},
            speed=document["speed"],
        )
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UserError(
            f"{path} is not a recorded baseline ({type(error).__name__}: {error}); record it again."
        ) from error


def find(reference: str, folders: Sequence[Path]) -> OutcomeTable:
    """A run directory, a baseline file, or the name of a baseline in one of the folders (the first that has it)."""
    path = Path(reference)
    if (path / MANIFEST).is_file():
        return run_outcomes(load_run(path))
    if path.is_file():
        return load(path)
    for folder in folders:
        if NAME.fullmatch(reference) and (folder / f"{reference}.json").is_file():
            found = load(folder / f"{reference}.json")
            return found if found.name == reference else replace(found, name=f"{reference} ({found.name})")
    known = sorted({path.stem for path in recorded(folders)})
    raise UserError(
        f"{reference!r} is neither a run nor a recorded baseline; "
        + (f"known are {', '.join(known)}." if known else "none is recorded yet: ifeval baseline add RUN.")
    )


def recorded(folders: Sequence[Path]) -> Iterator[Path]:
    """The files of the recorded baselines, by name."""
    for folder in dict.fromkeys(folders):
        yield from sorted(folder.glob("*.json"))


def published(folders: Sequence[Path]) -> list[Published]:
    """The published numbers of the folders, each once. Raises UserError naming the file and row that is no use."""
    rows = []
    for path in (folder / PUBLISHED for folder in dict.fromkeys(folders)):
        if not path.is_file():
            continue
        try:
            listed = list(tomlio.loads(path.read_text())["row"])
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise UserError(f"{path} is not a list of [[row]] tables ({error}).") from error
        for number, row in enumerate(listed, start=1):
            try:
                rows.append(Published(**row))
                if not 0 <= rows[-1].value <= 1:
                    raise ValueError("value is not a share between 0 and 1")
            except (TypeError, ValueError) as error:
                raise UserError(f"{path}, row {number}: {error}.") from error
    return list(dict.fromkeys(rows))


def _task_document(task: TaskOutcomes, noise: Mapping[str, float]) -> dict[str, Any]:
    return {
        "family": task.family,
        "version": task.version,
        "primary": task.primary,
        "advisory": task.advisory,
        "noise": dict(noise),
        "ids": task.ids,
        "clusters": None if task.clusters == task.ids else task.clusters,
        "metrics": {name: _packed(values) for name, values in task.metrics.items()},
        "ratios": {name: [_packed(part) for part in parts] for name, parts in task.ratios.items()},
        "rates": {name: _packed(values) for name, values in task.rates.items()},
        "tokens": _packed(task.tokens),
        "efforts": {name: _packed(values) for name, values in task.efforts.items()},
    }


def _task_outcomes(name: str, document: Mapping[str, Any]) -> TaskOutcomes:
    ids = tuple(document["ids"])
    task = TaskOutcomes(
        family=document["family"],
        version=document["version"],
        primary=document["primary"],
        ids=ids,
        clusters=ids if document["clusters"] is None else tuple(document["clusters"]),
        metrics={name: _unpacked(values) for name, values in document["metrics"].items()},
        ratios={name: (_unpacked(parts[0]), _unpacked(parts[1])) for name, parts in document["ratios"].items()},
        rates={name: _unpacked(values) for name, values in document["rates"].items()},
        tokens=_unpacked(document["tokens"]),
        noise=dict(document["noise"]),
        advisory=document["advisory"] if "advisory" in document else is_advisory(name),
        efforts={effort: _unpacked(values) for effort, values in document.get("efforts", {}).items()},
    )
    columns = (
        *task.metrics.values(),
        *(part for parts in task.ratios.values() for part in parts),
        *task.rates.values(),
        task.tokens,
        *task.efforts.values(),
    )
    if task.primary not in task.metrics.keys() | task.ratios.keys():
        raise ValueError(f"it has no {task.primary!r}, its primary metric")
    if len(set(ids)) < len(ids):
        raise ValueError("an id comes twice")
    if len(task.clusters) != len(ids) or any(column.shape != (len(ids), task.tokens.shape[-1]) for column in columns):
        raise ValueError("its columns have different lengths")
    return task


def _packed(values: Values) -> list[str] | list[list[float | None]]:
    """Shape (samples, repeats) as one entry per repeat: a string of 0, 1 and - where that says it all, else numbers."""
    columns = values.T
    if np.isin(values[~np.isnan(values)], (0.0, 1.0)).all():
        return ["".join("-" if value != value else "01"[int(value)] for value in column) for column in columns.tolist()]
    return [[None if value != value else value for value in column] for column in columns.tolist()]


def _unpacked(columns: Sequence[str] | Sequence[Sequence[float | None]]) -> Values:
    digits: dict[Any, float] = {"0": 0.0, "1": 1.0, "-": np.nan, None: np.nan}
    return np.array([[digits.get(value, value) for value in column] for column in columns], dtype=np.float64).T
