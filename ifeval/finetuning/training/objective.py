"""What a step minimises: cross-entropy of the replies, or a preference between two endings of one conversation.

An objective gives a sum over a batch; the loop divides it by the size of the whole step, so that how a step is cut into
batches changes nothing.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch.nn.functional import logsigmoid

from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.packing import Batch, collate
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.loss import TokenLosses

Packs = Sequence[Sequence[Document]]


class Objective(Protocol):
    """`size` of a pack is what its part of the sum is divided by; `prepare` sees the model before its first step."""

    def prepare(self, network: Any, packs: Packs, padding: int) -> None: ...
    def size(self, pack: Sequence[Document]) -> float: ...
    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor: ...


def choose_objective(options: SftOptions, token_losses: TokenLosses) -> Objective:
    """The objective of `options.method`."""
    if options.method == "sft":
        return CrossEntropy(token_losses)
    return Orpo(token_losses, options.beta) if options.method == "orpo" else Dpo(token_losses, options.beta)


class CrossEntropy:
    """The sum over trained tokens, each as often as it counts, divided by what they count together."""

    def __init__(self, token_losses: TokenLosses) -> None:
        self._losses = token_losses

    def prepare(self, network: Any, packs: Packs, padding: int) -> None:
        """Nothing to do."""

    def size(self, pack: Sequence[Document]) -> float:
        return sum(document.weight for document in pack)

    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor:
        losses = self._losses(network, batch)
        if any(document.weights for pack in packs for document in pack):
            losses = losses * token_weights(packs).to(losses)
        return losses.sum()


class Orpo:
    """Odds-ratio preference optimisation (arXiv 2403.07691): no reference model.

    A pair costs the chosen reply's mean cross-entropy, and beta times -log sigmoid of the log odds ratio of the replies'
    geometric mean probabilities.
    """

    def __init__(self, token_losses: TokenLosses, beta: float) -> None:
        self._losses = token_losses
        self._beta = beta

    def prepare(self, network: Any, packs: Packs, padding: int) -> None:
        """Nothing to do."""

    def size(self, pack: Sequence[Document]) -> int:
        return len(pack) // 2

    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor:
        documents = [document for pack in packs for document in pack]
        lengths = torch.tensor([document.trained for document in documents], device=batch.ids.device)
        mean = reply_logprobs(self._losses(network, batch), batch, packs) / lengths
        odds = mean - torch.log(-torch.expm1(mean.clamp(max=-1e-6)))  # a probability of 1 has no odds
        chosen, rejected = odds[::2], odds[1::2]
        return (-mean[::2] - self._beta * logsigmoid(chosen - rejected)).sum()


class Dpo:
    """Direct preference optimisation (arXiv 2305.18290); the reference is the model as it stands before the first step.

    Its log-probabilities are computed once, so no second model is kept.
    """

    def __init__(self, token_losses: TokenLosses, beta: float) -> None:
        self._losses = token_losses
        self._beta = beta
        self._reference: dict[int, float] = {}  # by the identity of a document

    @torch.no_grad()
    def prepare(self, network: Any, packs: Packs, padding: int) -> None:
        training = network.training
        network.eval()
        device = next(network.parameters()).device
        for pack in packs:
            batch = collate([pack], padding).to(device)
            found = reply_logprobs(self._losses(network, batch), batch, [pack]).tolist()
            self._reference |= dict(zip(map(id, pack), found, strict=True))
        network.train(training)

    def size(self, pack: Sequence[Document]) -> int:
        return len(pack) // 2

    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor:
        now = reply_logprobs(self._losses(network, batch), batch, packs)
        before = torch.tensor([self._reference[id(document)] for pack in packs for document in pack])
        gain = now - before.to(now)
        return -logsigmoid(self._beta * (gain[::2] - gain[1::2])).sum()


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
    firsts = torch.tensor([0, *(len(pack) for pack in packs[:-1])]).cumsum(0)[:, None].to(batch.ids.device)
    owners = (batch.positions == 0).cumsum(-1) - 1 + firsts
    owners = owners[:, 1:][batch.labels[:, 1:] != IGNORE]
    return -losses.new_zeros(sum(map(len, packs))).index_add(0, owners, losses)
