"""What a training's steps are made of: which examples, at which rate, with which noise."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ifeval.finetuning.data.batches import Batches
from ifeval.finetuning.data.packing import collate
from ifeval.finetuning.training.network import Neftune, document_lengths
from ifeval.finetuning.training.schedule import schedule
from tests.sft.tiny import documents, llama


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 5))
def test_an_epoch_shows_every_example_once(examples: int, batch: int, seed: int) -> None:
    made = [[document] for document in documents(examples)]
    batches = Batches(made, batch, seed)
    steps = batches.steps(1)
    assert steps == -(-examples // batch)
    for epoch in range(2):
        seen = [d.place for step in range(epoch * steps, (epoch + 1) * steps) for d in batches.documents(step)]
        assert sorted(seen) == sorted(unit[0].place for unit in made)


@given(st.integers(1, 300), st.floats(0, 0.9))
def test_the_rate_rises_then_falls(steps: int, warmup: float) -> None:
    rates = [schedule(step, steps, warmup) for step in range(steps)]
    top = rates.index(max(rates))
    assert max(rates) == pytest.approx(1)
    assert all(0 < rate <= 1 for rate in rates)
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)


def test_noise_is_scaled_by_each_documents_own_length() -> None:
    packed = collate([documents(3)], padding=0)
    lengths = document_lengths(packed.positions)[0].tolist()
    assert lengths == [len(document.ids) for document in documents(3) for _ in document.ids]
    model = llama()
    noise = Neftune(model, 5.0)
    noise(packed)
    table: Any = model.get_input_embeddings()
    shift = (table(packed.ids) - table.weight[packed.ids]).abs()[0]
    bound = 5.0 / (torch.tensor(lengths) * 64).sqrt()
    assert (shift.amax(-1) <= bound).all()
    assert (shift.amax(-1) > 0.5 * bound).all()
    model.eval()
    assert torch.equal(table(packed.ids), table.weight[packed.ids])
