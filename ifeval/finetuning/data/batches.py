"""Which examples an optimiser step sees: every example once per epoch, in an order of seed and epoch alone."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from ifeval.finetuning.data.encode import Document

Unit = Sequence[Document]
"""What belongs together in a step: the documents of one example, or the two sides of a pair."""

FEW = 10
"""Fewer steps than these, or more epochs, are worth a word before they are taken."""


@dataclass(frozen=True, slots=True)
class Batches:
    """The steps of a training over `units`, `size` of them in each; the last step of an epoch may be smaller.

    pack: documents to the rows of a forward pass.
    """

    units: Sequence[Unit]
    size: int
    seed: int
    pack: Callable[[Sequence[Document]], Sequence[Sequence[Document]]]

    @property
    def per_epoch(self) -> int:
        """Steps of one epoch."""
        return math.ceil(len(self.units) / self.size)

    def steps(self, epochs: float) -> int:
        """The steps of this many epochs (a fraction counts), at least 1."""
        return max(1, math.ceil(epochs * self.per_epoch - 1e-9))

    def examples(self, step: int) -> Sequence[Unit]:
        """The examples of one step (from 0)."""
        epoch, index = divmod(step, self.per_epoch)
        order = list(range(len(self.units)))
        Random(f"{self.seed}:{epoch}").shuffle(order)
        return [self.units[i] for i in order[index * self.size : (index + 1) * self.size]]

    def rows(self, step: int) -> Sequence[Sequence[Document]]:
        """The packed rows of one step (from 0)."""
        return self.pack([document for unit in self.examples(step) for document in unit])

    def described(self, steps: int) -> str:
        """This many steps, described in words."""
        epochs = steps / self.per_epoch
        return (
            f"{steps} steps of {min(self.size, len(self.units))} examples, {self.per_epoch} steps per epoch, "
            f"{epochs:.3g} epoch{'s' if epochs != 1 else ''}"
        )

    def oddity(self, steps: int) -> str | None:
        """What is unusual about this many steps and can be fixed with a flag; None where nothing is."""
        epochs = steps / self.per_epoch
        if epochs > FEW:
            return f"{epochs:.3g} epochs show every example {math.ceil(epochs)} times; fewer --max-steps forget less"
        if self.size > len(self.units):
            return f"--batch {self.size} is more than there are examples ({len(self.units)}), so a step is an epoch"
        if steps < FEW:
            return f"{steps} steps change little; a smaller --batch makes more of them"
        return None
