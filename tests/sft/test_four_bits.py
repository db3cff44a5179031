"""A base in 4 bits under adapters, and merging layer by layer. Where bitsandbytes is not installed, only its absence."""

# ruff: noqa: F811 - pytest's fixtures are arguments of their own names

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from ifeval.errors import UserError
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training import four_bits, merging
from ifeval.finetuning.training.export import RECORD
from ifeval.finetuning.training.loop import train
from ifeval.finetuning.training.network import with_adapters
from tests.sft.test_train import Watch, base, options, own_cache, weights  # noqa: F401
from tests.sft.tiny import llama

HERE = importlib.util.find_spec("bitsandbytes") is not None
needs_it = pytest.mark.skipif(not HERE, reason="bitsandbytes is not installed")


@needs_it
def test_a_base_in_4_bits_learns_resumes_and_merges(options: SftOptions, base: Path, tmp_path: Path) -> None:
    settings = replace(options, lora=4, weights="4bit", precision="auto", max_steps=30, neftune=0.0, learning_rate=1e-2)
    watch = Watch()
    out = train(settings, watch)
    assert watch.steps[-1].loss < 0.9 * watch.steps[0].loss
    training = json.loads((out / RECORD).read_text())["training"]
    assert training["weights"] == "4bit"
    assert training["merge_error"] < merging.TOLERANCE
    assert "quantization_config" not in json.loads((out / "config.json").read_text())
    before, after = weights(base), weights(out)
    assert before.keys() == after.keys()
    assert {tensor.dtype for tensor in after.values()} == {torch.bfloat16}
    assert torch.equal(before["model.embed_tokens.weight"].bfloat16(), after["model.embed_tokens.weight"])
    kept = train(replace(settings, out=tmp_path / "kept", max_steps=2, keep_adapter=True), Watch())
    assert (kept / "adapter_config.json").is_file()


@needs_it
def test_what_is_merged_is_what_was_computed() -> None:
    from bitsandbytes.nn import Linear4bit

    whole = torch.nn.Linear(64, 32)
    layer = Linear4bit(64, 32, compute_dtype=torch.float32, quant_type="nf4")
    layer.load_state_dict(whole.state_dict())
    layer = layer.to("cpu")
    if not four_bits.is_packed(layer):
        layer.weight = layer.weight._quantize("cpu")
    inputs = torch.randn(5, 64)
    assert torch.allclose(four_bits.unpacked(layer)(inputs), layer(inputs), atol=1e-2)
    assert four_bits.unpacked(layer).weight.shape == whole.weight.shape


def test_4_bits_need_bitsandbytes_adapters_and_one_process(
    options: SftOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(four_bits, "installed", lambda package: False)
    with pytest.raises(UserError, match="pip install bitsandbytes"):
        train(replace(options, lora=4, weights="4bit", precision="auto"), Watch())
    with pytest.raises(UserError, match="give --lora a rank"):
        replace(options, weights="4bit", precision="auto").check()


def adapted(settings: SftOptions, dtype: torch.dtype = torch.float32) -> Any:
    return with_adapters(llama().to(dtype), settings)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_merging_is_exact_and_needs_one_layer_at_a_time(options: SftOptions, dtype: torch.dtype) -> None:
    network = adapted(replace(options, lora=4, lora_dropout=0.5), dtype)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.1)
    ids = torch.arange(2, 30)[None]
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
        expected = network.eval()(input_ids=ids).logits
    before = torch.random.get_rng_state()
    plain, error = merging.merged(network)
    assert torch.equal(before, torch.random.get_rng_state())
    assert error < 1e-5
    close = 1e-4 if dtype == torch.float32 else 0.1
    assert torch.allclose(plain(input_ids=ids).logits.float(), expected.float(), atol=close)
    assert not any("lora" in name for name, _ in plain.named_parameters())


def test_merging_is_tried_before_anything_is_trained(options: SftOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(options, lora=4)
    merging.rehearse_merging(adapted(settings))
    with pytest.raises(UserError, match="its head too"):
        merging.rehearse_merging(adapted(replace(settings, lora_target_modules="embed_tokens")))
    monkeypatch.setattr(merging, "relative_difference", lambda found, expected: 0.5)
    watch = Watch()
    with pytest.raises(UserError, match=r"cannot be merged.*--keep-adapter"):
        train(settings, watch)
    assert not watch.steps
