"""AdamW for weights kept in bf16: 8 bytes per parameter with its gradient, where fp32 weights take 16.

A bf16 weight has 8 bits of mantissa, and most steps of fine-tuning are smaller than half of the last one: rounded to the
nearest they would vanish. Stochastic rounding keeps them in expectation (Gupta et al., arXiv 1502.02551): a value goes
up with the probability of what is cut off. The moments are kept and rounded likewise.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch

CHUNK = 1 << 24
"""Elements computed at once without compilation; each takes about 40 bytes meanwhile."""


class RoundingAdamW(torch.optim.Optimizer):
    """AdamW (arXiv 1711.05101) computed in fp32, its weights and both moments stored in the dtype of the weights.

    compiled: fuse the arithmetic of a weight into one kernel. The random numbers come from torch's generator of the
    device, so a training that is resumed with its state goes on with the same ones.
    """

    def __init__(
        self,
        weights: Iterable[torch.Tensor],
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        compiled: bool = False,
    ) -> None:
        super().__init__(weights, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})
        self._update: Callable[..., None] = torch.compile(update, dynamic=True) if compiled else update
        self._chunk = None if compiled else CHUNK

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            numbers: dict[float, torch.Tensor] = {}  # by step; as a tensor, for compiled code is made again per number
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["step"] = torch.zeros(())
                    state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(weight), torch.zeros_like(weight)
                state["step"] += 1
                done = state["step"].item()
                if done not in numbers:
                    numbers[done] = torch.tensor(coefficients(group, done), device=weight.device)
                tensors = (weight, weight.grad, state["exp_avg"], state["exp_avg_sq"])
                parts = [local(tensor).view(-1) for tensor in tensors]
                size = self._chunk or max(1, parts[0].numel())
                for pieces in zip(*(part.split(size) for part in parts), strict=True):
                    self._update(*pieces, numbers[done])


def coefficients(group: dict[str, Any], step: float) -> list[float]:
    """The numbers of a step: rate over the first moment's bias correction, what the root of the second moment is
    multiplied by, decay, both betas, eps.
    """
    first, second = group["betas"]
    rate = group["lr"] / (1 - first**step)
    return [rate, (1 - second**step) ** -0.5, group["lr"] * group["weight_decay"], first, second, group["eps"]]


def update(
    weight: torch.Tensor, gradient: torch.Tensor, mean: torch.Tensor, square: torch.Tensor, numbers: torch.Tensor
) -> None:
    """One step of AdamW on flat tensors of one length, in place. numbers: see `coefficients`, fp32."""
    rate, unbias, decay, first, second, eps = numbers.unbind()
    slope = gradient.float()
    new_mean = mean.float() * first + slope * (1 - first)
    new_square = square.float() * second + slope * slope * (1 - second)
    new_weight = weight.float() * (1 - decay) - rate * new_mean / (new_square.sqrt() * unbias + eps)
    mean.copy_(rounded(new_mean, mean.dtype))
    square.copy_(rounded(new_square, square.dtype))
    weight.copy_(rounded(new_weight, weight.dtype))


def rounded(values: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """fp32 `values` in `dtype`: up or down at random where it is bf16, so that the mean stays; else as torch rounds."""
    if dtype != torch.bfloat16:
        return values.to(dtype)
    bits = values.view(torch.int32)
    noise = torch.randint(0, 1 << 16, bits.shape, dtype=torch.int32, device=bits.device)
    return ((bits + noise) & -(1 << 16)).view(torch.float32).to(torch.bfloat16)


def local(tensor: torch.Tensor) -> torch.Tensor:
    """This process's slice of a tensor that is spread over several, else the tensor."""
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor
