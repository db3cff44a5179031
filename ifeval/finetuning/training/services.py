"""Where the curves of a training go: TensorBoard where it is installed; Weights & Biases and MLflow where asked for.

A service finds its place by its own environment (WANDB_PROJECT, WANDB_MODE; MLFLOW_TRACKING_URI,
MLFLOW_EXPERIMENT_NAME). A resumed training goes on in the same run of the service.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from ifeval.engines.machine import installed
from ifeval.errors import UserError
from ifeval.util.files import write_atomically


class Service(Protocol):
    """Takes named values of a step."""

    def write(self, values: Mapping[str, float], step: int) -> None: ...
    def close(self) -> None: ...


class TensorBoard:
    """Event files below the training's folder."""

    def __init__(self, folder: Path, start: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=start + 1 if start else None)

    def write(self, values: Mapping[str, float], step: int) -> None:
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        self._writer.close()


class Wandb:
    """A run of Weights & Biases, under an id of ours."""

    def __init__(self, folder: Path, start: int, settings: Mapping[str, Any]) -> None:
        run = remembered(folder / "wandb.id", start, lambda: uuid4().hex[:12])
        self._run = import_module("wandb").init(
            id=run, resume="allow", name=folder.parent.name, dir=str(folder), config=dict(settings)
        )

    def write(self, values: Mapping[str, float], step: int) -> None:
        self._run.log(dict(values), step=step)

    def close(self) -> None:
        self._run.finish()


class MLflow:
    """A run of MLflow, under an id of its server."""

    def __init__(self, folder: Path, start: int, settings: Mapping[str, Any]) -> None:
        self._mlflow = import_module("mlflow")
        name = folder.parent.name
        run = remembered(folder / "mlflow.id", start, lambda: self._mlflow.start_run(run_name=name).info.run_id)
        if self._mlflow.active_run() is None:
            self._mlflow.start_run(run_id=run)
        else:
            self._mlflow.log_params({key: str(value)[:500] for key, value in settings.items()})

    def write(self, values: Mapping[str, float], step: int) -> None:
        self._mlflow.log_metrics(dict(values), step=step)

    def close(self) -> None:
        self._mlflow.end_run()


SERVICES: Mapping[str, Callable[[Path, int, Mapping[str, Any]], Service]] = {"wandb": Wandb, "mlflow": MLflow}


def open_services(folder: Path, start: int, asked: Sequence[str], settings: Mapping[str, Any]) -> list[Service]:
    """TensorBoard where it is installed, and those asked for. Raises UserError where one of these is not."""
    check_services(asked)
    found: list[Service] = [TensorBoard(folder, start)] if installed("tensorboard") else []
    return found + [SERVICES[name](folder, start, settings) for name in asked]


def check_services(asked: Sequence[str]) -> None:
    """Raise UserError for a service that is not known or not installed."""
    for name in asked:
        if name not in SERVICES:
            raise UserError(f"--log {name}: choose {' or '.join(SERVICES)}.")
        if not installed(name):
            raise UserError(f"--log {name} needs its package: pip install {name}")


def remembered(file: Path, start: int, new: Callable[[], str]) -> str:
    """The id in `file` where a training is resumed, else a new one that is written there."""
    if start and file.is_file():
        return file.read_text().strip()
    write_atomically(file, made := new())
    return made
