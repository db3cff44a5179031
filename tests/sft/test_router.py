"""The router loss of a mixture of experts is transformers' own, and part of the step."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.packing import collate
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.loss import labelled_losses, whole_losses
from ifeval.finetuning.training.objectives import choose_objective
from ifeval.finetuning.training.router import RouterLoss, router_loss
from tests.sft.tiny import SIZES, documents, llama

OPTIONS = SftOptions(model="m", data=("d",), out=Path("o"))


def mixture(asked: bool) -> Any:
    from transformers import MixtralConfig, MixtralForCausalLM

    torch.manual_seed(0)
    return MixtralForCausalLM(
        MixtralConfig(
            **SIZES, num_hidden_layers=2, num_local_experts=4, output_router_logits=asked, router_aux_loss_coef=0.5
        )
    )


@pytest.mark.parametrize("losses", [labelled_losses, whole_losses])
def test_the_loss_is_that_of_transformers(losses: object) -> None:
    model = mixture(True)
    packs = [documents(1)]
    batch = collate(packs, 0)
    own = model(input_ids=batch.ids, labels=batch.labels, use_cache=False)
    objective = choose_objective(OPTIONS, losses, model)  # type: ignore[arg-type]
    ours = objective(model, batch, packs) / objective.size(packs[0])
    assert own.aux_loss > 0
    torch.testing.assert_close(ours, own.loss, rtol=1e-4, atol=1e-4)
    ours.backward()
    assert all(model.get_parameter(name).grad is not None for name, _ in model.named_parameters())
    copy.deepcopy(model)  # no graph is left in it


def test_only_models_that_ask_for_it_have_one() -> None:
    assert router_loss(mixture(False)) is None
    assert router_loss(llama()) is None


def test_a_router_loss_that_cannot_be_computed_is_refused() -> None:
    model = llama()
    model.config.output_router_logits = True
    with pytest.raises(UserError, match="output_router_logits"):
        RouterLoss(model)
