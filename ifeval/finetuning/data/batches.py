"""Which examples an optimiser step sees: every example once per epoch, in an order of seed and epoch alone."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from ifeval.finetuning.data.encode import Document

Unit = Sequence[Document]
"""What belongs together in a step: the documents of one example, or the two sides of a pair."""

FEW = 10
"""Fewer steps than these, or more epochs, are worth a word before they are taken."""


@dataclass(frozen=True, slots=True)
class Batches:
    """The steps of a training over `units`, `size` of them in each; the last step of an epoch may be smaller.

    tokens: about how many a step has, of whatever number of examples; None to go by `size`.
    """

    units: Sequence[Unit]
    size: int
    seed: int
    tokens: int | None = None

    @property
    def per_epoch(self) -> int:
        """Steps of one epoch."""
        if self.tokens:
            lengths = [_tokens(unit) for unit in self.units]
            return max(1, sum(lengths) // max(self.tokens, *lengths))  # never a step without an example
        return math.ceil(len(self.units) / self.size)

    def steps(self, epochs: float) -> int:
        """The steps of this many epochs (a fraction counts), at least 1."""
        return max(1, math.ceil(epochs * self.per_epoch - 1e-9))

    def ends_epoch(self, step: int) -> bool:
        """Whether an epoch ends after this many steps (1 or more)."""
        return step % self.per_epoch == 0

    def examples(self, step: int) -> Sequence[Unit]:
        """The examples of one step (from 0)."""
        steps = self.per_epoch
        epoch, index = divmod(step, steps)
        order = list(range(len(self.units)))
        Random(f"{self.seed}:{epoch}").shuffle(order)
        if self.tokens:
            starts = [0, *accumulate(_tokens(self.units[i]) for i in order)]
            share = starts[-1] / steps
            first, last = (bisect_left(starts, edge * share - 1e-9, hi=len(order)) for edge in (index, index + 1))
            return [self.units[i] for i in order[first:last]]
        return [self.units[i] for i in order[index * self.size : (index + 1) * self.size]]

    def documents(self, step: int | None = None) -> list[Document]:
        """The documents of one step (from 0), or all there are."""
        units = self.units if step is None else self.examples(step)
        return [document for unit in units for document in unit]

    def described(self, steps: int) -> str:
        """This many steps, described in words."""
        epochs = steps / self.per_epoch
        return (
            f"{steps} steps of {self._size}, {self.per_epoch} steps per epoch, "
            f"{epochs:.3g} epoch{'s' if epochs != 1 else ''}"
        )

    @property
    def _size(self) -> str:
        return f"about {self.tokens} tokens" if self.tokens else f"{min(self.size, len(self.units))} examples"

    def oddity(self, steps: int) -> str | None:
        """What is unusual about this many steps and can be fixed with a flag; None where nothing is."""
        epochs = steps / self.per_epoch
        if epochs > FEW:
            return f"{epochs:.3g} epochs show every example {math.ceil(epochs)} times; fewer --max-steps forget less"
        if self.size > len(self.units) and not self.tokens:
            return f"--batch {self.size} is more than there are examples ({len(self.units)}), so a step is an epoch"
        if steps < FEW:
            return f"{steps} steps change little; a smaller {'--batch-tokens' if self.tokens else '--batch'} makes more of them"
        return None


def _tokens(unit: Unit) -> int:
    return sum(len(document.ids) for document in unit)
