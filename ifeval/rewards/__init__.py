"""The checks as verifiable rewards: a reply and a row in, a number from 0 to 1 out. docs/rewards.md tells how.

`trl.reward` for TRL, `environment` for verifiers, `plain` for verl and NeMo RL; `audit` shows what decoys would earn.
"""

from ifeval.rewards.foreign import adopt
from ifeval.rewards.judging import Reward
from ifeval.rewards.plain import compute_score, score, verify
from ifeval.rewards.rows import RewardRow, read_ground_truth, read_rows
from ifeval.rewards.trl import reward

__all__ = [
    "Reward",
    "RewardRow",
    "adopt",
    "compute_score",
    "read_ground_truth",
    "read_rows",
    "reward",
    "score",
    "verify",
]
