"""Adapters merged into the weights they stand beside, one layer after the other: no second model is needed for it."""

import copy
from collections.abc import Iterator
from typing import Any

import torch

from ifeval.engines.machine import available_memory
from ifeval.errors import UserError
from ifeval.finetuning.training.attention import relative_difference
from ifeval.finetuning.training.four_bits import is_packed, packed_layers, unpack, unpacked
from ifeval.finetuning.training.memory import free_memory

TOLERANCE = 1e-3
"""Largest relative difference (L2) between what a layer gives with its adapter beside it and with it merged, in fp32."""

TRIED = 8
"""Random inputs per layer by which that is seen."""


def adapted_layers(network: Any) -> Iterator[Any]:
    """The layers with adapters."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    return (module for module in network.modules() if isinstance(module, BaseTunerLayer))


@torch.no_grad()
def merged(network: Any) -> tuple[Any, float]:
    """The causal model with its adapters merged in, and the largest relative difference of a layer's output in fp32.

    The sum is computed in fp32 and rounded once, to the dtype of the weights, bf16 for those kept in 4 bits; these move to
    main memory where the GPU has no room for them. Raises UserError beyond the tolerance.
    """
    network.eval()
    device = next(network.parameters()).device
    packed = any(packed_layers(network))
    if packed and device.type == "cuda" and free_memory(device) < unpacked_bytes(network):
        device = torch.device("cpu")
    worst = 0.0
    for layer in adapted_layers(network):
        whole, error = merged_layer(layer)
        worst = max(worst, error)
        base = layer.get_base_layer()
        if is_packed(base):
            layer.base_layer = whole.to(device, torch.bfloat16)
        else:
            base.weight.data.copy_(whole.weight)
    if not worst <= TOLERANCE:
        raise UserError(
            f"Merging the adapters changes what a layer gives by {worst:.2g} of it; keep them apart with --keep-adapter."
        )
    plain = network.unload()
    return (unpack(plain, torch.bfloat16, device) if packed else plain), worst


@torch.no_grad()
def merged_layer(layer: Any) -> tuple[torch.nn.Module, float]:
    """A layer's base in fp32 with its adapter added, and the relative difference of what it gives from the two of them.

    The layer itself is as it was. Raises UserError for one that cannot be merged.
    """
    base = layer.get_base_layer()
    whole = unpacked(base) if is_packed(base) else copy.deepcopy(base).float()
    apart = copy.deepcopy(whole)
    try:
        (name,) = layer.active_adapters
        whole.weight.data += layer.get_delta_weight(name).to(whole.weight)
        inputs = _inputs(whole)
        layer.base_layer = apart
        together = layer(inputs)
    except (AttributeError, NotImplementedError, TypeError, ValueError, RuntimeError) as error:
        raise UserError(
            f"Adapters on a {type(base).__name__} cannot be merged ({str(error).splitlines()[0]}); keep them apart with "
            "--keep-adapter, or choose others with --lora-target-modules."
        ) from None
    finally:
        layer.base_layer = base
    return whole, relative_difference(whole(inputs), together)


def _inputs(layer: torch.nn.Module) -> torch.Tensor:
    """Random inputs of a layer, from a generator of their own: a training's random numbers stay the same."""
    weight: Any = layer.weight
    if isinstance(layer, torch.nn.Embedding):
        return torch.arange(min(TRIED, layer.num_embeddings), device=weight.device)
    width: Any = getattr(layer, "in_features", None) or weight.shape[0]  # transformers' Conv1D has them first
    return torch.randn(TRIED, width, generator=torch.Generator().manual_seed(0)).to(weight.device)


def rehearse_merging(network: Any) -> None:
    """Merge one layer of each kind with a random adapter, and see that all will have room, before anything is trained.

    Raises UserError where merging would fail at the end, or leave another model than the one that was trained.
    """
    _check_ties(network)
    for layer in {(type(layer), type(layer.get_base_layer())): layer for layer in adapted_layers(network)}.values():
        tried = copy.deepcopy(layer).eval()
        generator = torch.Generator().manual_seed(0)
        for name, weight in tried.named_parameters():
            if "lora" in name:
                weight.data.copy_(torch.randn(weight.shape, generator=generator))
        _, error = merged_layer(tried)
        if not error <= TOLERANCE:
            raise UserError(
                f"Adapters on a {type(layer.get_base_layer()).__name__} cannot be merged (its output moves by {error:.2g} "
                "of itself); keep them apart with --keep-adapter."
            )
    wanted = unpacked_bytes(network) if any(packed_layers(network)) else 0
    if wanted > available_memory():
        raise UserError(
            f"Merging takes {wanted / 2**30:.1f} GiB of main memory at the end, and there are "
            f"{available_memory() / 2**30:.1f}; keep the adapters apart with --keep-adapter."
        )


def unpacked_bytes(network: Any) -> int:
    """Bytes of the model in bf16, its layers in 4 bits unpacked."""
    packed = {id(layer.weight) for _, layer in packed_layers(network)}
    plain = sum(weight.numel() for weight in network.parameters() if id(weight) not in packed)
    return 2 * (plain + sum(layer.in_features * layer.out_features for _, layer in packed_layers(network)))  # type: ignore[operator,misc]


def _check_ties(network: Any) -> None:
    """An adapter on embeddings that are the head too would change the head with them."""
    tied: Any = network.get_input_embeddings()
    head: Any = network.get_output_embeddings()
    shared = [getattr(part, "base_layer", part).weight for part in (tied, head) if part is not None]
    if len(shared) < 2 or shared[0] is not shared[1]:
        return
    if any(layer.get_base_layer().weight is shared[0] for layer in adapted_layers(network)):
        raise UserError(
            "--lora-target-modules: the embeddings of this model are its head too, and merging would change both; name other "
            "modules, or keep the adapters apart with --keep-adapter."
        )
