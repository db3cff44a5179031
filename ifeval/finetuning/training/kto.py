"""Kahneman-Tversky optimisation (Ethayarajh et al. 2024, arXiv 2402.01306): wanted and unwanted replies, without pairs.

A reply's gain is its log-probability less that of the reference, the model as it stands before the first step. Its loss
(equation 7 there) is 1 - sigmoid(beta x (gain - z)) where it is wanted and 1 - sigmoid(beta x (z - gain)) where it is not,
each times its weight; a step's loss is their mean. z estimates how far the model has gone from the reference as a whole:
the mean gain of the step's prompts, each with the reply before it in the step, and at least 0.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from ifeval.finetuning.data.batches import Batches
from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.packing import Batch, Layout
from ifeval.finetuning.training.loss import TokenLosses
from ifeval.finetuning.training.objective import Packs, logprobs, reference_logprobs, reply_logprobs
from ifeval.finetuning.training.rewards import reward_sums


class Kto:
    """The objective. wanted, unwanted: the weights of the two kinds of reply (> 0). longest: tokens of a document."""

    told: torch.Tensor | None = None
    paired = False

    def __init__(self, token_losses: TokenLosses, beta: float, wanted: float, unwanted: float, longest: int) -> None:
        self._losses = token_losses
        self._beta = beta
        self._weights = {True: wanted, False: unwanted}
        self._longest = longest
        self._reference: dict[int, float] = {}  # by the identity of a document
        self._before: list[float] = []  # of each step, its mismatched documents together
        self._others: Callable[[int], Sequence[Sequence[Document]]] = lambda step: ()
        self._layout = Layout(True, longest)
        self.divergence = 0.0
        """z of the step that has begun, in nats."""

    def prepare(self, network: Any, batches: Batches, steps: int, layout: Layout) -> None:
        """Note what the reference gives all documents, and the mismatched ones of all steps."""
        self._layout = layout
        self._reference = reference_logprobs(self._losses, network, batches, layout)
        self._others = lambda step: layout.packs(self._mismatched(batches, step))
        self._before = [self._together(network, step) for step in range(steps)]

    def begin(self, network: Any, step: int) -> None:
        """Estimate z for the step."""
        others = sum(map(len, self._others(step)))
        self.divergence = max(0.0, (self._together(network, step) - self._before[step]) / others)

    def size(self, pack: Sequence[Document]) -> float:
        return len(pack)

    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor:
        documents = [document for pack in packs for document in pack]
        now = reply_logprobs(self._losses(network, batch), batch, packs)
        gain = now - torch.tensor([self._reference[id(document)] for document in documents]).to(now)
        signs = torch.tensor([1.0 if document.desirable else -1.0 for document in documents]).to(now)
        rewards = self._beta * gain
        self.told = reward_sums(rewards[signs > 0], rewards[signs < 0], paired=False)
        weights = torch.tensor([self._weights[bool(document.desirable)] for document in documents]).to(now)
        return (weights * (1 - torch.sigmoid(self._beta * signs * (gain - self.divergence)))).sum()

    def _mismatched(self, batches: Batches, step: int) -> list[Document]:
        documents = batches.documents(step)
        before = [documents[-1], *documents[:-1]]
        return [mismatched(asked, said, self._longest) for asked, said in zip(documents, before, strict=True)]

    def _together(self, network: Any, step: int) -> float:
        packs = self._others(step)
        return sum(sum(logprobs(self._losses, network, pack, self._layout)) for pack in packs)


def mismatched(asked: Document, said: Document, longest: int) -> Document:
    """The prompt of one document with the reply of another, cut to `longest` tokens."""
    prompt = _prompt_length(asked)
    reply = list(said.ids[_prompt_length(said) :])
    ids = [*asked.ids[:prompt], *reply][:longest]
    return Document(asked.place, asked.source, ids, [IGNORE] * prompt + ids[prompt:])


def _prompt_length(document: Document) -> int:
    return next(at for at, label in enumerate(document.labels) if label != IGNORE)
