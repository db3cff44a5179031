"""Trackers of other makers behind the same calls: Weights & Biases, MLflow, trackio.

Each finds its place by its own environment: WANDB_PROJECT, WANDB_MODE; MLFLOW_TRACKING_URI, MLFLOW_EXPERIMENT_NAME; TRACKIO_DIR,
TRACKIO_SPACE_ID, TRACKIO_PROJECT. What is written again under the same identity goes on in the same run there.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, Protocol

from ifeval.engines.machine import installed
from ifeval.errors import UserError

PACKAGES = {"wandb": "wandb", "mlflow": "mlflow-skinny sqlalchemy alembic", "trackio": "trackio"}
"""What `pip install` takes for each tracker."""
PROJECT = "ifeval"
QUIET = {
    "console": "off",
    "silent": True,
    "disable_code": True,
    "disable_git": True,
    "x_disable_meta": True,
    "x_disable_machine_info": True,
    "x_save_requirements": False,
    "login_timeout": 30,
    "finish_timeout": 120,
}
"""wandb neither prints, nor keeps command lines, code and machine of whoever runs it, nor waits for ever."""
MOST_PARAMETERS, LONGEST_PARAMETER = 100, 500
MOST_METRICS = 1000
UNFIT = re.compile(r"[^\w.\- :/]")
"""Characters that a name of MLflow's cannot have."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which run of a tracker: `identity` (letters and digits), the `title` people see, and the `settings` beside its curves.

    folder: where its files go (None: its own default). local: nothing but the folder is used, whatever the environment says.
    """

    identity: str
    title: str
    settings: Mapping[str, Any]
    folder: Path | None = None
    local: bool = False


class Tracker(Protocol):
    """Takes named values of a step."""

    def write(self, values: Mapping[str, float], step: int) -> None: ...
    def close(self) -> None: ...


class Wandb:
    """A run of Weights & Biases."""

    def __init__(self, place: Place) -> None:
        wandb = import_module("wandb")
        known = {name: value for name, value in QUIET.items() if name in wandb.Settings.model_fields}
        self._run = wandb.init(
            id=place.identity,
            resume="allow",
            name=place.title,
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            dir=None if place.folder is None else str(place.folder),
            mode="offline" if place.local else None,
            config=dict(place.settings),
            settings=wandb.Settings(**known),
        )

    def write(self, values: Mapping[str, float], step: int) -> None:
        self._run.log(dict(values), step=step)

    def close(self) -> None:
        self._run.finish()


class MLflow:
    """A run of MLflow, found again by a tag; a local one lies in `mlflow.db`."""

    def __init__(self, place: Place) -> None:
        os.environ.setdefault(
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2"
        )  # seven by default: minutes where no server answers
        mlflow = import_module("mlflow")
        self._entities = import_module("mlflow.entities")
        store = f"sqlite:///{place.folder.resolve()}/mlflow.db" if place.local and place.folder else None
        self._client = mlflow.MlflowClient(store)
        experiment = self._experiment(place)
        tag = f"tags.`ifeval.identity` = '{place.identity}'"
        before = self._client.search_runs([experiment], filter_string=tag, max_results=1)
        run = before[0] if before else self._start(experiment, place)
        self._run = run.info.run_id

    def write(self, values: Mapping[str, float], step: int) -> None:
        now = int(time.time() * 1000)
        metrics = [self._entities.Metric(mlflow_name(name), value, now, step) for name, value in values.items()]
        for start in range(0, len(metrics), MOST_METRICS):
            self._client.log_batch(self._run, metrics=metrics[start : start + MOST_METRICS])

    def close(self) -> None:
        self._client.set_terminated(self._run)

    def _experiment(self, place: Place) -> str:
        if not place.local and (chosen := os.environ.get("MLFLOW_EXPERIMENT_ID")):
            return chosen
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", "Default")
        if (found := self._client.get_experiment_by_name(name)) is not None:
            return str(found.experiment_id)
        return str(self._client.create_experiment(name))

    def _start(self, experiment: str, place: Place) -> Any:
        run = self._client.create_run(experiment, run_name=place.title, tags={"ifeval.identity": place.identity})
        settings = list(place.settings.items())[:MOST_PARAMETERS]
        params = [self._entities.Param(mlflow_name(name), str(value)[:LONGEST_PARAMETER]) for name, value in settings]
        self._client.log_batch(run.info.run_id, params=params)
        return run


class Trackio:
    """A run of trackio, which prints a line for whatever it does; a local one lies in the folder's database."""

    def __init__(self, place: Place) -> None:
        surroundings = {"TRACKIO_SPACE_ID": None, "TRACKIO_SERVER_URL": None, "TRACKIO_DIR": str(place.folder)}
        with redirect_stdout(StringIO()), _environment(surroundings if place.local else {}):
            self._trackio = import_module("trackio")
            self._trackio.init(
                project=os.environ.get("TRACKIO_PROJECT", PROJECT),
                name=f"{place.title} {place.identity[:8]}",
                resume="allow",
                config=dict(place.settings),
                embed=False,
                auto_log_gpu=False,
                auto_log_cpu=False,
            )

    def write(self, values: Mapping[str, float], step: int) -> None:
        self._trackio.log(dict(values), step=step)

    def close(self) -> None:
        with redirect_stdout(StringIO()):
            self._trackio.finish()


TRACKERS: Mapping[str, Callable[[Place], Tracker]] = {"wandb": Wandb, "mlflow": MLflow, "trackio": Trackio}


def require_trackers(flag: str, names: Sequence[str]) -> None:
    """Raise UserError for a tracker that is not known or not installed."""
    for name in names:
        if name not in TRACKERS:
            raise UserError(f"{flag} {name}: choose one of {', '.join(TRACKERS)}.")
        if not installed(name):
            raise UserError(f"{flag} {name} needs its package: pip install {PACKAGES[name]}")


def mlflow_name(name: str) -> str:
    """A name of a value as MLflow takes it; `pass@2` and `pass^2` stay two names."""
    return UNFIT.sub("_", name.replace("@", "_at_").replace("^", "_hat_"))


@contextmanager
def _environment(changes: Mapping[str, str | None]) -> Iterator[None]:
    """Variables set, or with None removed, meanwhile."""
    before = {name: os.environ.get(name) for name in changes}
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
