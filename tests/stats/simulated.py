"""Paired outcomes drawn at random, as the tests of the gate's error rates need them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Draws = npt.NDArray[np.float64]


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


def score_z_of_all(groups: Sequence[Draws], shares: Sequence[float], null: float, denominator: int = 4) -> Draws:
    """`ifeval.stats.score_test.score_z` of many draws at once, shape (draws,); by bisection, which arrays do fast.

    groups: each of shape (draws, units), differences in `denominator`-ths. Where the mean is below `null` it is 0.
    """
    values = np.arange(-denominator, denominator + 1) / denominator
    counts = [
        np.stack([(np.rint(group * denominator) == v * denominator).sum(1) for v in values], 1) for group in groups
    ]
    sizes = [group.shape[1] for group in groups]
    distance = sum(share * group.mean(1) for share, group in zip(shares, groups, strict=True)) - null
    above = distance > 0
    low, high = np.zeros(len(distance)), np.full(len(distance), 64.0 * sum(sizes))
    for _ in range(45):
        middle = (low + high) / 2
        means = [_tilted(values, count, middle * share)[0] for count, share in zip(counts, shares, strict=True)]
        over = sum(share * mean for share, mean in zip(shares, means, strict=True)) > null
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    moments = [_tilted(values, count, low * share) for count, share in zip(counts, shares, strict=True)]
    variance = sum(share**2 / size * spread for share, size, (_, spread) in zip(shares, sizes, moments, strict=True))
    return np.where(above & (variance > 0), distance / np.sqrt(np.maximum(variance, 1e-300)), 0.0)


def _tilted(values: Draws, counts: npt.NDArray[np.int64], slope: Draws) -> tuple[Draws, Draws]:
    """(mean, variance) of each draw's tilted distribution; -1 gets what the others leave."""
    seen = counts > 0
    lowest = slope + 1e-9 * counts.sum(1)
    level = np.maximum(lowest, np.where(seen, counts - slope[:, None] * values, -np.inf).max(1))
    for _ in range(25):
        terms = np.where(seen, counts / np.where(seen, level[:, None] + slope[:, None] * values, 1.0), 0.0)
        excess = terms.sum(1) - 1
        step = (np.where(seen, terms**2 / np.maximum(counts, 1), 0.0)).sum(1)
        level = level + np.where(excess > 1e-14, excess / step, 0.0)
        if (excess <= 1e-12).all():
            break
    weights = np.where(seen, counts / np.where(seen, level[:, None] + slope[:, None] * values, 1.0), 0.0)
    weights[:, 0] += np.maximum(0.0, 1 - weights.sum(1))
    mean = weights @ values
    return mean, (weights * (values - mean[:, None]) ** 2).sum(1)
