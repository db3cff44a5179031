"""The router loss of a mixture of experts, which keeps its experts evenly used (arXiv 2101.03961, equations 4 to 6).

It belongs to a training where the model's config says `output_router_logits`, as in transformers' own loss. The training
here computes its own loss from hidden states, so the router's logits are taken from the model's body as they pass.
"""

import sys
from collections.abc import Sequence
from typing import Any

import torch

from ifeval.errors import UserError
from ifeval.finetuning.data.batches import Batches
from ifeval.finetuning.data.encode import Document
from ifeval.finetuning.data.packing import Batch, Layout
from ifeval.finetuning.training.network import causal
from ifeval.finetuning.training.objective import Objective, Packs

FUNCTION = "load_balancing_loss_func"
"""What transformers calls the loss, in the module of every model that has one."""


class RouterLoss:
    """The loss of the last forward pass of `network`, by the function that its own class uses.

    coefficient: how much it counts, from the model's config. Raises UserError where it cannot be computed.
    """

    def __init__(self, network: Any) -> None:
        model = causal(network)
        self._function: Any = getattr(sys.modules[type(model).__module__], FUNCTION, None)
        sizes = [getattr(model, name, None) for name in ("num_experts", "num_experts_per_tok", "router_aux_loss_coef")]
        if self._function is None or None in sizes:
            raise UserError(
                f"The config of {type(model).__name__} says output_router_logits, and its router loss cannot be computed "
                "here; set that to false in config.json to train without it."
            )
        self._experts, self._chosen, self.coefficient = sizes
        self._logits: Any = None
        model.base_model.register_forward_hook(self._keep)

    def __call__(self, batch: Batch) -> torch.Tensor:
        """The loss, a scalar; `batch` is what the forward pass was of."""
        logits, self._logits = self._logits, None  # a model that is copied must hold no graph
        if not isinstance(logits, tuple):
            raise UserError("The model gave no router logits; set output_router_logits to false in its config.json.")
        found = self._function(logits, self._experts, self._chosen, batch.mask)
        return self.coefficient * found

    def _keep(self, module: torch.nn.Module, _: Any, output: Any) -> None:
        if torch.is_grad_enabled():
            self._logits = getattr(output, "router_logits", None)


class WithRouter:
    """An objective and the router loss, which each batch adds by its part in the step."""

    def __init__(self, objective: Objective, router: RouterLoss) -> None:
        self._objective = objective
        self._router = router
        self.paired = objective.paired

    @property
    def told(self) -> torch.Tensor | None:
        return self._objective.told

    def prepare(self, network: Any, batches: Batches, steps: int, layout: Layout) -> None:
        self._objective.prepare(network, batches, steps, layout)

    def begin(self, network: Any, step: int) -> None:
        self._objective.begin(network, step)

    def size(self, pack: Sequence[Document]) -> float:
        return self._objective.size(pack)

    def __call__(self, network: Any, batch: Batch, packs: Packs) -> torch.Tensor:
        loss = self._objective(network, batch, packs)
        return loss + self._router(batch).to(loss) * sum(map(self.size, packs))


def router_loss(network: Any) -> RouterLoss | None:
    """The router loss of a model that asks for one, else None."""
    return RouterLoss(network) if getattr(causal(network).config, "output_router_logits", False) else None
