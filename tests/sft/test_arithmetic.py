"""What a training takes, told from the config: counts against models on the meta device, and the two sizes that must fit."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from ifeval.cli import app
from ifeval.errors import UserError
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.arithmetic import Architecture, memory, operations
from ifeval.finetuning.training.loss import GPU_CHUNK
from ifeval.finetuning.training.rounding import CHUNK
from tests.sft.tiny import SIZES, llama

LLAMA_8B = {
    "vocab_size": 128_256,
    "hidden_size": 4096,
    "intermediate_size": 14_336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
}
CONFIGS: dict[str, dict[str, Any]] = {
    "LlamaConfig": {"num_hidden_layers": 3, "tie_word_embeddings": True, "attention_bias": True},
    "Qwen2Config": {"num_hidden_layers": 2},
    "Qwen3Config": {"num_hidden_layers": 2, "head_dim": 32},
    "Gemma3TextConfig": {"num_hidden_layers": 2, "head_dim": 32},
    "MixtralConfig": {"num_hidden_layers": 2, "num_local_experts": 4},
    "Qwen3MoeConfig": {
        "num_hidden_layers": 2,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 48,
    },
}
BASE = SftOptions(model="m", data=("d",), out=Path("o"), max_length=4096, gradient_checkpointing=True)


def config_of(kind: str, **settings: Any) -> Any:
    """A config of transformers, whose classes no worker needs to collect tests."""
    return getattr(import_module("transformers"), kind)(**settings)


def llama_8b() -> Any:
    return config_of("LlamaConfig", **LLAMA_8B)


def on_meta(config: Any) -> Any:
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("LlamaConfig", LLAMA_8B), *((kind, SIZES | settings) for kind, settings in CONFIGS.items())],
)
def test_parameters_are_those_of_the_model(kind: str, settings: dict[str, Any]) -> None:
    config = config_of(kind, **settings)
    counted = sum(weight.numel() for weight in on_meta(config).parameters())
    assert Architecture.of(config).parameters == counted


@pytest.mark.parametrize("targets", ["all-linear", "q_proj,v_proj"])
def test_adapters_are_those_of_peft(targets: str) -> None:
    pytest.importorskip("peft")
    from ifeval.finetuning.training.network import with_adapters

    config = config_of("LlamaConfig", **SIZES | CONFIGS["LlamaConfig"] | {"num_hidden_layers": 2})
    network = with_adapters(llama(attention_bias=True), replace(BASE, lora=4, lora_target_modules=targets))
    counted = sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    assert Architecture.of(config).adapters(4, targets) == counted


def test_eight_billion_parameters_fit() -> None:
    eight = Architecture.of(llama_8b())
    adapters = memory(eight, replace(BASE, lora=16), "bf16", True, GPU_CHUNK, 0)
    assert 16e9 < adapters.total < 24e9
    packed = memory(eight, replace(BASE, lora=16, weights="4bit"), "4bit", True, GPU_CHUNK, 0)
    assert 6e9 < packed.total < adapters.total - 9e9
    whole = memory(eight, BASE, "bf16", True, GPU_CHUNK, 40 * CHUNK)
    assert 64e9 < whole.total < 75e9
    assert memory(eight, BASE, "fp32", True, GPU_CHUNK, 0).total > 128e9


def test_settings_count() -> None:
    eight = Architecture.of(llama_8b())

    def total(**settings: Any) -> int:
        return memory(eight, replace(BASE, **settings), "bf16", True, GPU_CHUNK, 0).total

    assert total() < total(gradient_checkpointing=False)
    assert total(max_length=1024) < total() < total(rows=2)
    assert total() < total(method="dpo")
    assert operations(eight, replace(BASE, lora=16)) < operations(eight, BASE)
    assert operations(eight, replace(BASE, gradient_checkpointing=False)) == pytest.approx(6 * 7.5e9, rel=0.01)


def test_a_config_without_sizes_is_refused() -> None:
    with pytest.raises(UserError, match="has no hidden_size"):
        Architecture.of(config_of("PreTrainedConfig"))


def test_doctor_says_what_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ifeval.cli.doctor_sft.matrix_speed", lambda device, dtype: 1e12)
    monkeypatch.setattr("ifeval.finetuning.training.memory.free_memory", lambda device: 24 * 2**30)
    monkeypatch.setattr("ifeval.cli.doctor.data_lines", lambda tasks: ())
    monkeypatch.setattr("ifeval.cli.doctor.engine_lines", lambda: ())
    monkeypatch.setattr("ifeval.cli.doctor.model_lines", lambda model, template: ())
    llama_8b().save_pretrained(tmp_path)
    flags = ["doctor", "--sft", "--model", str(tmp_path), "--precision", "bf16", "--max-length", "4096"]
    small = CliRunner().invoke(app, [*flags, "--lora", "16", "--gradient-checkpointing"])
    assert small.exit_code == 0, small.output
    assert "8.03B parameters, weights in bf16" in small.output
    assert "tokens per second" in small.output
    large = CliRunner().invoke(app, flags)
    assert isinstance(large.exception, UserError)
    assert "it fits with --gradient-checkpointing --weights bf16 --lora 16" in large.output
    monkeypatch.setattr("ifeval.finetuning.training.memory.free_memory", lambda device: 12 * 2**30)
    packed = CliRunner().invoke(app, flags)
    assert "it fits with --gradient-checkpointing --weights 4bit --lora 16" in packed.output
    wrong = CliRunner().invoke(app, ["doctor", "--lora", "16"])
    assert "there is no such flag" in str(wrong.exception)
    misspelt = CliRunner().invoke(app, [*flags, "--lorra", "16"])
    assert "--lorra" in str(misspelt.exception)
