"""Proof on the model at hand that packed documents do not see each other, before the first step.

The precision that training computes in decides how equal "equal" is: in 16 bits a logit moves by whole units with the
shape of the batch alone. So one document is exchanged for another of its length: what follows in the row keeps its
shapes, and may not move.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.encode import Document
from ifeval.finetuning.data.packing import collate
from ifeval.finetuning.training.attention import arguments, relative_difference

LEAK = {torch.float32: 1e-2}
LEAK_16_BITS = 0.2
"""Largest move of a logit, in standard deviations of the logits; documents that see each other move it by whole ones."""

SHIFT = 0.3
"""Largest relative difference from the same document alone; one that is read at other positions differs by about 1."""

TOKENS = 64
"""Tokens of each document that are tried."""


def check_isolation(model: Any, documents: Sequence[Document], padding: int) -> float:
    """The largest move of a logit, in standard deviations, by what precedes its document in the row.

    documents: two; their first `TOKENS` tokens are used. Raises UserError where packed documents see each other, or
    are not read as they are alone.
    """
    training = model.training
    model.eval()
    leak, shift, tolerance = isolation_error(model, documents, padding)
    model.train(training)
    if not leak <= tolerance or not shift <= SHIFT:
        raise UserError(
            f"Packed documents see each other in this model (a logit moves by {leak:.2g} standard deviations, documents "
            f"differ from themselves alone by {shift:.2g}); train with --no-packing."
        )
    return leak


@torch.no_grad()
def isolation_error(model: Any, documents: Sequence[Document], padding: int) -> tuple[float, float, float]:
    """(largest move in standard deviations, relative difference from the document alone, tolerance of the move)."""
    device = next(model.parameters()).device
    first, second = (
        replace(document, ids=document.ids[:TOKENS], labels=document.labels[:TOKENS]) for document in documents[:2]
    )
    other = replace(first, ids=[padding] * len(first.ids))

    def logits(*pack: Document) -> torch.Tensor:
        batch = collate([pack], padding).to(device)
        return model(**arguments(model, batch)).logits[0, -len(second.ids) :]

    packed, changed, alone = logits(first, second), logits(other, second), logits(second)
    spread = alone.float().std().item() or 1.0
    leak = (packed.float() - changed.float()).abs().max().item() / spread
    return leak, relative_difference(packed, alone), LEAK.get(packed.dtype, LEAK_16_BITS)
