"""What a training says while it goes on: JSONL for machines, TensorBoard where it is installed, an observer for people."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from ifeval import jsonio
from ifeval.errors import UserError

LOG = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Step:
    """One optimiser step. `loss`: before it, nats a trained token, or of a preference method its loss a pair. `tokens`: all tokens read. `seconds`: its time."""

    step: int
    of: int
    loss: float
    gradient_norm: float
    learning_rate: float
    tokens: int
    trained_tokens: int
    seconds: float


class Watcher(Protocol):
    """Told of every phase and step; `ifeval.cli.sft` has the ones for people."""

    def phase(self, text: str) -> None: ...
    def step(self, step: Step) -> None: ...


class Log:
    """`log.jsonl` and TensorBoard events in `folder`, continued from `start` finished steps."""

    def __init__(self, folder: Path, start: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / LOG
        kept = [row for row in _rows(self._file) if row["step"] <= start] if start else []
        self._file.write_bytes(b"".join(jsonio.dumps(row) + b"\n" for row in kept))
        self._board: Any = None
        if find_spec("tensorboard"):
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=start + 1 if start else None)

    def step(self, step: Step) -> None:
        self._append(asdict(step))
        if self._board is not None:
            for name in ("loss", "gradient_norm", "learning_rate"):
                self._board.add_scalar(name, getattr(step, name), step.step)
            self._board.add_scalar("tokens_per_second", step.tokens / step.seconds, step.step)

    def evaluation(self, evaluation: Mapping[str, Any]) -> None:
        """Log a checkpoint's evaluation: its `step`, its `scores` by task, and whatever else it holds."""
        self._append(evaluation)
        if self._board is not None:
            for task, score in evaluation["scores"].items():
                self._board.add_scalar(f"evaluation/{task}", score, evaluation["step"])

    def _append(self, row: Mapping[str, Any]) -> None:
        try:
            with self._file.open("ab") as lines:
                lines.write(jsonio.dumps(row) + b"\n")
        except OSError as error:
            raise UserError(f"{self._file} cannot be written: {error.strerror}; --resume goes on.") from error

    def close(self) -> None:
        if self._board is not None:
            self._board.close()


def read_log(file: Path) -> list[dict[str, Any]]:
    """The steps of a log; none where there is no file."""
    return [row for row in _rows(file) if "scores" not in row]


def read_evaluations(file: Path) -> list[dict[str, Any]]:
    """The evaluations of a log, in the order of their steps."""
    return [row for row in _rows(file) if "scores" in row]


def _rows(file: Path) -> list[dict[str, Any]]:
    return list(jsonio.read_jsonl(file)) if file.is_file() else []
