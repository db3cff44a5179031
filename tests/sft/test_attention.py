"""Attention by document gives the model's own logits and gradients, and is left alone where it cannot."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
import torch

from ifeval.finetuning.data.packing import collate
from ifeval.finetuning.training.attention import NAME, arguments, choose_attention, one_by_one, relative_difference
from ifeval.finetuning.training.isolation import check_isolation
from ifeval.finetuning.training.loss import labelled_losses
from tests.sft.tiny import WINDOW, documents, gemma, llama, pack


def a_batch(n: int = 5):
    return collate(pack(documents(n), 64), padding=0)


@pytest.mark.parametrize("made", [llama, partial(gemma, 3)], ids=["llama", "gemma3"])
def test_the_loss_and_its_gradients_stay(made: Callable[[], torch.nn.Module]) -> None:
    model = made()
    batch = a_batch()
    assert max(b - a for a, b in pairwise(batch.edges.tolist())) > 2 * WINDOW

    def gradients() -> list[torch.Tensor]:
        losses = labelled_losses(model, batch)
        return [losses.detach(), *torch.autograd.grad(losses.sum(), list(model.parameters()))]

    before = gradients()
    assert choose_attention(model, batch) == NAME
    assert model.training
    for ours, theirs in zip(gradients(), before, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-3)
    assert check_isolation(model, documents(2), padding=0) == 0.0


def test_a_model_that_caps_its_scores_keeps_its_own_attention() -> None:
    model = gemma(2)
    assert choose_attention(model, a_batch()) == model.config._attn_implementation != NAME
    assert "cu_seq_lens_q" not in arguments(model, a_batch())


def test_padded_rows_need_no_mask() -> None:
    model, packs = llama(), pack(documents(5), 64)
    packed = labelled_losses(model, collate(packs, padding=0))
    unpacked = collate(packs, padding=0, packed=False)
    own = labelled_losses(model, unpacked)
    assert choose_attention(model, a_batch()) == NAME
    assert "attention_mask" not in arguments(model, unpacked)
    torch.testing.assert_close(labelled_losses(model, unpacked), own, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(own, packed, atol=1e-4, rtol=1e-4)


def test_it_holds_under_adapters_and_autocast() -> None:
    from peft import LoraConfig, get_peft_model

    network = get_peft_model(llama(), LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM"))
    with torch.autocast("cpu", torch.bfloat16):
        assert choose_attention(network, a_batch()) == NAME
        labelled_losses(network, a_batch()).sum().backward()
    assert all(weight.grad is not None for weight in network.parameters() if weight.requires_grad)


def test_documents_of_no_length_and_windows() -> None:
    query, key = torch.randn(10, 4, 8), torch.randn(10, 2, 8)
    edges = torch.tensor([0, 4, 10, 10, 10])
    out = one_by_one(query, key, key, edges, sliding_window=3)
    assert out.shape == query.shape
    repeated = key.repeat_interleave(2, dim=1)
    for start, end in ((0, 4), (4, 10)):
        for at in range(start, end):
            first = max(start, at - 2)
            scores = torch.einsum("hd,khd->hk", query[at], repeated[first : at + 1]) / 8**0.5
            expected = torch.einsum("hk,khd->hd", scores.softmax(-1), repeated[first : at + 1])
            torch.testing.assert_close(out[at], expected, atol=1e-5, rtol=1e-4)


def test_the_measure_of_difference() -> None:
    expected = torch.tensor([[1.0, -1.0], [2.0, -2.0]])
    assert relative_difference(expected, expected) == 0
    assert relative_difference(torch.zeros(2, 2), expected) == pytest.approx(1)
