"""The reward as TRL's GRPO and RLOO trainers call it: `GRPOTrainer(reward_funcs=reward(rows), train_dataset=rows)`."""

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.rewards.judging import Shape
from ifeval.rewards.plain import score
from ifeval.rewards.rows import ground_truth_of, read_ground_truth, read_rows

COLUMNS = ("ground_truth", "reward_model")
"""Where a row may keep what its replies are judged by."""


@dataclass(frozen=True)
class TrlReward:
    """A reward function of TRL; it can be pickled, so trainers may call it in other processes.

    ends: the ids that end a reply, None where cut replies cannot be told from whole ones.
    """

    shape: Shape
    ends: frozenset[int] | None

    __name__ = "ifeval_reward"
    """What TRL calls it in its logs."""

    def __call__(
        self,
        prompts: Sequence[Any],
        completions: Sequence[Any],
        completion_ids: Sequence[Sequence[int]] | None = None,
        **columns: Any,
    ) -> list[float]:
        """The rewards of `completions`, texts or lists of messages, from 0 to 1. Warns and gives 0 where it cannot judge."""
        return [
            self._earned(
                completion,
                {name: columns[name][number] for name in COLUMNS if name in columns},
                completion_ids[number] if completion_ids is not None else None,
            )
            for number, completion in enumerate(completions)
        ]

    def _earned(self, completion: Any, row: Mapping[str, Any], ids: Sequence[int] | None) -> float:
        cut = self.ends is not None and ids is not None and (len(ids) == 0 or int(ids[-1]) not in self.ends)
        try:
            known = read_ground_truth(ground_truth_of(row))
        except UserError as error:
            warnings.warn(f"a row cannot be used: {error}; it earns 0", stacklevel=3)
            return 0.0
        return score(known, completion, truncated=cut, shape=self.shape).value


def reward(
    rows: Path | str | Iterable[Mapping[str, Any]], *, shape: Shape = "parts", end: int | Collection[int] | None = None
) -> TrlReward:
    """The reward function for the rows of `ifeval data make --for rewards`: a file, or the data set itself.

    Every row is proven now; UserError names the first that cannot be used. end: the ids that end a reply (the tokenizer's
    `eos_token_id`); a completion that does not end with one was cut, and earns nothing.
    """
    if shape not in ("parts", "all"):
        raise UserError(f"shape {shape!r}: choose 'parts' or 'all'.")
    read_rows(rows)
    return TrlReward(shape, None if end is None else frozenset([end] if isinstance(end, int) else end))
