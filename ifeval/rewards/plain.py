"""Plain scoring functions, in the shapes that verl and NeMo RL call. None raises on account of a reply."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from ifeval.errors import UserError
from ifeval.rewards.judging import Reward, Shape, judged, message_reply, text_reply
from ifeval.rewards.row import RewardRow
from ifeval.rewards.rows import read_ground_truth


def score(
    row: RewardRow, reply: str | Sequence[Mapping[str, Any]], *, truncated: bool = False, shape: Shape = "parts"
) -> Reward:
    """The reward of one reply, as text or as messages of which the assistant's last counts.

    truncated: the reply was cut at the token limit, which earns nothing. A scorer that fails earns nothing and warns.
    """
    try:
        read = text_reply(row, reply, truncated) if isinstance(reply, str) else message_reply(row, reply, truncated)
        return judged(row, read, shape)
    except Exception as error:  # a training must not end on account of one reply
        said = f"{type(error).__name__}: {str(error)[:200]}"
        warnings.warn(f"{row.task.name} could not score a reply to {row.sample.id} ({said}); it earns 0", stacklevel=2)
        return Reward(0.0, 0.0, f"the scorer failed: {said}")


def compute_score(
    data_source: str, solution_str: str, ground_truth: str, extra_info: Mapping[str, Any] | None = None
) -> dict[str, float]:
    """verl's custom reward function (`custom_reward_function.path`): `score`, and `credit` to be logged beside it.

    data_source and extra_info play no part; the ground truth says all.
    """
    reward = _scored(ground_truth, solution_str)
    return {"score": reward.value, "credit": reward.credit}


def verify(pred_responses: Sequence[str], ground_truths: Sequence[str]) -> list[float]:
    """The rewards of a batch, as NeMo RL's environments compute them in a worker."""
    return [_scored(truth, reply).value for reply, truth in zip(pred_responses, ground_truths, strict=True)]


def _scored(ground_truth: str, reply: str) -> Reward:
    try:
        row = read_ground_truth(ground_truth)
    except UserError as error:  # rows are proven before (`read_rows`); here a training is under way
        warnings.warn(f"a row cannot be used: {error}; it earns 0", stacklevel=3)
        return Reward(0.0, 0.0, str(error))
    return score(row, reply)
