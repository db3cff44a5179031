"""In how many bits weights are kept: the arithmetic of what fits on a device.

| trained | bytes per parameter: weight, gradient, two moments |
|---|---|
| all, fp32 | 4 + 4 + 4 + 4 = 16 |
| all, bf16 with stochastic rounding | 2 + 2 + 2 + 2 = 8 |
| adapters, base in fp32 | 4 |
| adapters, base in bf16 | 2 |
| adapters, base in 4 bits (`four_bits`) | about 0.5, embeddings and head 2 |
"""

from typing import Literal

import torch

from ifeval.engines.machine import available_memory

Kept = Literal["auto", "fp32", "bf16", "4bit"]

FULL_BYTES = 16
ROOM = 0.8
"""Share of the free memory that weights, gradients and moments may take; activations get the rest."""


def choose_kept(kept: Kept, parameters: int | None, adapters: bool, computing: torch.dtype | None, free: int) -> Kept:
    """What weights are kept in: "fp32", "bf16", or "4bit" where that was asked for.

    A frozen base under adapters loses nothing in bf16 that a checkpoint in bf16 has.

    parameters: of the model, None where unknown. computing: the dtype of autocast, None for fp32. free: bytes of the
    device.
    """
    if kept != "auto":
        return kept
    if computing != torch.bfloat16:
        return "fp32"
    if adapters:
        return "bf16"
    return "bf16" if (parameters or 0) * FULL_BYTES > ROOM * free else "fp32"


def free_memory(device: torch.device) -> int:
    """Bytes that can be had on `device`."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else available_memory()


def peak_memory(device: torch.device) -> int:
    """Bytes: of the GPU's allocator, or the largest resident size of this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
