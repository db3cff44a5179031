"""The reward rows as a task set of verifiers (0.4 or newer: `verifiers.v1`), which this module alone needs.

verifiers loads task sets by the name of a module that stands by itself: see docs/rewards.md for the two lines it takes.
"""

from collections.abc import Iterator
from pathlib import Path

import verifiers.v1 as vf

from ifeval.errors import UserError
from ifeval.rewards.judging import Shape
from ifeval.rewards.plain import score
from ifeval.rewards.rows import ground_truth_of, read_ground_truth, read_rows
from ifeval.util.jsonio import read_jsonl

__all__ = ["RewardTaskset"]


class RewardData(vf.TaskData):
    """A prompt and the text that its replies are judged by."""

    ground_truth: str
    shape: Shape = "parts"


class RewardTask(vf.Task[RewardData]):
    """One row; the reward of its last reply."""

    @vf.reward
    async def ifeval(self, trace: vf.Trace) -> float:
        """From 0 to 1; a reply that was cut earns nothing."""
        row = read_ground_truth(self.data.ground_truth)
        return score(row, trace.last_reply, truncated=trace.is_truncated, shape=self.data.shape).value


class RewardTasksetConfig(vf.TasksetConfig):
    """rows: the file that `ifeval data make --for rewards` wrote."""

    rows: Path
    shape: Shape = "parts"


class RewardTaskset(vf.Taskset[RewardTask, RewardTasksetConfig]):
    """All rows of the file, proven before the first is asked."""

    def load(self) -> Iterator[RewardTask]:
        read_rows(self.config.rows)
        for number, row in enumerate(read_jsonl(self.config.rows)):
            if not isinstance(row.get("prompt"), list):
                raise UserError(f"{self.config.rows}: row {number + 1} has no `prompt` of messages.")
            data = RewardData(
                name=f"{row['task']}:{row['sample']}",
                prompt=row["prompt"],
                ground_truth=ground_truth_of(row),
                shape=self.config.shape,
            )
            yield RewardTask(data, self.config.task)
