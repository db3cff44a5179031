"""What preference methods tell of a step: the implicit rewards of its replies, by the names that TRL logs them under."""

from collections.abc import Sequence

import torch

SUMS = 5
"""Chosen rewards and their number, rejected ones and theirs, pairs in the right order."""


def reward_sums(chosen: torch.Tensor, rejected: torch.Tensor, paired: bool = True) -> torch.Tensor:
    """The sums of some rewards, shape (SUMS,), without gradients; paired: chosen[i] stands beside rejected[i]."""
    right = (chosen > rejected).sum() if paired else chosen.new_zeros(())
    parts = (chosen.sum(), chosen.new_tensor(len(chosen)), rejected.sum(), rejected.new_tensor(len(rejected)), right)
    return torch.stack([part.float() for part in parts]).detach()


def reward_metrics(sums: Sequence[float], paired: bool = True) -> dict[str, float]:
    """Mean rewards of chosen and rejected replies, their margin and, of pairs, the share in the right order."""
    chosen, chosen_number, rejected, rejected_number, right = sums
    found = {
        name: total / number
        for name, total, number in (("chosen", chosen, chosen_number), ("rejected", rejected, rejected_number))
        if number
    }
    if len(found) == 2:
        found["margins"] = found["chosen"] - found["rejected"]
    if paired and chosen_number:
        found["accuracies"] = right / chosen_number
    return {f"rewards/{name}": value for name, value in found.items()}
