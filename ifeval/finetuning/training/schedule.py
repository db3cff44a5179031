"""How the learning rate goes over a training."""

import math
from typing import Literal, get_args

Kind = Literal["cosine", "linear", "constant"]
KINDS: tuple[str, ...] = get_args(Kind)


def schedule(step: int, steps: int, warmup: float, kind: str = "cosine") -> float:
    """The share of the highest learning rate in `step` (from 0), in [0, 1].

    It rises linearly over the share `warmup` of the steps, and then falls along half a cosine or a line towards 0, or stays.
    """
    rising = math.ceil(warmup * steps)
    if step < rising:
        return (step + 1) / rising
    done = (step - rising) / max(1, steps - rising)
    return {"cosine": 0.5 * (1 + math.cos(math.pi * done)), "linear": 1 - done, "constant": 1.0}[kind]
