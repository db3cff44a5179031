"""Checkpoint directories for tests: tiny ones with weights of zeros, and a real one made worse."""

import json
import shutil
import struct
from collections.abc import Mapping
from pathlib import Path

CONFIG = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "max_position_embeddings": 512}
SHAPES = {
    "model.embed_tokens.weight": (8, 4),
    "model.layers.0.self_attn.q_proj.weight": (4, 4),
    "model.layers.1.self_attn.q_proj.weight": (4, 4),
}


def safetensors(shapes: Mapping[str, tuple[int, int]]) -> bytes:
    """A safetensors file of float32 zeros."""
    header, end = {}, 0
    for name, (rows, columns) in shapes.items():
        size = 4 * rows * columns
        header[name] = {"dtype": "F32", "shape": [rows, columns], "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(end)


def checkpoint(folder: Path, config: Mapping[str, object] = CONFIG) -> Path:
    """Write a checkpoint directory that `ifeval.models.resolve.resolve` accepts."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "generation_config.json").write_text('{"eos_token_id": 2}')
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    (folder / "tokenizer_config.json").write_text('{"chat_template": "{{ messages }}"}')
    (folder / "model.safetensors").write_bytes(safetensors(SHAPES))
    return folder


def adapter(folder: Path, module: str = "model.layers.1.self_attn.q_proj", columns: int = 4) -> Path:
    """Write a LoRA adapter of rank 2 on one module, whose input has `columns` columns."""
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA", "base_model_name_or_path": "org/base", "r": 2}')
    shapes = {
        f"base_model.model.{module}.lora_A.weight": (2, columns),
        f"base_model.model.{module}.lora_B.weight": (4, 2),
    }
    (folder / "adapter_model.safetensors").write_bytes(safetensors(shapes))
    return folder


def damage(source: Path, target: Path) -> None:
    """A copy of a checkpoint with noise of half a standard deviation on every weight matrix."""
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(source, target)
    generator = torch.Generator().manual_seed(0)
    weights = load_file(target / "model.safetensors")
    for name, weight in weights.items():
        if weight.ndim == 2:
            noise = torch.randn(weight.shape, generator=generator) * weight.float().std() / 2
            weights[name] = (weight.float() + noise).to(weight.dtype)
    (target / "model.safetensors").unlink()
    save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
