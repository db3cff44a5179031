"""From a checkpoint to a network that is ready for its first step: kept, spread, attending, proven isolated, compiled."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.batches import Batches, Unit
from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.packing import Batch, Layout
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.attention import choose_attention
from ifeval.finetuning.training.decided import Decisions
from ifeval.finetuning.training.four_bits import quantization
from ifeval.finetuning.training.isolation import TOKENS
from ifeval.finetuning.training.layout import choose_packing, isolated, layout_speeds
from ifeval.finetuning.training.liger import check_liger, liger_losses, require_liger
from ifeval.finetuning.training.loss import TokenLosses, choose_losses, labelled_losses
from ifeval.finetuning.training.memory import Kept, choose_kept, free_memory
from ifeval.finetuning.training.merging import rehearse_merging
from ifeval.finetuning.training.network import asked_precision, choose_precision, compile_blocks, load_network, trained
from ifeval.finetuning.training.parallel import Packs, ProcessGroup
from ifeval.finetuning.training.rounding import RoundingAdamW
from ifeval.models.resolve import Model


@dataclass(frozen=True, slots=True)
class Ready:
    """A network that can be trained. `record`: the choices made, for the record of the training.

    fresh: loads the network on a device as it once was. cast: the precision to compute in.
    """

    network: Any
    token_losses: TokenLosses
    fresh: Callable[[torch.device], Any]
    cast: Callable[[], AbstractContextManager[Any]]
    layout: Layout
    record: dict[str, Any]
    _options: SftOptions

    @property
    def precision(self) -> Literal["fp32", "bf16"]:
        """What `--precision` chose."""
        return "fp32" if self.record["precision"] == "fp32" else "bf16"

    def collate(self, packs: Packs, device: torch.device) -> Batch:
        """The batch of some packs, on `device`."""
        return self.layout.collate(packs).to(device)

    def optimizer(self, rate: float) -> torch.optim.Optimizer:
        """AdamW over what is trained, in the form that fits the dtype of the weights."""
        weights = [weight for _, weight in trained(self.network)]
        decay = self._options.weight_decay
        if any(weight.dtype == torch.bfloat16 for weight in weights):
            return RoundingAdamW(weights, lr=rate, weight_decay=decay, compiled=self._options.compile)
        return torch.optim.AdamW(weights, lr=rate, weight_decay=decay, fused=True)


def set_up(
    options: SftOptions, model: Model, batches: Batches, padding: int, group: ProcessGroup, decisions: Decisions
) -> Ready:
    """Load the network of `model` and choose what is left to choose. Everything is tried on a few tokens, and layouts on
    about a row where their speed decides. decisions: of this training's first start.

    Raises UserError where the model cannot be trained as asked.
    """
    if options.liger:
        require_liger(group.device, group.size)
    lower, kept = choose_dtypes(options, model, group, decisions)
    packed = quantization(lower or torch.float32) if kept == "4bit" else None
    dtype = torch.float32 if kept == "fp32" else torch.bfloat16
    fresh = partial(load_network, model, options, dtype=dtype, packed=packed)
    network = fresh(group.home)
    if options.lora and not options.keep_adapter:
        rehearse_merging(network)
    network = group.spread(network, lower)
    pure = kept == "bf16" and not options.lora
    cast = partial(torch.autocast, group.device.type, lower) if lower and not pure else nullcontext
    pair = [shortened(document) for document in first_two(batches.units)]
    layout = Layout(True, options.max_length, padding, options.method in ("orpo", "dpo"))
    with cast():
        attention = choose_attention(network, layout.collate([pair]).to(group.device))
        isolation = isolated(network, pair, layout, options.packing)
        probe = replace(layout, packed=isolation is not None).collate([pair[-1:]]).to(group.device)
        token_losses = choose_losses(network, probe, group.as_forward(network, labelled_losses))
        if options.liger:
            check_liger(network, probe)
            token_losses = liger_losses
        packing = decisions.once(
            "packing",
            lambda: choose_packing(
                options.packing,
                isolation,
                attention,
                lambda: layout_speeds(network, token_losses, batches.documents(0), layout),
            ),
        )
    layout = replace(layout, packed=packing["packed"])
    if options.compile:
        rows = layout.packs(batches.documents()) if layout.packed else [[one] for one in batches.documents()]
        layout = replace(layout, width=max(sum(len(document.ids) for document in row) for row in rows))
        compile_blocks(network)
    record = {
        "precision": "bf16" if pure else "bf16 autocast" if lower else "fp32",
        "weights": kept,
        "attention": attention,
        "compiled": options.compile,
        "packing": packing,
        "isolation_error": isolation if layout.packed else None,
        "loss_head": token_losses.__name__,
    }
    return Ready(network, token_losses, fresh, cast, layout, record, options)


def choose_dtypes(
    options: SftOptions, model: Model, group: ProcessGroup, decisions: Decisions
) -> tuple[torch.dtype | None, Kept]:
    """(the dtype to compute in, None for fp32; what weights are kept in). Raises UserError where that is not possible."""
    asked = asked_precision(options)
    computing = decisions.once("precision", lambda: "bf16" if choose_precision(asked, group.device) else "fp32")
    lower = torch.bfloat16 if computing == "bf16" else None
    kept = decisions.once(
        "weights",
        lambda: choose_kept(options.weights, model.parameters, bool(options.lora), lower, free_memory(group.device)),
    )
    if kept != "fp32" and group.size > 1:
        if options.weights != "auto":
            raise UserError(
                f"--weights {kept} is for one process; several spread fp32 weights over their memory instead."
            )
        kept = "fp32"
    return lower, kept


def first_two(units: Sequence[Unit]) -> list[Document]:
    """Two documents to try packing on; one twice where there is no second."""
    documents = [document for unit in units[:2] for document in unit][:2]
    return documents if len(documents) == 2 else documents * 2


def shortened(document: Document) -> Document:
    """At most `TOKENS` tokens around the first trained one: what is tried before the first step takes no more memory."""
    first = next((at for at, label in enumerate(document.labels) if label != IGNORE), 0)
    start = max(0, first - TOKENS // 2)
    ids: Sequence[int] = document.ids[start : start + TOKENS]
    return Document(document.place, document.source, ids, document.labels[start : start + TOKENS])
