"""What a reward row holds: everything that judging a reply to its prompt takes, as one JSON text.

It is a text because tables (Arrow, Parquet) give every object the keys of all others. It holds the task's name and
version and the whole sample, so that a reward is a function of row and reply alone.
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
    """How the replies to one prompt are judged.

    floor: the credit of the best decoy, in [0, 1), above which a reward begins. longest: words above which the reward
    falls. repeats: share of repeated runs of four words above which it is 0. stretch: words in a row without the end of
    a sentence or line above which it is 0.
    """

    task: Task
    sample: Sample
    floor: float = 0.0
    longest: int = 1_000
    repeats: float = 0.5
    stretch: int = 60

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
            "stretch": self.stretch,
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
