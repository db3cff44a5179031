"""Attention within each document of a packed row, without a mask.

A mask of (length, length) per row is what transformers derives for packed rows; most of it says no, and kernels that read a
mask are slow. Here each document attends to itself alone: on a GPU in one kernel over all documents (torch's
`varlen_attn`), elsewhere document by document. It is used where it gives the model's own logits, else nothing changes.
"""

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import torch

from ifeval.finetuning.data.packing import Batch
from ifeval.finetuning.training.causal import CausalAttention

NAME = "ifeval_documents"
"""Under this name transformers finds `attend`."""

LAYERS = {"full_attention", "sliding_attention"}
UNSUPPORTED = ("softcap", "s_aux", "position_bias")
"""Arguments of transformers' attention functions that are not implemented here."""

CLOSE = {torch.float32: 1e-4, torch.bfloat16: 0.05, torch.float16: 0.01}
"""Largest relative difference (L2) of the logits from those of the model's own attention, per precision."""


class Unsupported(Exception):
    """This model's attention is not plain causal attention."""


def choose_attention(network: Any, batch: Batch) -> str:
    """Switch `network` (the causal model, or adapters around it) to attention by document where that is possible.

    batch: packed rows to try it on. Returns the name of the implementation in use; runs the model twice, without
    gradients and in the precision of the surrounding autocast.
    """
    config, switch = network.config, _switch(network)
    own = config._attn_implementation
    if not _possible(config, batch):
        return own
    training = network.training
    network.eval()
    try:
        with torch.no_grad():
            expected = network(**arguments(network, batch)).logits
            switch(NAME)
            found = network(**arguments(network, batch)).logits
        if relative_difference(found, expected) <= CLOSE.get(found.dtype, 0.0):
            return NAME
    except (Unsupported, TypeError, ValueError, RuntimeError):
        pass
    finally:
        network.train(training)
    switch(own)
    return own


def arguments(network: Any, batch: Batch) -> dict[str, Any]:
    """What the forward pass of `network` takes for `batch`."""
    if getattr(getattr(network, "config", None), "_attn_implementation", None) != NAME:
        return batch.inputs
    width = batch.ids.shape[1]
    lengths = {"cu_seq_lens_q": batch.edges, "cu_seq_lens_k": batch.edges, "max_length_q": width, "max_length_k": width}
    return {"input_ids": batch.ids, "use_cache": False, "position_ids": batch.positions, **lengths}


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None = None,
    *,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    cu_seq_lens_q: torch.Tensor | None = None,
    max_length_q: int = 0,
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """transformers' attention interface: query (rows, heads, length, size), result (rows, length, heads, size).

    cu_seq_lens_q: where documents begin in the rows laid end to end, and their end. Raises Unsupported for anything but
    causal attention, whole or through a sliding window.
    """
    unsupported = dropout or any(more.get(name) is not None for name in UNSUPPORTED) or more.get("is_causal") is False
    if attention_mask is not None or cu_seq_lens_q is None or unsupported or value.shape[-1] != query.shape[-1]:
        raise Unsupported
    device = query.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else value.dtype
    q, k, v = (tensor.transpose(1, 2).flatten(0, 1).to(dtype) for tensor in (query, key, value))
    if device == "cuda" and dtype != torch.float32:
        from torch.nn.attention.varlen import varlen_attn

        window = (sliding_window - 1 if sliding_window else -1, 0)
        edges = cu_seq_lens_q
        out: Any = varlen_attn(q, k, v, edges, edges, max_length_q, max_length_q, scale=scaling, window_size=window)
    else:
        out = one_by_one(q, k, v, cu_seq_lens_q, scaling, sliding_window)
    rows, _, length, _ = query.shape
    return out.unflatten(0, (rows, length)), None


@torch.compiler.disable
def one_by_one(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    edges: torch.Tensor,
    scaling: float | None = None,
    sliding_window: int | None = None,
) -> torch.Tensor:
    """Causal attention of each document, one call for each: query and result (tokens, heads, size)."""
    bounds = edges.tolist()
    lengths = [end - start for start, end in pairwise(bounds) if end > start]
    parts = (tensor.transpose(0, 1).split(lengths, dim=1) for tensor in (query, key, value))
    scale = scaling or query.shape[-1] ** -0.5
    done = [CausalAttention.apply(*one, scale, sliding_window) for one in zip(*parts, strict=True)]
    return torch.cat(done, dim=1).transpose(0, 1)


def relative_difference(found: torch.Tensor, expected: torch.Tensor) -> float:
    """The L2 norm of the difference over that of `expected` about its mean."""
    found, expected = found.float(), expected.float()
    return ((found - expected).norm() / (expected - expected.mean(-1, keepdim=True)).norm()).item()


@cache
def varlen_works(device: torch.device) -> bool:
    """Does torch's kernel run here, forward and backward, with grouped heads, and agree with plain attention?"""
    try:
        from torch.nn.attention.varlen import varlen_attn

        edges = torch.tensor([0, 20, 64, 64], dtype=torch.int32, device=device)
        shapes = ((64, 4, 64), (64, 2, 64), (64, 2, 64))
        q, k, v = (torch.randn(shape, device=device, dtype=torch.bfloat16, requires_grad=True) for shape in shapes)
        kernel: Any = varlen_attn(q, k, v, edges, edges, 64, 64, window_size=(-1, 0))
        plain = one_by_one(q, k, v, edges)
        pairs = [
            torch.autograd.grad(out.float().square().sum(), (q, k, v), retain_graph=True) for out in (kernel, plain)
        ]
        close = [relative_difference(ours, theirs) < 0.05 for ours, theirs in zip(*pairs, strict=True)]
        return relative_difference(kernel, plain) < 0.05 and all(close)
    except (ImportError, RuntimeError, NotImplementedError, TypeError):
        return False


def _possible(config: Any, batch: Batch) -> bool:
    """Nothing in the configuration says no, and on a GPU the kernel works and computing is in 16 bits."""
    device = batch.ids.device
    if not set(getattr(config.get_text_config(), "layer_types", None) or ()) <= LAYERS:
        return False
    if device.type == "cuda":
        lower = torch.is_autocast_enabled("cuda") or config.dtype in (torch.bfloat16, torch.float16)
        return lower and varlen_works(device)
    return device.type == "cpu"


def _switch(network: Any) -> Callable[[str], None]:
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, attend)
    base = network.get_base_model() if hasattr(network, "peft_config") else network
    return base.set_attn_implementation
