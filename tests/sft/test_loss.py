"""The loss of labelled positions equals the model's own; accumulation does not change a gradient."""

import pytest
import torch

from ifeval.finetuning.data.encode import Document
from ifeval.finetuning.data.packing import collate
from ifeval.finetuning.training import loss
from ifeval.finetuning.training.loss import choose_losses, labelled_losses, whole_losses
from tests.sft.tiny import documents, gemma, llama, pack

MODELS = {"llama": llama, "gemma2": lambda: gemma(2), "gemma3": lambda: gemma(3)}


def gradients(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("name", MODELS)
def test_value_and_gradient_are_the_models_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss, "CHUNK", 320 * 7)  # seven positions a chunk
    model = MODELS[name]()
    batch = collate(pack(documents(6), 64), padding=0)
    own = whole_losses(model, batch)
    own.sum().backward()
    expected = gradients(model)
    model.zero_grad()
    ours = labelled_losses(model, batch)
    ours.sum().backward()
    assert len(ours) == int((batch.labels[:, 1:] != -100).sum())
    torch.testing.assert_close(ours, own, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(gradients(model), expected, rtol=1e-4, atol=1e-5)
    assert choose_losses(model, batch) is labelled_losses


def test_a_head_that_is_more_than_linear_is_left_to_the_model() -> None:
    class Odd(type(llama())):
        def forward(self, *arguments: object, **settings: object) -> object:
            out = super().forward(*arguments, **settings)
            out.logits = out.logits * 3
            return out

    torch.manual_seed(0)
    assert choose_losses(Odd(llama().config), collate(pack(documents(4), 64), padding=0)) is whole_losses


def window_gradient(model: torch.nn.Module, packs: list[list[Document]], rows: int) -> dict[str, torch.Tensor]:
    """The gradient of one window of packs, `rows` packs a forward pass, normalised by the window's trained tokens."""
    model.zero_grad()
    batches = [collate(packs[at : at + rows], padding=0) for at in range(0, len(packs), rows)]
    trained = sum(int((batch.labels != -100).sum()) for batch in batches)
    for batch in batches:
        (labelled_losses(model, batch).sum() / trained).backward()
    return gradients(model)


def test_accumulation_changes_nothing() -> None:
    model = llama()
    packs = pack(documents(20), 64)[:8]
    assert len({sum(document.trained for document in one) for one in packs}) > 1  # uneven windows are the trap
    one = window_gradient(model, packs, rows=8)
    torch.testing.assert_close(window_gradient(model, packs, rows=4), one, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(window_gradient(model, packs, rows=1), one, rtol=1e-4, atol=1e-6)
