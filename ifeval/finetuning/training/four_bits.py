"""A frozen base kept in 4 bits under adapters (QLoRA, Dettmers et al. 2023, arXiv 2305.14314), by bitsandbytes.

The linear layers of the body are kept in NF4 with their scales quantised too, half a byte per parameter; embeddings,
norms and the head stay in bf16. What is computed is the dequantised layer, so that is what adapters are merged into.
"""

from collections.abc import Iterator
from typing import Any

import torch

from ifeval.engines.machine import installed
from ifeval.errors import UserError

BYTES = 0.516
"""Per parameter: 4 bits, 8 bits of scale per 64 of them, 32 bits of scale per 256 of those."""


def quantization(computing: torch.dtype) -> Any:
    """What transformers loads a model in 4 bits by; computing: the dtype of the products.

    Raises UserError where bitsandbytes is not installed.
    """
    if not installed("bitsandbytes") or not installed("accelerate"):
        raise UserError("--weights 4bit needs bitsandbytes: pip install bitsandbytes accelerate")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=computing,
    )


def for_training(network: Any) -> Any:
    """`network` as it is loaded; on a CPU its layers are not repacked for inference at their first evaluation.

    bitsandbytes 0.50 does that where the CPU multiplies in bf16, and such a layer has no gradient.
    """
    for _, layer in packed_layers(network):
        layer.support_avx512bf16_for_cpu = False  # type: ignore[assignment]
    return network


def is_packed(layer: torch.nn.Module) -> bool:
    """Is the layer kept in 4 bits? (An adapter around one shows its weight as its own, and is none.)"""
    return getattr(layer._parameters.get("weight"), "quant_state", None) is not None


def unpacked(layer: Any) -> torch.nn.Linear:
    """The layer as it is computed with, a linear layer in fp32 on its own device."""
    from bitsandbytes.functional import dequantize_4bit

    weight = dequantize_4bit(layer.weight.data, layer.weight.quant_state).float()
    with torch.device("meta"):
        whole = torch.nn.Linear(layer.in_features, layer.out_features, bias=layer.bias is not None)
    whole.weight = torch.nn.Parameter(weight, requires_grad=False)
    if layer.bias is not None:
        whole.bias = torch.nn.Parameter(layer.bias.data.float(), requires_grad=False)
    return whole


def packed_layers(network: torch.nn.Module) -> Iterator[tuple[str, torch.nn.Module]]:
    """The layers that are kept in 4 bits, by name."""
    return ((name, module) for name, module in network.named_modules() if is_packed(module))


def unpack(network: Any, dtype: torch.dtype, device: torch.device) -> Any:
    """`network` on `device` with no layer in 4 bits any more: what was is in `dtype`, and its config says nothing of it."""
    for name, layer in list(packed_layers(network)):
        network.set_submodule(name, unpacked(layer).to(device, dtype))
    if getattr(network, "is_quantized", False):
        network.hf_quantizer.remove_quantization_config(network)
    return network.to(device)
