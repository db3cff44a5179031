"""Where the curves of a training go: TensorBoard where it is installed, and the trackers asked for (`ifeval.runs.trackers`).

A resumed training goes on in the same run of a tracker.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from ifeval.engines.machine import installed
from ifeval.runs.trackers import TRACKERS, Place, Tracker, require_trackers
from ifeval.util.files import write_atomically


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


def open_services(folder: Path, start: int, asked: Sequence[str], settings: Mapping[str, Any]) -> list[Tracker]:
    """TensorBoard where it is installed, and those asked for. Raises UserError where one of these is not."""
    check_services(asked)
    found: list[Tracker] = [TensorBoard(folder, start)] if installed("tensorboard") else []
    if not asked:
        return found
    identity = remembered(folder / "tracker.id", start, lambda: uuid4().hex[:12])
    place = Place(identity, folder.parent.name, settings, folder)
    return found + [TRACKERS[name](place) for name in asked]


def check_services(asked: Sequence[str]) -> None:
    """Raise UserError for a service that is not known or not installed."""
    require_trackers("--log", asked)


def remembered(file: Path, start: int, new: Callable[[], str]) -> str:
    """The id in `file` where a training is resumed, else a new one that is written there."""
    if start and file.is_file():
        return file.read_text().strip()
    write_atomically(file, made := new())
    return made
