"""What every interval of this room is given as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
ArrayLike = Sequence[float] | npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its confidence bounds, all in the score's own unit.

    `n` counts the independent units: prompts (clusters where there are clusters). `design_effect` is how many times
    larger the variance is than that of as many independent trials (1 without clusters). Without data the estimate is
    NaN and the bounds are everything that is possible.
    """

    estimate: float
    low: float
    high: float
    n: int
    method: str
    design_effect: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """As summaries store it; the design effect is not stored."""
        return {"value": self.estimate, "low": self.low, "high": self.high, "n": self.n, "method": self.method}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Interval":
        """The inverse of `to_json`; null, which NaN becomes in a file, is NaN again."""
        value, low, high = (float("nan") if stored[name] is None else stored[name] for name in ("value", "low", "high"))
        return cls(value, low, high, stored["n"], stored["method"])
