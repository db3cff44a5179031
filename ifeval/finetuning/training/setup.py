"""From a checkpoint to a network that is ready for its first step: kept, spread, attending, proven isolated, compiled."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.packing import Batch, collate
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.attention import choose_attention
from ifeval.finetuning.training.four_bits import quantization
from ifeval.finetuning.training.isolation import TOKENS, check_isolation
from ifeval.finetuning.training.liger import check_liger, liger_losses, require_liger
from ifeval.finetuning.training.loss import TokenLosses, choose_losses, labelled_losses
from ifeval.finetuning.training.memory import choose_kept, free_memory
from ifeval.finetuning.training.merging import rehearse_merging
from ifeval.finetuning.training.network import asked_precision, choose_precision, compile_blocks, load_network, trained
from ifeval.finetuning.training.parallel import Packs, ProcessGroup
from ifeval.finetuning.training.rounding import RoundingAdamW
from ifeval.models.resolve import Model


@dataclass(frozen=True, slots=True)
class Ready:
    """A network that can be trained. `record`: the choices made, for the record of the training.

    fresh: loads the network on a device as it once was. cast: the precision to compute in. width: tokens that every row
    is padded to, 0 for those of the longest in its batch.
    """

    network: Any
    token_losses: TokenLosses
    fresh: Callable[[torch.device], Any]
    cast: Callable[[], AbstractContextManager[Any]]
    padding: int
    width: int
    record: dict[str, Any]
    _options: SftOptions

    @property
    def precision(self) -> Literal["fp32", "bf16"]:
        """What `--precision` chose."""
        return "fp32" if self.record["precision"] == "fp32" else "bf16"

    def collate(self, packs: Packs, device: torch.device) -> Batch:
        """The batch of some packs, on `device`."""
        return collate(packs, self.padding, self._options.packing, self.width).to(device)

    def optimizer(self, rate: float) -> torch.optim.Optimizer:
        """AdamW over what is trained, in the form that fits the dtype of the weights."""
        weights = [weight for _, weight in trained(self.network)]
        decay = self._options.weight_decay
        if any(weight.dtype == torch.bfloat16 for weight in weights):
            return RoundingAdamW(weights, lr=rate, weight_decay=decay, compiled=self._options.compile)
        return torch.optim.AdamW(weights, lr=rate, weight_decay=decay, fused=True)


def set_up(options: SftOptions, model: Model, packs: Packs, padding: int, group: ProcessGroup) -> Ready:
    """Load the network of `model` and choose what is left to choose. Everything is tried on a few tokens.

    Raises UserError where the model cannot be trained as asked.
    """
    if options.liger:
        require_liger(group.device, group.size)
    lower = group.from_leader(partial(choose_precision, asked_precision(options), group.device))
    kept = group.from_leader(
        lambda: choose_kept(options.weights, model.parameters, bool(options.lora), lower, free_memory(group.device))
    )
    if kept != "fp32" and group.size > 1:
        if options.weights != "auto":
            raise UserError(
                f"--weights {kept} is for one process; several spread fp32 weights over their memory instead."
            )
        kept = "fp32"
    packed = quantization(lower or torch.float32) if kept == "4bit" else None
    dtype = torch.float32 if kept == "fp32" else torch.bfloat16
    fresh = partial(load_network, model, options, dtype=dtype, packed=packed)
    network = fresh(group.home)
    if options.lora and not options.keep_adapter:
        rehearse_merging(network)
    network = group.spread(network, lower)
    pure = kept == "bf16" and not options.lora
    cast = partial(torch.autocast, group.device.type, lower) if lower and not pure else nullcontext
    pair = [shortened(document) for document in first_two(packs)]
    with cast():
        attention = choose_attention(network, collate([pair], padding, options.packing).to(group.device))
        isolation = check_isolation(network, pair, padding) if options.packing else None
        probe = collate([pair[-1:]], padding, options.packing).to(group.device)
        token_losses = choose_losses(network, probe, group.as_forward(network, labelled_losses))
        if options.liger:
            check_liger(network, probe)
            token_losses = liger_losses
    if options.compile:
        compile_blocks(network)
    record = {
        "precision": "bf16" if pure else "bf16 autocast" if lower else "fp32",
        "weights": kept,
        "attention": attention,
        "compiled": options.compile,
        "isolation_error": isolation,
        "loss_head": token_losses.__name__,
    }
    longest = max(sum(len(document.ids) for document in pack) for pack in packs) if options.compile else 0
    return Ready(network, token_losses, fresh, cast, padding, longest, record, options)


def first_two(packs: Packs) -> list[Document]:
    """Two documents to try packing on; one twice where there is no second."""
    documents = [document for pack in packs[:2] for document in pack][:2]
    return documents if len(documents) == 2 else documents * 2


def shortened(document: Document) -> Document:
    """At most `TOKENS` tokens around the first trained one: what is tried before the first step takes no more memory."""
    first = next((at for at, label in enumerate(document.labels) if label != IGNORE), 0)
    start = max(0, first - TOKENS // 2)
    ids: Sequence[int] = document.ids[start : start + TOKENS]
    return Document(document.place, document.source, ids, document.labels[start : start + TOKENS])
