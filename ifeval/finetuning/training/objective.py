"""What a step minimises: cross-entropy of the replies, or a preference between two endings of one conversation.

The preference for wanted replies over unwanted ones, without pairs, is in `ifeval.finetuning.training.kto`.

An objective gives a sum over a batch; the loop divides it by the size of the whole step, so that how a step is cut into
batches changes nothing.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch.nn.functional import logsigmoid

from ifeval.finetuning.data.batches import Batches
from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.packing import Batch, Layout
from ifeval.finetuning.training.loss import TokenLosses
from ifeval.finetuning.training.rewards import reward_sums

Packs = Sequence[Sequence[Document]]


class Objective(Protocol):
    """`size` of a pack is what its part of the sum is divided by.

    `prepare` sees the model before its first step, and all `steps` to come; `begin` is called before each of them.
    `told`: the rewards of the last batch, see `rewards`; None of an objective that has none. `paired`: of pairs.
    """

    @property
    def told(self) -> torch.Tensor | None: ...
    @property
    def paired(self) -> bool: ...
    def prepare(self, network: Any, batches: Batches, steps: int, layout: Layout) -> None: ...
    def begin(self, network: Any, step: int) -> None: ...
    def size(self, pack: Sequence[Document]) -> float: ...
    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor: ...


class Unprepared:
    """An objective that needs nothing before a training or a step."""

    told: torch.Tensor | None = None
    paired = True

    def prepare(self, network: Any, batches: Batches, steps: int, layout: Layout) -> None:
        """Nothing to do."""

    def begin(self, network: Any, step: int) -> None:
        """Nothing to do."""


class CrossEntropy(Unprepared):
    """The sum over trained tokens, each as often as it counts, divided by what they count together."""

    def __init__(self, token_losses: TokenLosses) -> None:
        self._losses = token_losses

    def size(self, pack: Sequence[Document]) -> float:
        return sum(document.weight for document in pack)

    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor:
        losses = self._losses(network, batch)
        if any(document.weights for pack in packs for document in pack):
            losses = losses * token_weights(packs).to(losses)
        return losses.sum()


class Orpo(Unprepared):
    """Odds-ratio preference optimisation (arXiv 2403.07691): no reference model.

    A pair costs the chosen reply's mean cross-entropy, and beta times -log sigmoid of the log odds ratio of the replies'
    geometric mean probabilities.
    """

    def __init__(self, token_losses: TokenLosses, beta: float) -> None:
        self._losses = token_losses
        self._beta = beta

    def size(self, pack: Sequence[Document]) -> int:
        return len(pack) // 2

    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor:
        documents = [document for pack in packs for document in pack]
        lengths = torch.tensor([document.trained for document in documents], device=batch.ids.device)
        mean = reply_logprobs(self._losses(network, batch), batch, packs) / lengths
        odds = mean - torch.log(-torch.expm1(mean.clamp(max=-1e-6)))  # a probability of 1 has no odds
        chosen, rejected = odds[::2], odds[1::2]
        self.told = reward_sums(self._beta * mean[::2], self._beta * mean[1::2])
        return (-mean[::2] - self._beta * logsigmoid(chosen - rejected)).sum()


class Dpo(Unprepared):
    """Direct preference optimisation (arXiv 2305.18290); the reference is the model as it stands before the first step.

    Its log-probabilities are computed once, so no second model is kept.
    """

    def __init__(self, token_losses: TokenLosses, beta: float) -> None:
        self._losses = token_losses
        self._beta = beta
        self._reference: dict[int, float] = {}  # by the identity of a document

    def prepare(self, network: Any, batches: Batches, steps: int, layout: Layout) -> None:
        """Note what the reference gives all documents."""
        self._reference = reference_logprobs(self._losses, network, batches, layout)

    def size(self, pack: Sequence[Document]) -> int:
        return len(pack) // 2

    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor:
        now = reply_logprobs(self._losses(network, batch), batch, packs)
        before = torch.tensor([self._reference[id(document)] for pack in packs for document in pack])
        gain = now - before.to(now)
        self.told = reward_sums(self._beta * gain[::2], self._beta * gain[1::2])
        return -logsigmoid(self._beta * (gain[::2] - gain[1::2])).sum()


def reference_logprobs(losses: TokenLosses, network: Any, batches: Batches, layout: Layout) -> dict[int, float]:
    """The summed log-probability of each document's trained tokens under `network` as it stands, by the document's identity."""
    return {
        id(document): value
        for pack in layout.packs(batches.documents())
        for document, value in zip(pack, logprobs(losses, network, pack, layout), strict=True)
    }


@torch.no_grad()
def logprobs(losses: TokenLosses, network: Any, pack: Sequence[Document], layout: Layout) -> list[float]:
    """The summed log-probability of the trained tokens of each document of one pack, without gradients."""
    training = network.training
    network.eval()
    batch = layout.collate([pack]).to(next(network.parameters()).device)
    found = reply_logprobs(losses(network, batch), batch, [pack]).tolist()
    network.train(training)
    return found


def token_weights(packs: Packs) -> torch.Tensor:
    """How much each labelled token of some packs counts, in their order."""
    counted: list[float] = []
    for document in (document for pack in packs for document in pack):
        labels = document.labels[1:]  # a document's first token is never labelled
        weights = document.weights[1:] or [1.0] * len(labels)
        counted += [weight for weight, label in zip(weights, labels, strict=True) if label != IGNORE]
    return torch.tensor(counted)


def reply_logprobs(losses: torch.Tensor, batch: Batch, packs: Packs) -> torch.Tensor:
    """The summed log-probability of each document's trained tokens, in the order of the packs: shape (documents,)."""
    if batch.mask is not None:  # a row for each document
        packs = [[document] for pack in packs for document in pack]
    firsts = torch.tensor([0, *(len(pack) for pack in packs[:-1])]).cumsum(0)[:, None].to(batch.ids.device)
    owners = (batch.positions == 0).cumsum(-1) - 1 + firsts
    owners = owners[:, 1:][batch.labels[:, 1:] != IGNORE]
    return -losses.new_zeros(sum(map(len, packs))).index_add(0, owners, losses)
