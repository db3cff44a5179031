"""Packed or not: as asked, by what attention can do, else by time; and a resumed training keeps what its start decided."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.packing import Layout
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training import layout as choosing
from ifeval.finetuning.training.attention import NAME
from ifeval.finetuning.training.decided import DECIDED, Decisions
from ifeval.finetuning.training.export import CONFIG, RECORD
from ifeval.finetuning.training.layout import choose_packing, described, first_row, isolated, layout_speeds
from ifeval.finetuning.training.loop import STATE, train
from ifeval.finetuning.training.loss import labelled_losses
from ifeval.finetuning.training.parallel import SingleProcess
from tests.sft.families import family
from tests.sft.test_train import Watch
from tests.sft.tiny import documents, gemma, llama


def never() -> tuple[float, float]:
    raise AssertionError("nothing is measured here")


def test_the_choice() -> None:
    assert choose_packing(True, 0.0, "sdpa", never) == {"packed": True, "because": "asked for"}
    assert choose_packing(False, None, NAME, never) == {"packed": False, "because": "asked for"}
    assert choose_packing(None, 0.0, NAME, never)["packed"]
    assert not choose_packing(None, None, "sdpa", never)["packed"]
    assert choose_packing(None, 0.0, "sdpa", lambda: (20.0, 10.0))["packed"]
    slow = choose_packing(None, 0.0, "sdpa", lambda: (257.0, 332.04))
    assert slow == {"packed": False, "because": "faster", "tokens_per_second": {"packed": 257.0, "unpacked": 332.0}}
    assert described(slow) == "documents unpacked (332 tokens/s, packed 257)"
    assert described(choose_packing(False, None, NAME, never)) == "documents unpacked (asked for)"


def test_a_model_that_mixes_documents_is_trained_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> float:
        raise UserError("they see each other; train with --no-packing.")

    monkeypatch.setattr(choosing, "check_isolation", refuse)
    pair = documents(2)
    assert isolated(llama(), pair, Layout(True, 64), None) is None
    assert isolated(llama(), pair, Layout(True, 64), False) is None
    with pytest.raises(UserError, match="--no-packing"):
        isolated(llama(), pair, Layout(True, 64), True)


@pytest.mark.parametrize("paired", [True, False])
def test_measuring_leaves_nothing_behind(paired: bool) -> None:
    model, layout = gemma(2), Layout(True, 64, paired=paired)
    state = torch.get_rng_state()
    speeds = layout_speeds(model, labelled_losses, documents(8), layout)
    assert min(speeds) > 0
    assert all(weight.grad is None for weight in model.parameters())
    assert torch.equal(torch.get_rng_state(), state)
    sample = first_row(documents(8), layout)
    assert 1 <= len(layout.packs(sample)) <= 2
    assert len(first_row(documents(1, longest=6), Layout(True, 3))) == 1


def test_decisions_are_of_one_training(tmp_path: Path) -> None:
    group = SingleProcess()
    assert Decisions(tmp_path / "a", "one", group).once("packing", lambda: {"packed": True}) == {"packed": True}
    again = Decisions(tmp_path / "a", "one", group)
    assert again.once("packing", never) == {"packed": True}
    assert again.once("weights", lambda: "bf16") == "bf16"
    assert Decisions(tmp_path / "a", "two", group).once("weights", lambda: "fp32") == "fp32"
    (tmp_path / "a" / DECIDED).write_text("[")
    assert Decisions(tmp_path / "a", "two", group).once("weights", lambda: "4bit") == "4bit"
    (tmp_path / "b").write_text("in the way")
    with pytest.raises(UserError, match="cannot be written"):
        Decisions(tmp_path / "b", "one", group).once("weights", lambda: "fp32")


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SftOptions:
    """Of a model whose attention needs masks, so that time decides."""
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    base, data = tmp_path / "base", tmp_path / "made.jsonl"
    gemma(2).save_pretrained(base)
    family("qwen2.5").save_pretrained(base)
    rows = [{"prompt": f"say {i}", "completion": f"{i} is said " * (1 + i % 4)} for i in range(24)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    shared = {"max_steps": 4, "max_length": 128, "batch": 6, "learning_rate": 3e-3, "precision": "fp32"}
    return SftOptions(model=str(base), data=(str(data),), out=tmp_path / "out", **shared)  # type: ignore[arg-type]


class Said(Watch):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_a_resumed_training_keeps_the_layout_of_its_start(
    options: SftOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ifeval.finetuning.training.setup.layout_speeds", lambda *_: (10.0, 20.0))
    whole, said = replace(options, out=tmp_path / "whole"), Said()
    train(whole, said)
    assert any("documents unpacked (20 tokens/s, packed 10)" in note for note in said.notes)
    found = json.loads((whole.out / RECORD).read_text())
    assert found["training"]["packing"]["packed"] is False
    assert "packing = false" in (whole.out / CONFIG).read_text()
    assert not (whole.out / STATE / DECIDED).exists()
    with pytest.raises(KeyboardInterrupt):
        train(options, Watch({2: lambda: os.kill(os.getpid(), signal.SIGTERM)}))
    monkeypatch.setattr("ifeval.finetuning.training.setup.layout_speeds", lambda *_: (20.0, 10.0))
    train(replace(options, resume=True), Watch())
    assert (whole.out / "model.safetensors").read_bytes() == (options.out / "model.safetensors").read_bytes()
    packed = Said()
    train(replace(options, out=tmp_path / "packed"), packed)
    assert any("documents packed (20 tokens/s, unpacked 10)" in note for note in packed.notes)
    losses = [[step.loss for step in watch.steps] for watch in (said, packed)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
