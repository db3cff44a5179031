"""Causal attention of one document, as matrix products over blocks of its queries.

torch's attention for CPUs computes in small tiles, and in 16 bits its backward pass takes longer than its products would. Here a
block of queries meets all keys before its end in one product, query heads that share a key in the same one. As in torch's
kernel, scores and their softmax are fp32. The backward pass computes them again, but for short documents, whose weights take
little memory.
"""

import math
from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import Any

import torch
from torch.autograd.function import once_differentiable

BLOCK = 64
"""Queries at once: more waste products on keys that are yet to come, fewer make them too small."""

KEPT = 512
"""Documents of at most so many tokens keep their weights for the backward pass."""


def exact(method: Callable[..., Any]) -> Callable[..., Any]:
    """`method` without autocast, which would choose other dtypes."""

    @wraps(method)
    def alone(context: Any, first: torch.Tensor, *rest: Any) -> Any:
        with torch.autocast(first.device.type, enabled=False):
            return method(context, first, *rest)

    return alone


class CausalAttention(torch.autograd.Function):
    """`apply(query, key, value, scale, window)`: query and result (heads, length, size), key and value (key heads, length,
    size), of which the heads are a multiple. window: how many tokens a query sees, its own among them; None for all.
    """

    @staticmethod
    @exact
    def forward(ctx: Any, query: Any, key: Any, value: Any, scale: float, window: int | None) -> torch.Tensor:
        out, kept = torch.empty_like(query), []
        for queries, keys in spans(query.shape[1], window):
            weights = attention_weights(query[:, queries], key[:, keys], scale, window)
            out[:, queries] = torch.bmm(weights, value[:, keys]).view_as(out[:, queries])
            if query.shape[1] <= KEPT:
                kept.append(weights)
        ctx.save_for_backward(query, key, value, out, *kept)
        ctx.scale, ctx.window = scale, window
        return out

    @staticmethod
    @once_differentiable
    @exact
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[Any, ...]:  # type: ignore[override]
        query, key, value, out, *kept = ctx.saved_tensors
        slope = slope.to(query.dtype)
        # the softmax's backward pass subtracts this from every weight's slope
        common = (slope.float() * out).sum(-1, keepdim=True).to(query.dtype)
        of_query = torch.empty_like(query)
        of_key, of_value = (torch.zeros(key.shape, device=key.device) for _ in range(2))  # sums over blocks, in fp32
        for at, (queries, keys) in enumerate(spans(query.shape[1], ctx.window)):
            own = query[:, queries]
            weights = kept[at] if kept else attention_weights(own, key[:, keys], ctx.scale, ctx.window)
            ours, slopes, rest = (grouped(part[:, queries], len(key)) for part in (query, slope, common))
            of_value[:, keys] += torch.bmm(weights.mT, slopes)
            of_scores = torch.bmm(slopes, value[:, keys].mT).sub_(rest).mul_(weights)
            of_query[:, queries] = torch.bmm(of_scores, key[:, keys]).view_as(of_query[:, queries])
            of_key[:, keys] += torch.bmm(of_scores.mT, ours)
        return of_query.mul_(ctx.scale), of_key.mul_(ctx.scale).to(key.dtype), of_value.to(value.dtype), None, None


def spans(length: int, window: int | None) -> Iterator[tuple[slice, slice]]:
    """Blocks of queries, each with the keys that one of its queries sees."""
    for start in range(0, length, BLOCK):
        end = min(start + BLOCK, length)
        yield slice(start, end), slice(max(0, start - window + 1) if window else 0, end)


def attention_weights(query: torch.Tensor, key: torch.Tensor, scale: float, window: int | None) -> torch.Tensor:
    """What each query of a block gives each key up to the block's end: (key heads, heads per key * queries, keys)."""
    scores = torch.bmm(grouped(query.float() * scale, len(key)), key.float().mT)
    queries, keys = query.shape[1], key.shape[1]
    each = scores.view(-1, queries, keys)
    each[..., keys - queries :].masked_fill_(later(queries, query.device), -math.inf)
    if window:
        square = torch.ones(queries, queries, dtype=torch.bool, device=query.device)
        each[..., :queries].masked_fill_(square.tril(keys - queries - window), -math.inf)
    return scores.softmax(-1).to(query.dtype)


def grouped(heads: torch.Tensor, key_heads: int) -> torch.Tensor:
    """(heads, length, size) as (key heads, heads per key * length, size)."""
    return heads.reshape(key_heads, -1, heads.shape[-1])


@cache
def later(length: int, device: torch.device) -> torch.Tensor:
    """True where a column is after its row: (length, length)."""
    return torch.ones(length, length, dtype=torch.bool, device=device).triu(1)
