"""Does a model fit, and over how many devices: arithmetic before anything is loaded.

A device holds its share of the weights and of the keys and values of at least one sequence of full length. Tensor
parallelism splits both, keys and values over at most as many devices as there are key-value heads; pipeline parallelism
splits the layers, and with them both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.models.tokenizer_files import read_json
from ifeval.util.shapes import fields, or_null

USABLE_SHARE = 0.9
"""The share of a GPU's memory in use, as vLLM's default `gpu_memory_utilization`."""

WORKSPACE = 3 << 29
"""Bytes a device needs besides weights and cache (activations, CUDA graphs): 1.5 GiB."""

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a model takes: bytes of weights, bytes of keys and values per token, and the heads these divide by."""

    weights: int
    kv_per_token: int
    heads: int
    kv_heads: int

    def share(self, tensor: int, pipeline: int, context: int) -> int:
        """Bytes on each device for the weights and one sequence of `context` tokens."""
        cache = self.kv_per_token * context / (min(tensor, self.kv_heads) * pipeline)
        return ceil(self.weights / (tensor * pipeline) + cache)


@dataclass(frozen=True, slots=True)
class Devices:
    """`count` alike devices with `memory` bytes each that may be used."""

    count: int
    memory: int
    kind: str = "GPU"


def _size(value: Any) -> str | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 32
    return None if fits else " is not a size"


SIZES = fields(
    {},
    {
        **dict.fromkeys(("num_hidden_layers", "num_attention_heads", "hidden_size"), _size),
        **dict.fromkeys(("num_key_value_heads", "head_dim"), or_null(_size)),
    },
)
"""The sizes that a config may name."""


def kv_bytes_per_token(config: Mapping[str, Any], bytes_per_value: int = 2) -> int:
    """Bytes of keys and values of one token: 2 x layers x key-value heads x head size x bytes per value."""
    text = config.get("text_config", config)
    layers, heads = text.get("num_hidden_layers", 32), text.get("num_attention_heads", 32)
    head_size = text.get("head_dim") or text.get("hidden_size", 4096) // heads
    return 2 * layers * (text.get("num_key_value_heads") or heads) * head_size * bytes_per_value


def footprint(checkpoint: Path) -> Footprint:
    """From a checkpoint's files and config.json; 32-bit weights count half, since they are served in 16 bits."""
    config = read_json(checkpoint / "config.json")
    text = config.get("text_config", config)
    if problem := SIZES(text):
        raise UserError(f"{checkpoint / 'config.json'} is damaged: {problem.strip(' .')}; copy it again.")
    stored = sum(file.stat().st_size for file in checkpoint.glob("*.safetensors"))
    single = (config.get("dtype") or config.get("torch_dtype")) == "float32"
    heads = text.get("num_attention_heads", 32)
    return Footprint(
        weights=stored // 2 if single else stored,
        kv_per_token=kv_bytes_per_token(config),
        heads=heads,
        kv_heads=text.get("num_key_value_heads") or heads,
    )


def smallest_tensor_size(model: Footprint, devices: Devices, context: int, pipeline: int = 1) -> int:
    """The least number of devices for `--tp auto`: it divides the attention heads, and the model fits.

    Raises UserError in one line where no number does.
    """
    sizes = [size for size in range(1, devices.count // pipeline + 1) if model.heads % size == 0]
    for size in sizes:
        if model.share(size, pipeline, context) + WORKSPACE <= devices.memory:
            return size
    raise UserError(_too_large(model, devices, max(sizes, default=1), pipeline, context))


def require_fit(model: Footprint, devices: Devices, tensor: int, pipeline: int, context: int) -> None:
    """Raise UserError in one line where a model will not fit, or asks for more devices than there are."""
    if tensor * pipeline > devices.count:
        raise UserError(f"--tp {tensor} --pp {pipeline} needs {tensor * pipeline} devices; there are {devices.count}.")
    if model.share(tensor, pipeline, context) + WORKSPACE > devices.memory:
        raise UserError(_too_large(model, devices, tensor, pipeline, context))


def _too_large(model: Footprint, devices: Devices, tensor: int, pipeline: int, context: int) -> str:
    share = model.share(tensor, pipeline, context) + WORKSPACE
    return (
        f"The model does not fit: {model.weights / GIB:.1f} GiB of weights and "
        f"{model.kv_per_token * context / GIB:.2f} GiB of keys and values ({context} tokens) over "
        f"--tp {tensor} --pp {pipeline} need {share / GIB:.1f} GiB on each {devices.kind}, of which "
        f"{devices.memory / GIB:.1f} GiB can be used; give more devices, a shorter --max-tokens, or a quantised model."
    )
