"""The loss by Liger's kernel, which fuses the head and the cross-entropy of labelled positions, on a GPU."""

import os
from typing import Any

import torch

from ifeval.engines.machine import installed
from ifeval.errors import UserError
from ifeval.finetuning.data.packing import Batch
from ifeval.finetuning.training.attention import relative_difference
from ifeval.finetuning.training.loss import choose_losses, labelled_losses, labelled_states, logit_scale
from ifeval.finetuning.training.network import causal

CLOSE = 1e-3
CLOSE_16_BITS = 0.05
"""Largest relative difference (L2) of a gradient from that of the loss here, computed in fp32 and in 16 bits."""


def require_liger(device: torch.device, processes: int) -> None:
    """Raise UserError where the kernel cannot run."""
    if not installed("liger_kernel"):
        raise UserError("--liger needs Liger's kernels: pip install liger-kernel")
    if device.type != "cuda" and os.environ.get("TRITON_INTERPRET") != "1":
        raise UserError("--liger needs a GPU, and there is none here; leave the flag out.")
    if processes > 1:
        raise UserError("--liger is for one process; leave the flag out.")


def liger_losses(model: Any, batch: Batch) -> torch.Tensor:
    """As `labelled_losses`, the head and the cross-entropy in one kernel."""
    from liger_kernel.transformers.functional import liger_fused_linear_cross_entropy

    network = causal(model)
    hidden, targets = labelled_states(network, batch)
    head, scale = network.get_output_embeddings(), logit_scale(network.config)
    bias = None if head.bias is None else head.bias * scale
    cap = getattr(network.config, "final_logit_softcapping", None)
    return liger_fused_linear_cross_entropy(
        hidden * scale, head.weight, targets, bias=bias, reduction="none", softcap=cap
    )


def check_liger(model: Any, batch: Batch) -> None:
    """Compare losses and gradients with those of the loss here, each token counting differently.

    Raises UserError where they differ: earlier versions of Liger have wrong gradients where tokens count differently.
    """
    network = causal(model)
    if hasattr(network.get_output_embeddings(), "base_layer"):
        raise UserError("--liger reads the head itself and would pass adapters on it by; leave one of the two out.")
    if choose_losses(model, batch, liger_losses) is not liger_losses:
        raise UserError("--liger: Liger's kernel gives another loss than this model's own; leave the flag out.")
    ours, theirs = (_gradient(model, batch, losses) for losses in (labelled_losses, liger_losses))
    lower = torch.is_autocast_enabled(ours.device.type) or ours.dtype != torch.float32
    if not relative_difference(theirs, ours) <= (CLOSE_16_BITS if lower else CLOSE):
        raise UserError(
            "--liger: the kernel's gradient is wrong here; pip install -U liger-kernel, or leave the flag out."
        )


def _gradient(model: Any, batch: Batch, losses: Any) -> torch.Tensor:
    """The gradient of the embeddings' output by a weighted sum of the losses."""
    states: list[torch.Tensor] = []

    def keep(_: Any, __: Any, out: torch.Tensor) -> torch.Tensor:
        states.append(out.detach().requires_grad_())
        return states[0]

    training = model.training
    model.eval()
    hook = causal(model).get_input_embeddings().register_forward_hook(keep)
    try:
        found = losses(model, batch)
        summed = (found * torch.linspace(0.5, 2, len(found), device=found.device)).sum()
        return torch.autograd.grad(summed, states[0])[0]
    finally:
        hook.remove()
        model.train(training)
