"""The reward as TRL's GRPO and RLOO trainers call it: `GRPOTrainer(reward_funcs=reward(rows), train_dataset=rows)`."""

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.rewards.judging import Shape
from ifeval.rewards.plain import score
from ifeval.rewards.rows import ground_truth_of, read_ground_truth, read_rows

TrlReward = Callable[..., list[float]]


def reward(
    rows: Path | str | Iterable[Mapping[str, Any]], *, shape: Shape = "parts", end: int | Collection[int] | None = None
) -> TrlReward:
    """A reward function over the rows of `ifeval data make --for rewards`, a file or the data set itself.

    Every row is proven now: UserError names the first that cannot be used. end: the ids that end a reply (the
    tokenizer's `eos_token_id`); a completion that does not end with one was cut, and earns nothing. The function takes
    `prompts`, `completions` (texts or lists of messages), `completion_ids` and the columns of the rows, and gives a
    float from 0 to 1 for each completion.
    """
    if shape not in ("parts", "all"):
        raise UserError(f"shape is {shape!r}; it is 'parts' or 'all'.")
    read_rows(rows)
    ends = None if end is None else {end} if isinstance(end, int) else set(end)

    def ifeval_reward(
        prompts: Sequence[Any],
        completions: Sequence[Any],
        completion_ids: Sequence[Sequence[int]] | None = None,
        **columns: Any,
    ) -> list[float]:
        found = []
        for number, completion in enumerate(completions):
            ids = completion_ids[number] if completion_ids is not None else None
            cut = ends is not None and ids is not None and (len(ids) == 0 or ids[-1] not in ends)
            try:
                row = read_ground_truth(
                    ground_truth_of({name: columns[name][number] for name in COLUMNS & columns.keys()})
                )
            except UserError as error:
                warnings.warn(f"a row cannot be used: {error}; it earns 0", stacklevel=2)
                found.append(0.0)
                continue
            found.append(score(row, completion, truncated=cut, shape=shape).value)
        return found

    return ifeval_reward


COLUMNS = {"ground_truth", "reward_model"}
"""Where a row may keep what it is judged by."""
