"""Cross-entropy of the labelled positions alone, in chunks.

The output layer is the widest of a small model, and most positions of a row are not trained: computing logits for
labelled positions only, a chunk at a time and again in the backward pass, saves its time and its memory.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from ifeval.finetuning.data.encode import IGNORE
from ifeval.finetuning.data.packing import Batch
from ifeval.finetuning.training.attention import arguments
from ifeval.finetuning.training.network import causal

CHUNK = 1 << 24
GPU_CHUNK = 1 << 27
"""Logits in memory at once: 64 MiB in fp32, 512 MiB on a GPU, whose matrix products need more rows."""

TokenLosses = Callable[[Any, Batch], torch.Tensor]
"""A model and a batch to the cross-entropy (nats, fp32) of each of its n labelled tokens, in order: shape (n,)."""


def labelled_losses(model: Any, batch: Batch) -> torch.Tensor:
    """From hidden states: the model's body runs whole, its head on labelled positions."""
    network = causal(model)
    hidden, targets = labelled_states(network, batch)
    head = network.get_output_embeddings()
    rows = max(1, (GPU_CHUNK if hidden.is_cuda else CHUNK) // head.weight.shape[0])
    parts = zip(hidden.split(rows), targets.split(rows), strict=True)
    return torch.cat([checkpoint(_chunk, network.config, head, *part, use_reentrant=False) for part in parts])


def labelled_states(network: Any, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """The hidden states (n, width) that predict the n labelled tokens of a batch, and these tokens (n,)."""
    hidden = network.base_model(**arguments(network, batch)).last_hidden_state[:, :-1]
    targets = batch.labels[:, 1:]
    chosen = targets != IGNORE
    return hidden[chosen], targets[chosen]


def whole_losses(model: Any, batch: Batch) -> torch.Tensor:
    """The same from the model's own logits at all positions: for models whose head is not a plain linear layer."""
    logits = model(**arguments(model, batch)).logits[:, :-1]
    targets = batch.labels[:, 1:]
    chosen = targets != IGNORE
    return functional.cross_entropy(logits[chosen].float(), targets[chosen], reduction="none")


@torch.no_grad()
def choose_losses(model: Any, batch: Batch, labelled: TokenLosses = labelled_losses) -> TokenLosses:
    """`labelled` where it gives this model's own loss on `batch` to 1 part in 1000, else `whole_losses`."""
    training = model.training
    model.eval()
    try:
        own, ours = whole_losses(model, batch), labelled(model, batch)
        agree = (ours - own).abs().sum() <= 1e-3 * max(own.sum().item(), len(own))
        return labelled if agree else whole_losses
    finally:
        model.train(training)


def logit_scale(config: Any) -> float:
    """What a model's logits are multiplied by, as Granite and Cohere name it in their configurations."""
    return (getattr(config, "logit_scale", None) or 1) / (getattr(config, "logits_scaling", None) or 1)


def _chunk(config: Any, head: torch.nn.Module, hidden: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of one chunk: hidden (n, width), targets (n,), result (n,).

    A cap of the logits is the one that Gemma 2 names in its configuration.
    """
    logits = head(hidden).float() * logit_scale(config)
    cap = getattr(config, "final_logit_softcapping", None)
    if cap:
        logits = cap * torch.tanh(logits / cap)
    return functional.cross_entropy(logits, targets, reduction="none")
