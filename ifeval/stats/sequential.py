"""Stopping a paired comparison early, with the error rates of one that was not.

The number of prompts n is known, so each look may spend a planned part of alpha: alpha * (looked at / n) ** rho in
all. Two boundaries decide:

FAIL  exact McNemar with alpha spending. Given when the discordant prompts come, under "not worse" each is a loss or a
      win by a fair coin, so the chance of having crossed is computed exactly, whatever the discordance.
PASS  Tango's z of non-inferiority against a group-sequential boundary, from the normal recursion of Armitage,
      McPherson and Rowe 1969 with the spending of Lan and DeMets 1983.

Prompts must be in a seeded random order fixed before the run, and are analysed in that order: short replies finish
first, so the order of finishing would be a biased sample. Sources: Lan and DeMets, Biometrika 70:659;
Kim and DeMets 1987 (power family); Stallard and Todd 2000 (exact spending for binary outcomes).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from ifeval.stats.assessment import Decision, decision_of
from ifeval.stats.interval import FloatArray
from ifeval.stats.paired import fair_coin_pmf, tango_z

MOST_LOOKS = 50
WIDEST = 8.0
NODES = 256


def planned_looks(n: int, every: int = 32, first: int = 64) -> tuple[int, ...]:
    """Numbers of prompts to look at: from `first` in steps of `every`, the last being n; at most about 50 looks.

    A remainder shorter than a step is joined to the last one. Below `first` prompts a normal boundary is not safe.
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


class SpendingMcNemar:
    """The FAIL boundary: McNemar's exact test at any looks, spending at most alpha * (at / n) ** rho by each.

    `critical` is the number of losses that would have crossed at the last look, `spent` the exact chance under
    "not worse" of having crossed by then.
    """

    def __init__(self, n: int, alpha: float = 0.05, rho: float = 2.0) -> None:
        self.n = n
        self.spending = power_spending(alpha, rho)
        self.spent = 0.0
        self.critical: int | None = None
        self._surviving = np.ones(1)  # P(this many losses and never crossed), given the discordant pairs so far

    def look(self, at: int, losses: int, wins: int) -> bool:
        """True when `losses` of the losses + wins discordant pairs among the first `at` prompts cross."""
        new = losses + wins - len(self._surviving) + 1
        self._surviving = np.convolve(self._surviving, fair_coin_pmf(np.arange(new + 1), new))
        tail = np.cumsum(self._surviving[::-1])[::-1]
        affordable = np.flatnonzero(tail <= self.spending(at / self.n) - self.spent)
        self.critical = int(affordable[0]) if len(affordable) else None
        if self.critical is None:
            return False
        self.spent += float(tail[self.critical])
        self._surviving[self.critical :] = 0.0
        return losses >= self.critical


@dataclass(frozen=True, slots=True)
class Look:
    """One look: the counts so far, the FAIL boundary in losses (None: out of reach), z of PASS and its boundary."""

    n: int
    losses: int
    wins: int
    critical_losses: int | None
    z: float
    boundary: float


class SequentialGate:
    """Decides FAIL or PASS as soon as a planned look allows it; INCONCLUSIVE when all n prompts did not.

    Give each finished prompt to `add` with its position in the planned order, in any order of finishing: a look
    happens when all prompts up to it are there. `decision` stays None until then, `looks` is the record.
    `tests`: how many such gates may fail one release; FAIL then has alpha / tests (Bonferroni).
    """

    def __init__(
        self,
        n: int,
        margin: float,
        alpha: float = 0.05,
        rho: float = 2.0,
        every: int = 32,
        first: int = 64,
        tests: int = 1,
    ) -> None:
        self.n, self.margin = n, margin
        self.planned = planned_looks(n, every, first)
        self.boundaries = _pass_boundaries(self.planned, alpha, rho)
        self.looks: list[Look] = []
        self.decision: Decision | None = None
        self.seen = self.losses = self.wins = 0
        self._fail = SpendingMcNemar(n, alpha / tests, rho)
        self._waiting: dict[int, tuple[bool, bool]] = {}

    def add(self, position: int, baseline: bool, candidate: bool) -> Decision | None:
        """One prompt's outcomes under both runs; returns the decision so far. A decided gate ignores more."""
        if not 0 <= position < self.n or position < self.seen or position in self._waiting:
            raise ValueError(f"position {position} is given twice or outside the {self.n} planned prompts")
        self._waiting[position] = (baseline, candidate)
        while self.decision is None and self.seen in self._waiting:
            before, after = self._waiting.pop(self.seen)
            self.seen += 1
            self.losses += before and not after
            self.wins += after and not before
            if self.seen == self.planned[len(self.looks)]:
                self.look(self.losses, self.wins)
        return self.decision

    def look(self, losses: int, wins: int) -> Decision | None:
        """Take the next planned look with these counts among its prompts."""
        number = len(self.looks)
        at, boundary = self.planned[number], float(self.boundaries[number])
        failed = self._fail.look(at, losses, wins)
        z = -float(tango_z(losses, wins, at, self.margin))
        self.looks.append(Look(at, losses, wins, self._fail.critical, z, boundary))
        decision = decision_of(noninferior=z >= boundary, regressed=failed)
        if decision is not Decision.INCONCLUSIVE or at == self.n:
            self.decision = decision
        return self.decision


@lru_cache(maxsize=16)
def _pass_boundaries(looks: tuple[int, ...], alpha: float, rho: float) -> FloatArray:
    return group_sequential_boundaries(tuple(look / looks[-1] for look in looks), power_spending(alpha, rho))
