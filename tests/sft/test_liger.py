"""Liger's fused loss: refused where it cannot run; run in Triton's interpreter where the package is there."""

# ruff: noqa: F811 - pytest's fixtures are arguments of their own names

import importlib.util
import os
from dataclasses import replace

import pytest
import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.packing import collate
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training import liger
from ifeval.finetuning.training.loop import train
from ifeval.finetuning.training.loss import whole_losses
from tests.sft.test_train import Watch, base, options, own_cache  # noqa: F401
from tests.sft.tiny import documents, llama, pack

HERE = importlib.util.find_spec("liger_kernel") is not None and os.environ.get("TRITON_INTERPRET") == "1"
interpreted = pytest.mark.skipif(not HERE, reason="needs liger-kernel and TRITON_INTERPRET=1")


def test_what_it_needs_is_told(options: SftOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    monkeypatch.setattr(liger, "installed", lambda package: False)
    with pytest.raises(UserError, match="pip install liger-kernel"):
        train(replace(options, liger=True), Watch())
    monkeypatch.setattr(liger, "installed", lambda package: True)
    with pytest.raises(UserError, match="needs a GPU"):
        liger.require_liger(torch.device("cpu"), 1)
    with pytest.raises(UserError, match="one process"):
        liger.require_liger(torch.device("cuda"), 2)


def test_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(model: object, batch: object) -> torch.Tensor:
        found = whole_losses(model, batch)  # type: ignore[arg-type]
        return found.detach() + found.mean() - found.mean().detach()

    monkeypatch.setattr(liger, "liger_losses", forgetful)
    with pytest.raises(UserError, match="gradient is wrong"):
        liger.check_liger(llama(), collate(pack(documents(4), 64), padding=0))
    monkeypatch.setattr(liger, "liger_losses", lambda model, batch: 2 * whole_losses(model, batch))
    with pytest.raises(UserError, match="another loss"):
        liger.check_liger(llama(), collate(pack(documents(4), 64), padding=0))
    monkeypatch.setattr(liger, "liger_losses", whole_losses)
    liger.check_liger(llama(), collate(pack(documents(4), 64), padding=0))


@interpreted
def test_the_kernel_gives_this_loss_and_its_gradient() -> None:
    """Without a cap of the logits, which Triton's interpreter cannot compute."""
    liger.check_liger(llama(), collate(pack(documents(4), 64), padding=0))


@interpreted
def test_it_trains_as_without(options: SftOptions) -> None:
    settings = replace(options, max_steps=2, neftune=0.0)
    with_it, without = Watch(), Watch()
    train(replace(settings, liger=True), with_it)
    train(replace(settings, out=options.out.with_name("plain")), without)
    assert [step.loss for step in with_it.steps] == pytest.approx([step.loss for step in without.steps], rel=1e-4)
