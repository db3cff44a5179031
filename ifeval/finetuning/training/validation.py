"""The loss on rows that are not trained on: the same objective, without gradients and without noise."""

import math
from typing import Any

import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.batches import Batches
from ifeval.finetuning.training.objective import Objective
from ifeval.finetuning.training.parallel import Packs, ProcessGroup
from ifeval.finetuning.training.setup import Ready


class Validation:
    """The loss of `ready`'s network on all of `batches`, by an objective of its own.

    rows: per forward pass. every: training steps between two.
    """

    def __init__(
        self, objective: Objective, batches: Batches, ready: Ready, group: ProcessGroup, rows: int, every: int
    ) -> None:
        self._objective, self._batches, self._ready, self._group = objective, batches, ready, group
        self._rows, self._every = rows, every
        with ready.cast():
            objective.prepare(ready.network, batches, batches.per_epoch, ready.layout)

    def due(self, step: int, steps: int) -> bool:
        """Is the loss wanted after `step` of `steps` steps? Before the first and after the last it always is."""
        return step % self._every == 0 or step == steps

    @torch.no_grad()
    def loss(self) -> float:
        """Nats per trained token, or per pair or reply for a preference method. Raises UserError if it is not finite."""
        network = self._ready.network
        network.eval()
        summed, size = 0.0, 0.0
        for step in range(self._batches.per_epoch):
            packs = self._ready.layout.packs(self._batches.documents(step))
            summed += self._step(network, step, packs)
            size += sum(map(self._objective.size, packs))
        network.train()
        loss = self._group.total(summed) / size
        if not math.isfinite(loss):
            raise UserError("The validation loss is not finite; lower --learning-rate.")
        return loss

    def _step(self, network: Any, step: int, window: Packs) -> float:
        with self._ready.cast():
            self._objective.begin(network, step)
            losses = [
                self._objective(network, self._ready.collate(packs, self._group.device), packs) * counts
                for packs, counts in self._group.share(window, self._rows)
            ]
        return torch.stack(losses).sum().item()
