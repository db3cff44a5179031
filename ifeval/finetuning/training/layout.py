"""Whether documents are packed: as asked, else whichever layout is faster here.

Where attention goes by document (`ifeval.finetuning.training.attention`), a packed row costs what its documents cost, and
has no padding. With masks, attention is computed over the whole row, and short documents may be faster in rows of their own:
both are timed on documents of the first step.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.encode import Document
from ifeval.finetuning.data.packing import Layout
from ifeval.finetuning.training.attention import NAME
from ifeval.finetuning.training.isolation import check_isolation
from ifeval.finetuning.training.loss import TokenLosses

Choice = dict[str, Any]
"""`packed`, `because` and, where it was measured, `tokens_per_second` of both layouts: JSON values for the record."""


def isolated(network: Any, pair: Sequence[Document], layout: Layout, asked: bool | None) -> float | None:
    """How far a packed document moves its neighbour's logits (`isolation`); None where documents are not to be packed.

    Raises UserError where packing was asked for and documents see each other.
    """
    if asked is False:
        return None
    try:
        return check_isolation(network, pair, layout.padding)
    except UserError:
        if asked:
            raise
        return None


def choose_packing(
    asked: bool | None, isolation: float | None, attention: str, speeds: Callable[[], tuple[float, float]]
) -> Choice:
    """speeds: measures tokens per second, packed and unpacked; called only where they decide."""
    if asked is not None:
        return {"packed": asked, "because": "asked for"}
    if isolation is None:
        return {"packed": False, "because": "packed documents see each other in this model"}
    if attention == NAME:
        return {"packed": True, "because": "attention goes by document"}
    packed, unpacked = speeds()
    both = {"packed": round(packed, 1), "unpacked": round(unpacked, 1)}
    return {"packed": packed >= unpacked, "because": "faster", "tokens_per_second": both}


def described(choice: Choice) -> str:
    """The choice in a few words."""
    packed = "packed" if choice["packed"] else "unpacked"
    if "tokens_per_second" not in choice:
        return f"documents {packed} ({choice['because']})"
    speeds = choice["tokens_per_second"]
    other = "unpacked" if choice["packed"] else "packed"
    return f"documents {packed} ({speeds[packed]:,.0f} tokens/s, {other} {speeds[other]:,.0f})"


def layout_speeds(
    network: Any, losses: TokenLosses, documents: Sequence[Document], layout: Layout
) -> tuple[float, float]:
    """Tokens per second, packed and unpacked, of about one row of `documents` forward and backward: the better of two
    times after one to warm up. Leaves no gradient, and the random generators as they were.
    """
    sample = first_row(documents, layout)
    tokens = sum(len(document.ids) for document in sample)
    best = {True: math.inf, False: math.inf}
    with torch.random.fork_rng():
        for turn in range(3):
            for packed in best:
                seconds = pass_seconds(network, losses, sample, replace(layout, packed=packed))
                best[packed] = min(best[packed], seconds) if turn else math.inf
    return tokens / best[True], tokens / best[False]


def first_row(documents: Sequence[Document], layout: Layout) -> list[Document]:
    """The first of `documents` that fill a row, whole pairs where they are paired; at least one, or one pair."""
    together = 2 if layout.paired else 1
    chosen: list[Document] = []
    for at in range(0, len(documents), together):
        unit = documents[at : at + together]
        if chosen and sum(len(document.ids) for document in [*chosen, *unit]) > together * layout.length:
            break
        chosen += unit
    return chosen


def pass_seconds(network: Any, losses: TokenLosses, documents: Sequence[Document], layout: Layout) -> float:
    """How long the documents take, forward and backward."""
    device = next(network.parameters()).device
    started = time.perf_counter()
    for pack in layout.packs(documents):
        losses(network, layout.collate([pack]).to(device)).sum().backward()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    seconds = time.perf_counter() - started
    network.zero_grad(set_to_none=True)
    return seconds
