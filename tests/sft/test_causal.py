"""Attention in blocks of queries is torch's own: values, gradients, windows, heads that share keys, any length."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import scaled_dot_product_attention

from ifeval.finetuning.training import causal
from ifeval.finetuning.training.attention import relative_difference
from ifeval.finetuning.training.causal import BLOCK, CausalAttention

SIZE = 8


def inputs(length: int, shared: int, dtype: torch.dtype = torch.float32) -> list[torch.Tensor]:
    """Query, key and value of two key heads, and the slope of the result."""
    generator = torch.Generator().manual_seed(length)
    drawn = [torch.randn(heads, length, SIZE, generator=generator) for heads in (2 * shared, 2, 2, 2 * shared)]
    return [tensor.to(dtype).requires_grad_(at < 3) for at, tensor in enumerate(drawn)]


def plain(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float, window: int | None):
    at = torch.arange(query.shape[1])
    back = at[:, None] - at
    seen = (back >= 0) & (back < (window or query.shape[1]))
    heads = (tensor[None] for tensor in (query, key, value))
    return scaled_dot_product_attention(*heads, attn_mask=seen, scale=scale, enable_gqa=True)[0]


def results(attention, tensors: list[torch.Tensor], window: int | None) -> list[torch.Tensor]:
    *given, slope = tensors
    out = attention(*given, 0.5, window)
    return [out.detach(), *torch.autograd.grad(out, given, slope.to(out.dtype))]


@settings(deadline=None, max_examples=40)
@given(
    length=st.integers(1, 3 * BLOCK + 1),
    shared=st.integers(1, 3),
    window=st.none() | st.integers(1, 3 * BLOCK),
)
def test_values_and_gradients_are_those_of_plain_attention(length: int, shared: int, window: int | None) -> None:
    tensors = inputs(length, shared)
    for ours, theirs in zip(
        results(CausalAttention.apply, tensors, window), results(plain, tensors, window), strict=True
    ):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("window", [None, 40])
def test_sixteen_bits_are_about_as_exact_as_torchs_kernel(window: int | None) -> None:
    tensors = inputs(2 * BLOCK + 9, 3, torch.bfloat16)
    exact = results(
        plain, [tensor.detach().double().requires_grad_(at < 3) for at, tensor in enumerate(tensors)], window
    )
    with torch.autocast("cpu", torch.bfloat16):  # which would round the scores
        ours = results(CausalAttention.apply, tensors, window)
    assert all(tensor.dtype == torch.bfloat16 for tensor in ours)
    errors = [relative_difference(found, expected) for found, expected in zip(ours, exact, strict=True)]
    theirs = [
        relative_difference(found, expected)
        for found, expected in zip(results(plain, tensors, window), exact, strict=True)
    ]
    assert all(error < max(0.006, 2 * their) for error, their in zip(errors, theirs, strict=True)), (errors, theirs)


def test_weights_that_are_not_kept_are_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = inputs(2 * BLOCK + 9, 3, torch.bfloat16)
    kept = results(CausalAttention.apply, tensors, 40)
    monkeypatch.setattr(causal, "KEPT", BLOCK)
    for once, again in zip(kept, results(CausalAttention.apply, tensors, 40), strict=True):
        assert torch.equal(once, again)


def test_twice_gives_the_same_bits() -> None:
    tensors = inputs(150, 2, torch.bfloat16)
    for once, again in zip(
        results(CausalAttention.apply, tensors, None), results(CausalAttention.apply, tensors, None), strict=True
    ):
        assert torch.equal(once, again)
