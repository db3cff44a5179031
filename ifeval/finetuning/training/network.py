"""The model to train: loaded, adapters put on, blocks compiled, noise hooked in; and which precision pays here."""

import math
import time
from collections.abc import Iterable
from typing import Any

import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.packing import Batch
from ifeval.finetuning.options import ALL_LINEAR, SftOptions
from ifeval.finetuning.training.four_bits import for_training
from ifeval.models.resolve import Model
from ifeval.util.lists import names

BF16_PAYS = 1.3
"""From this ratio of matrix-multiply times on, autocast's casts are worth their cost (docs/sft.md)."""

SMALL = 1e9  # parameters


def device_of_machine() -> torch.device:
    """The first GPU, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load_network(
    model: Model, options: SftOptions, device: torch.device, dtype: torch.dtype = torch.float32, packed: Any = None
) -> Any:
    """The checkpoint as a causal language model with weights of `dtype` on `device`, in training mode.

    packed: how linear layers are kept in fewer bits (`four_bits.quantization`), None for `dtype`.
    With `options.lora`, all weights are frozen and every linear layer of the body gets an adapter of that rank, in fp32.
    Raises UserError where transformers cannot load it, or peft is needed and not installed.
    """
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        more: dict[str, Any] = {"quantization_config": packed, "device_map": {"": device}} if packed else {}
        network: Any = AutoModelForCausalLM.from_pretrained(str(model.path), dtype=dtype, **more)
    except (ValueError, OSError, KeyError) as error:
        raise UserError(f"transformers cannot load {model.name}: {str(error).splitlines()[0]}") from error
    network = for_training(network) if packed else network.to(device)
    if options.gradient_checkpointing:
        network.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    if options.lora:
        network = with_adapters(network, options)
        if options.compile:  # else the first layer's input needs no gradient, and its code is another than the others'
            network.enable_input_require_grads()
    return network.train()


def with_adapters(network: Any, options: SftOptions) -> Any:
    """`network` with LoRA adapters (arXiv 2106.09685) on the modules that `options` name; the head is none by default.

    Raises UserError where peft is not installed, or the model has no module of a name.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        raise UserError("--lora needs peft: pip install 'ifeval-harness[sft]'") from None
    targets = [] if options.lora_target_modules == ALL_LINEAR else list(names(options.lora_target_modules))
    settings = LoraConfig(
        r=options.lora,
        lora_alpha=options.lora_alpha or 2 * options.lora,
        lora_dropout=options.lora_dropout,
        target_modules=targets or ALL_LINEAR,
        task_type="CAUSAL_LM",
    )
    known = {name.rpartition(".")[2] for name, _ in network.named_modules()}
    if missing := [target for target in targets if target.rpartition(".")[2] not in known]:
        raise UserError(
            f"--lora-target-modules: the model has no module {missing[0]}; give names such as q_proj,v_proj."
        )
    adapted: Any = get_peft_model(network, settings)
    module: Any
    for module in adapted.modules() if network.dtype != torch.float32 else ():
        if hasattr(module, "cast_input_dtype_enabled"):
            module.cast_input_dtype_enabled = False  # autocast gives adapters what they compute in
    return adapted


def blocks(network: Any) -> list[torch.nn.Module]:
    """The decoder layers, as the model's own class names them."""
    names = causal(network)._no_split_modules or ()
    return [module for module in network.modules() if type(module).__name__ in names]


def compile_blocks(network: Any) -> None:
    """Compile the decoder layers. They share their code, so one is compiled for all."""
    for block in blocks(network):
        block.compile()


def causal(network: Any) -> Any:
    """The causal language model itself, below the adapters put on it."""
    return network.get_base_model() if hasattr(network, "peft_config") else network


def trained(network: Any) -> Iterable[tuple[str, torch.nn.Parameter]]:
    """The parameters that are trained, by name."""
    return ((name, weight) for name, weight in network.named_parameters() if weight.requires_grad)


def default_learning_rate(network: Any, lora: bool) -> float:
    """2e-4 for adapters; for all weights 1e-4 below a billion of them, else 2e-5."""
    size = sum(parameter.numel() for parameter in network.parameters())
    return 2e-4 if lora else 1e-4 if size < SMALL else 2e-5


def asked_precision(options: SftOptions) -> str:
    """`--precision`, but bf16 over a base that is asked to be kept in fewer bits: adapters compute with it under autocast."""
    return "bf16" if options.lora and options.weights in ("bf16", "4bit") else options.precision


def choose_precision(precision: str, device: torch.device) -> torch.dtype | None:
    """The dtype to autocast to, None for plain fp32. "auto" tries a matrix multiply in both.

    Weights stay fp32 either way: a bf16 weight is too coarse to keep the small steps of fine-tuning.
    """
    if precision == "auto":
        if device.type == "cuda":
            precision = "bf16" if torch.cuda.is_bf16_supported() else "fp32"
        else:
            precision = (
                "bf16" if multiply_seconds(torch.float32) > BF16_PAYS * multiply_seconds(torch.bfloat16) else "fp32"
            )
    return torch.bfloat16 if precision == "bf16" else None


def multiply_seconds(dtype: torch.dtype, size: int = 1024) -> float:
    """The best of five times of one (size, size) matrix multiply on the CPU, in seconds."""
    left, right = torch.randn(size, size).to(dtype), torch.randn(size, size).to(dtype)
    best = math.inf
    for _ in range(5):
        started = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - started)
    return best


class Neftune:
    """Uniform noise on the embeddings while training, alpha / sqrt(length * width) at most (arXiv 2310.05914).

    The length is a document's own, whatever else is packed beside it. Call it with each batch before the forward pass.
    """

    def __init__(self, network: Any, alpha: float) -> None:
        self._alpha = alpha
        self._lengths: torch.Tensor | None = None
        network.get_input_embeddings().register_forward_hook(self._add)

    def __call__(self, batch: Batch) -> None:
        self._lengths = document_lengths(batch.positions)

    def _add(self, module: torch.nn.Module, _: Any, out: torch.Tensor) -> torch.Tensor:
        if not module.training or self._lengths is None:
            return out
        scale = self._alpha / (self._lengths * out.shape[-1]).sqrt()
        return out + (torch.rand_like(out) * 2 - 1) * scale[..., None].to(out.dtype)


def document_lengths(positions: torch.Tensor) -> torch.Tensor:
    """For each position of shape (rows, length) how long the document is that it belongs to."""
    numbers = (positions == 0).cumsum(-1) - 1
    lengths = torch.zeros_like(positions).scatter_add_(1, numbers, torch.ones_like(positions))
    return lengths.gather(1, numbers)
