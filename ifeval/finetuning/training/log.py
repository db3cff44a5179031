"""What a training says while it goes on: JSONL for machines, curves for services, an observer for people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ifeval.errors import UserError
from ifeval.finetuning.training.services import open_services
from ifeval.util import jsonio
from ifeval.util.files import write_atomically

LOG = "log.jsonl"

VALIDATION = "validation_loss"


@dataclass(frozen=True, slots=True)
class Step:
    """One optimiser step. `loss`: before the step, in nats per trained token, or per pair for a preference method. `tokens`: all tokens read. `seconds`: its time. `metrics`: the rewards of a preference method, by TRL's names."""

    step: int
    of: int
    loss: float
    gradient_norm: float
    learning_rate: float
    tokens: int
    trained_tokens: int
    seconds: float
    metrics: Mapping[str, float] = field(default_factory=dict)


class Watcher(Protocol):
    """Receives every phase and step, and the notes that should stay in sight; `ifeval.cli.sft_progress` has the ones for people."""

    def phase(self, text: str) -> None: ...
    def note(self, text: str) -> None: ...
    def step(self, step: Step) -> None: ...


class Log:
    """`log.jsonl` and TensorBoard events in `folder`, continued from `start` finished steps, and services asked for.

    services: of `ifeval.runs.trackers.TRACKERS`. settings: what they show beside the curves.
    """

    def __init__(
        self, folder: Path, start: int, services: Sequence[str] = (), settings: Mapping[str, Any] | None = None
    ) -> None:
        self._file = folder / LOG
        kept = [row for row in _rows(self._file) if row["step"] <= start] if start else []
        write_atomically(self._file, b"".join(jsonio.dumps(row) + b"\n" for row in kept))
        self._services = open_services(folder, start, services, settings or {})

    def step(self, step: Step) -> None:
        row = asdict(step)
        self._append(row | row.pop("metrics"))
        values = {name: getattr(step, name) for name in ("loss", "gradient_norm", "learning_rate")}
        self._tell({**values, **step.metrics, "tokens_per_second": step.tokens / step.seconds}, step.step)

    def evaluation(self, evaluation: Mapping[str, Any]) -> None:
        """Log a checkpoint's evaluation: its `step`, its `scores` by task, and whatever else it holds."""
        self._append(evaluation)
        self._tell({f"evaluation/{task}": score for task, score in evaluation["scores"].items()}, evaluation["step"])

    def validation(self, step: int, loss: float) -> None:
        """Log the loss on the rows that are not trained on, after `step` steps."""
        self._append({"step": step, VALIDATION: loss})
        self._tell({VALIDATION: loss}, step)

    def _tell(self, values: Mapping[str, float], step: int) -> None:
        for service in self._services:
            service.write(values, step)

    def _append(self, row: Mapping[str, Any]) -> None:
        try:
            with self._file.open("ab") as lines:
                lines.write(jsonio.dumps(row) + b"\n")
        except OSError as error:
            raise UserError(f"{self._file} cannot be written: {error.strerror}; --resume continues.") from error

    def close(self) -> None:
        for service in self._services:
            service.close()


def read_log(file: Path) -> list[dict[str, Any]]:
    """The steps of a log; none where there is no file."""
    return [row for row in _rows(file) if "loss" in row]


def read_validations(file: Path) -> list[tuple[int, float]]:
    """(steps, loss) of each validation in a log, in their order."""
    return [(row["step"], row[VALIDATION]) for row in _rows(file) if VALIDATION in row]


def read_evaluations(file: Path) -> list[dict[str, Any]]:
    """The evaluations of a log, in the order of their steps."""
    return [row for row in _rows(file) if "scores" in row]


def _rows(file: Path) -> list[dict[str, Any]]:
    return list(jsonio.read_jsonl(file)) if file.is_file() else []
