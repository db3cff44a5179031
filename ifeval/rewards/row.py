"""Rows to learn from by trial: a prompt, and beside it, as one JSON text, all that judging a reply takes.

The judgement is a text because tables of rows (Arrow, Parquet) give every object the keys of all others. It holds the
task's name and version and the whole sample, so that a reward is a function of row and reply alone.
"""

from dataclasses import dataclass
from typing import Any

from ifeval.errors import UserError
from ifeval.records import Sample, ToolCall
from ifeval.task import Task
from ifeval.util.jsonio import dumps

FORMAT = 1
"""The form of the text; it changes whenever an older reader could not read it."""


@dataclass(frozen=True, slots=True)
class RewardRow:
    """What one prompt's replies are judged by.

    floor: the credit that the best of the decoys earns, in [0, 1); a reward begins there. longest: words from which on
    a reply costs. repeats: the share of repeated runs of four words from which on it earns nothing.
    """

    task: Task
    sample: Sample
    floor: float = 0.0
    longest: int = 1_000
    repeats: float = 0.5

    def ground_truth(self) -> str:
        """The row as a JSON text; `read_ground_truth` reads it again."""
        oracle = self.sample.oracle
        calls = oracle if oracle is None or isinstance(oracle, str) else [_call(call) for call in oracle]
        sample = {name: getattr(self.sample, name) for name in ("id", "messages", "tools", "schema", "target", "tags")}
        written = {
            "ifeval": FORMAT,
            "task": self.task.name,
            "version": self.task.version,
            "sample": sample | {"topic": self.sample.topic, "oracle": calls},
            "floor": self.floor,
            "longest": self.longest,
            "repeats": self.repeats,
        }
        return dumps(written).decode()


def rewardable(task: Task) -> None:
    """Raise UserError where the replies to a task cannot be rewarded."""
    if task.converses:
        raise UserError(f"{task.name} is a conversation, and a reward judges one reply.")
    if task.family == "manner":
        raise UserError(
            f"{task.name} looks for faults and asks for nothing, so a reply without sense would earn its reward."
        )


def _call(call: ToolCall) -> dict[str, Any]:
    return {"name": call.name, "arguments": dict(call.arguments)}
