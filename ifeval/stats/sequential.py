"""Stopping a paired comparison early, with the error rates of one that was not.

The number of units n is known, so each look may spend a planned part of alpha: alpha * (looked at / n) ** rho in
all. Two boundaries decide:

worse   exact sign flips with alpha spending. Given when the units that change come, under "not worse" each is for worse
        or for better by a fair coin, so the chance of having crossed is computed exactly, however many change.
within  the score statistic of non-inferiority against a group-sequential boundary, from the normal recursion of
        Armitage, McPherson and Rowe 1969 with the spending of Lan and DeMets 1983.

Units must be in a seeded random order fixed before the run, and are analysed in that order: short replies finish
first, so the order of finishing would be a biased sample. Sources: Lan and DeMets, Biometrika 70:659;
Kim and DeMets 1987 (power family); Stallard and Todd 2000 (exact spending for binary outcomes).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from ifeval.stats.flips import Flips, same_weights, worse_p
from ifeval.stats.interval import FloatArray
from ifeval.stats.score_test import Units, distance_and_error

MOST_LOOKS = 50
WIDEST = 8.0
NODES = 256


def planned_looks(n: int, every: int = 32, first: int = 64) -> tuple[int, ...]:
    """Numbers of units to look at: from `first` in steps of `every`, the last being n; at most about 50 looks.

    A remainder shorter than a step is joined to the last one. Below `first` units a normal boundary is not safe.
    """
    step = max(every, ceil(n / MOST_LOOKS))
    return (*range(max(first, step), n - step + 1, step), n)


def power_spending(alpha: float, rho: float = 2.0) -> Callable[[float], float]:
    """alpha * fraction ** rho: how much of alpha may be spent when `fraction` of the prompts has been seen."""
    return lambda fraction: alpha * fraction**rho


def group_sequential_boundaries(fractions: tuple[float, ...], spending: Callable[[float], float]) -> FloatArray:
    """Upper z boundaries at increasing information fractions (last 1) that spend `spending(fraction)` under H0.

    Density of the score process among paths not yet stopped, carried from look to look on Gauss-Legendre nodes.
    """
    unit_nodes, unit_weights = np.polynomial.legendre.leggauss(NODES)
    boundaries = []
    spent = last = 0.0
    nodes, mass = np.zeros(1), np.ones(1)
    for fraction in fractions:
        step, scale = sqrt(fraction - last), sqrt(fraction)
        increment = spending(fraction) - spent

        def crossing(z: float) -> float:
            return float(mass @ ndtr((nodes - z * scale) / step))  # noqa: B023 - called before the loop moves on

        if crossing(WIDEST) >= increment:
            boundary = WIDEST
        else:
            boundary = brentq(lambda z: crossing(z) - increment, -WIDEST, WIDEST, xtol=1e-10)  # noqa: B023
        boundaries.append(boundary)
        low, high = -WIDEST * scale, boundary * scale
        new_nodes = (high - low) / 2 * unit_nodes + (high + low) / 2
        kernel = np.exp(-0.5 * ((new_nodes[:, None] - nodes) / step) ** 2) / (step * sqrt(2 * np.pi))
        mass = (high - low) / 2 * unit_weights * (kernel @ mass)
        nodes, spent, last = new_nodes, spent + increment, fraction
    return np.array(boundaries)


class SpendingFlips:
    """The exact boundary of "worse": at any looks, spending at most alpha * fraction ** rho by each.

    `critical` is the sum of losses that would have crossed at the last look, `spent` the exact chance under "not worse"
    of having crossed by then.
    """

    def __init__(self, alpha: float = 0.05, rho: float = 2.0) -> None:
        self.spending = power_spending(alpha, rho)
        self.spent = 0.0
        self.critical: int | None = None
        self.flips = Flips()

    def look(self, fraction: float, differences: Sequence[int]) -> bool:
        """True when the losses cross, with these units' differences (whole numbers) since the last look."""
        self.flips.add(differences)
        tail = self.flips.tail()
        affordable = np.flatnonzero(tail <= self.spending(fraction) - self.spent)
        self.critical = int(affordable[0]) if len(affordable) else None
        if self.critical is None:
            return False
        self.spent += float(tail[self.critical])
        self.flips.mass[self.critical :] = 0.0
        return self.flips.lost >= self.critical


@dataclass(frozen=True, slots=True)
class Look:
    """One look: the units so far, whether "worse" crossed, z of non-inferiority with its boundary, whether it crossed.

    `hope` is the chance that it still will by the last look, were there no true difference from here on.

    `critical` is the sum of losses, in `denominator`-ths, at which "worse" would have crossed; None where it is out of
    reach or where the test is the normal one.
    """

    n: int
    worse: bool
    critical: int | None
    z: float
    boundary: float
    within: bool
    hope: float


class SequentialTest:
    """Both boundaries of one weighted mean of unit differences, at looks planned as fractions of all units.

    alpha: of the margin. worse_alpha: of "worse", where several tests share it. denominator: what makes the units'
    differences whole numbers. Groups of unlike weight, or with unequal numbers of answers, have no exact boundary of
    "worse"; theirs is the normal one, and so is that of very many units (`exact` False). rho, worse_rho: how alpha is
    spent on the margin and on "worse".
    """

    def __init__(
        self,
        fractions: tuple[float, ...],
        margin: float,
        alpha: float = 0.05,
        worse_alpha: float | None = None,
        denominator: int = 1,
        exact: bool = True,
        rho: float = 2.0,
        worse_rho: float = 2.0,
    ) -> None:
        self.fractions, self.margin, self.denominator, self.exact = fractions, margin, denominator, exact
        self.looks: list[Look] = []
        own = alpha if worse_alpha is None else worse_alpha
        self.boundaries = boundaries(fractions, alpha, rho)
        self._worse_boundaries = boundaries(fractions, own, worse_rho)
        self._flips = SpendingFlips(own, worse_rho)
        self._seen: list[int] = []

    def look(self, groups: Sequence[Units]) -> Look:
        """The next planned look, at all units so far."""
        number = len(self.looks)
        boundary = float(self.boundaries[number])
        distance, error = distance_and_error(groups, -self.margin)
        z = distance / error if error > 0 else 0.0
        worse = self._worse(number, groups)
        n = sum(len(group.differences) for group in groups)
        hope = self._hope(self.fractions[number], z, error)
        self.looks.append(Look(n, worse, self._flips.critical, z, boundary, z >= boundary, hope))
        return self.looks[-1]

    def _hope(self, fraction: float, z: float, error: float) -> float:
        """Conditional power (Lan, Simon and Halperin 1982): the rest of the path drifts as equal runs would."""
        left, last = 1 - fraction, float(self.boundaries[-1])
        if left <= 0 or error <= 0:
            return float(z >= last)
        drift = self.margin / (error * sqrt(fraction))
        return float(ndtr((z * sqrt(fraction) + drift * left - last) / sqrt(left)))

    def _worse(self, number: int, groups: Sequence[Units]) -> bool:
        if not self.exact or not same_weights(groups) or not all(group.exchangeable for group in groups):
            return worse_p(groups) <= float(ndtr(-self._worse_boundaries[number]))
        seen = self._seen or [0] * len(groups)
        new = np.concatenate([group.differences[start:] for group, start in zip(groups, seen, strict=True)])
        self._seen = [len(group.differences) for group in groups]
        return self._flips.look(self.fractions[number], np.rint(new * self.denominator).astype(int).tolist())


@lru_cache(maxsize=256)
def boundaries(fractions: tuple[float, ...], alpha: float, rho: float = 2.0) -> FloatArray:
    """Upper z boundaries at these fractions, spending alpha * fraction ** rho."""
    return group_sequential_boundaries(fractions, power_spending(alpha, rho))
