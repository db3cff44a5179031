"""Paired outcomes drawn at random, as the tests of the gate's error rates need them."""

import numpy as np
import numpy.typing as npt


def changes(
    rng: np.random.Generator,
    runs: int,
    units: int,
    discordance: float,
    difference: float,
    wordings: int = 1,
    correlation: float = 0.0,
) -> npt.NDArray[np.float64]:
    """Shape (runs, units): the mean change of each unit's `wordings`, in [-1, 1].

    A wording changes with probability `discordance` (at least |difference|), for worse or better such that the mean is
    `difference`. Two wordings of a unit change alike with `correlation`.
    """
    psi = max(discordance, abs(difference))
    lost, changed = (psi - difference) / 2, psi

    def draw(*shape: int) -> npt.NDArray[np.float64]:
        u = rng.random(shape)
        return np.where(u < lost, -1.0, np.where(u < changed, 1.0, 0.0))

    own = draw(runs, units, wordings)
    if wordings == 1:
        return own[:, :, 0]
    copied = rng.random((runs, units, wordings)) < correlation**0.5
    return np.where(copied, draw(runs, units, 1), own).mean(axis=-1)
