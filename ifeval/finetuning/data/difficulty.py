"""Instruction-following difficulty (arXiv 2308.12032): does the prompt help this model to write the reply?

The mean cross-entropy of the reply after its prompt, over that of the reply alone. Near 0 the prompt says it all; at 1
and above it doesn't help, which is where misaligned pairs are found.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch

from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.formats import Example
from ifeval.finetuning.data.packing import collate
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.prepare import encoder_for
from ifeval.finetuning.training.loss import TokenLosses, choose_losses
from ifeval.finetuning.training.network import choose_precision, device_of_machine, load_network
from ifeval.models.resolve import Model


@torch.no_grad()
def difficulty(network: Any, token_losses: TokenLosses, document: Document) -> float:
    """The difficulty of a document, above 0. Two forward passes."""
    network.eval()
    device = next(network.parameters()).device
    given, alone = (
        token_losses(network, collate([[one]], padding=0).to(device)).mean().item()
        for one in (document, without_prompt(document))
    )
    return given / max(alone, 1e-6)


def without_prompt(document: Document) -> Document:
    """The trained tokens alone, after the document's first token, which stands for the beginning of a text."""
    trained: Sequence[int] = [label for label in document.labels if label != IGNORE]
    return Document(document.place, document.source, [document.ids[0], *trained], [IGNORE, *trained])


def measure(model: Model, examples: Sequence[Example], max_length: int) -> dict[str, float]:
    """The difficulty of each example that `model` can carry in `max_length` tokens, by place."""
    options = SftOptions(model=model.name, data=(), out=Path())
    device = device_of_machine()
    network = load_network(model, options, device)
    documents = encoder_for(model, max_length).encode_all(examples).documents
    token_losses = choose_losses(network, collate([documents[:1]], padding=0).to(device))
    dtype = choose_precision("auto", device)
    with torch.autocast(device.type, dtype) if dtype else nullcontext():
        return difficulties(network, token_losses, documents)


def difficulties(network: Any, token_losses: TokenLosses, documents: Sequence[Document]) -> dict[str, float]:
    """The difficulty by place; the highest of an example that became several documents."""
    found: dict[str, float] = {}
    for document in documents:
        value = difficulty(network, token_losses, document)
        found[document.place] = max(value, found.get(document.place, 0.0))
    return found
