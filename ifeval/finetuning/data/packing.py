"""Documents side by side in rows of one length, none seeing another.

Isolation rests on `position_ids` that restart at 0 with every document *and* on no attention mask being given: only
then does transformers derive a block-diagonal mask (`masking_utils.find_packed_sequence_indices`). With an all-ones
mask the same row would let documents read each other, silently; `ifeval.finetuning.training.isolation` proves the model
at hand before the first step.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ifeval.finetuning.data.encode import IGNORE, Document

EDGES = 32
"""The number of documents in a batch is rounded up to a multiple of this, so that compiled code meets few sizes."""

PASS = 64
"""What a forward and backward pass is taken to cost beside its tokens, in tokens: an estimate for a CPU, not measured."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one forward pass, each tensor of shape (rows, length), int64.

    `labels` are as `ids`, IGNORE where not trained and at every document's first token, which nothing before it in the
    row may be asked to predict. `mask` is None for packed rows, else 1 where a token is no padding. `edges`, int32: where
    documents begin in the rows laid end to end, then their end, repeated.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    labels: torch.Tensor
    mask: torch.Tensor | None = None
    edges: torch.Tensor | None = None

    @property
    def inputs(self) -> dict[str, Any]:
        """Arguments of a model's forward pass."""
        position = {"position_ids": self.positions} if self.mask is None else {"attention_mask": self.mask}
        return {"input_ids": self.ids, "use_cache": False, **position}

    def to(self, device: torch.device) -> "Batch":
        parts = (self.ids, self.positions, self.labels, self.mask, self.edges)
        there = [None if part is None else part.to(device) for part in parts]
        return Batch(*there)  # type: ignore[arg-type]


def best_fit_decreasing(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Indices of `lengths` in bins whose sums are at most `capacity`; the longest first, each to the fullest bin it fits.

    O(n log n) comparisons. Raises ValueError where a length exceeds the capacity.
    """
    bins: list[list[int]] = []
    rooms: list[tuple[int, int]] = []  # (room left, bin), sorted
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if lengths[index] > capacity:
            raise ValueError(f"a document of {lengths[index]} tokens does not fit {capacity}")
        at = bisect_left(rooms, (lengths[index], -1))
        if at == len(rooms):
            bins.append([])
            room, target = capacity, len(bins) - 1
        else:
            room, target = rooms.pop(at)
        bins[target].append(index)
        insort(rooms, (room - lengths[index], target))
    return bins


def padded_groups(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Indices of `lengths` in groups of like lengths, the longest first: one that is padded to its longest has at most
    `capacity` tokens, unless it is of one. Of all such ways the cheapest, with `PASS` for each group beside its tokens.

    O(n m) steps for groups of at most m.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    best = [(0, 0)]  # of the longest n: what they cost, and where their last group begins
    for end in range(1, len(order) + 1):
        ways = [(best[end - 1][0] + PASS + lengths[order[end - 1]], end - 1)]
        for start in range(end - 2, -1, -1):
            padded = (end - start) * lengths[order[start]]
            if padded > capacity:
                break
            ways.append((best[start][0] + PASS + padded, start))
        best.append(min(ways))
    groups: list[list[int]] = []
    end = len(order)
    while end:
        start = best[end][1]
        groups.append(order[start:end])
        end = start
    return groups[::-1]


@dataclass(frozen=True, slots=True)
class Layout:
    """How the documents of a step come into forward passes.

    packed: side by side in rows of at most `length` tokens, isolated from each other. Otherwise each is a row of its own,
    and rows of like lengths are together that have at most `length` tokens with their padding. Either way these are the
    packs, which a forward pass takes one or several of. paired: documents come in twos that stay together, and a pack has
    room for twice as many tokens. padding: the id to fill up with. width: what every row is padded to at least.
    """

    packed: bool
    length: int
    padding: int = 0
    paired: bool = False
    width: int = 0

    def packs(self, documents: Sequence[Document]) -> list[list[Document]]:
        """All documents, in packs. Raises ValueError where one is longer than a row may be."""
        together = 2 if self.paired else 1
        units = [documents[at : at + together] for at in range(0, len(documents), together)]
        sizes = [[len(document.ids) for document in unit] for unit in units]
        room = together * self.length
        if self.packed:
            bins = best_fit_decreasing([sum(own) for own in sizes], room)
        else:
            bins = padded_groups([together * max(self.width, *own) for own in sizes], room)
        return [[document for i in bin for document in units[i]] for bin in bins]

    def collate(self, packs: Sequence[Sequence[Document]]) -> Batch:
        """The batch of some packs."""
        return collate(packs, self.padding, self.packed, self.width)


def collate(packs: Sequence[Sequence[Document]], padding: int, packed: bool = True, width: int = 0) -> Batch:
    """One row per pack (see `packed`), padded on the right with the id `padding` to the longest, and at least to `width`.

    packed: padding is one more document that nobody is trained on, and there is no mask. Otherwise every document is a row
    of its own, and padding is masked.
    """
    if not packed:
        packs = [[document] for pack in packs for document in pack]
    rows = [_row(documents) for documents in packs]
    width = max(width, *(len(ids) for ids, _, _ in rows))
    lengths = torch.tensor([[len(ids)] for ids, _, _ in rows])
    for ids, positions, labels in rows:
        rest = width - len(ids)
        ids += [padding] * rest
        positions += range(rest)
        labels += [IGNORE] * rest
    all_ids, all_positions, all_labels = (torch.tensor(part) for part in map(list, zip(*rows, strict=True)))
    mask = None if packed else (torch.arange(width) < lengths).long()
    return Batch(all_ids, all_positions, all_labels, mask, _edges(all_positions))


def _edges(positions: torch.Tensor) -> torch.Tensor:
    begins = (positions.flatten() == 0).nonzero().flatten()
    repeated = EDGES - len(begins) % EDGES
    return torch.cat([begins, torch.full((repeated,), positions.numel())]).int()


def _row(documents: Sequence[Document]) -> tuple[list[int], list[int], list[int]]:
    ids: list[int] = []
    positions: list[int] = []
    labels: list[int] = []
    for document in documents:
        ids += document.ids
        positions += range(len(document.ids))
        labels += [IGNORE, *document.labels[1:]]
    return ids, positions, labels
