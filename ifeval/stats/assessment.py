"""Is the candidate worse? Two one-sided tests, four answers.

non-inferior: "worse by the margin or more" is rejected. regressed: "not worse" is rejected. Asking for a significant
regression only would pass everything that is too small to show one; asking for non-inferiority only cannot tell
"worse" from "too few prompts". Both together can:

    non-inferior  regressed
    yes           no         PASS
    yes           yes        PASS (WARN): worse, but by less than the margin
    no            yes        FAIL
    no            no         INCONCLUSIVE: more samples are needed
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, inf, isfinite

import numpy as np
import numpy.typing as npt

from ifeval.stats.differences import SMALL, paired_t_interval, paired_t_p, sign_flip_p
from ifeval.stats.interval import Interval
from ifeval.stats.paired import mcnemar_p, noninferiority_p, tango_interval
from ifeval.stats.power import attainable_margin, noninferiority_n, required_n
from ifeval.stats.strata import Stratum, standard_error, stratified_interval, stratified_p

FEW_DISCORDANT = 10
"""Fewer discordant pairs than this are tested by the exact p, not by mid-p."""


class Decision(StrEnum):
    """The four answers."""

    PASS = "PASS"
    WARN = "PASS (WARN)"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"


def decision_of(noninferior: bool, regressed: bool) -> Decision:
    """The table above."""
    if noninferior:
        return Decision.WARN if regressed else Decision.PASS
    return Decision.FAIL if regressed else Decision.INCONCLUSIVE


@dataclass(frozen=True, slots=True)
class Assessment:
    """A decision with the numbers it rests on.

    `interval` is of the difference, candidate minus baseline, at 95 percent. `variance` is the variance of one
    prompt's difference (the discordance for booleans). `attainable_margin` is the smallest margin at which as many
    prompts pass an equally good candidate in 80 of 100 cases. `needed`: the prompts that would settle it in 80 of 100
    cases, one way or the other, if the true difference is the one seen; None where no number would.
    """

    decision: Decision
    interval: Interval
    noninferiority_p: float
    regression_p: float
    margin: float
    alpha: float
    variance: float
    attainable_margin: float
    needed: int | None


def decide(losses: int, wins: int, n: int, margin: float, alpha: float = 0.05, exact: bool = False) -> Assessment:
    """The verdict on booleans: Tango's non-inferiority test and McNemar's one-sided test.

    The latter's p is mid-p; exact below 10 discordant pairs, and always with `exact`.
    """
    discordance = (losses + wins + 1) / (n + 2)  # one added: no discordant pair among few prompts is no proof of none
    return _decision(
        tango_interval(losses, wins, n),
        float(noninferiority_p(losses, wins, n, margin)),
        float(mcnemar_p(losses, wins, "worse", exact or losses + wins < FEW_DISCORDANT)),
        margin,
        alpha,
        discordance,
    )


def decide_scores(differences: npt.ArrayLike, margin: float, alpha: float = 0.05, seed: int = 0) -> Assessment:
    """The verdict on per-prompt differences of any scores in [0, 1]: paired t tests, sign flips below 100 prompts.

    Differences without spread would make the t test certain after two prompts, so non-inferiority is never surer than
    it would be of as many booleans that all agree.
    """
    d = np.asarray(differences, dtype=float)
    n = len(d)
    regression = sign_flip_p(d, "less", seed=seed) if 0 < n < SMALL else paired_t_p(d, side="less")
    noninferiority = max(paired_t_p(d, -margin, "greater"), float(noninferiority_p(0, 0, n, margin)))
    variance = float(d.var(ddof=1)) if n > 1 else 1.0
    return _decision(paired_t_interval(d), noninferiority, regression, margin, alpha, variance)


def decide_strata(strata: Sequence[Stratum], margin: float, alpha: float = 0.05) -> Assessment:
    """The verdict on the unweighted mean of several tasks' differences (`ifeval.stats.strata`)."""
    interval = stratified_interval(strata)
    variance = standard_error(strata) ** 2 * interval.n if strata else 1.0
    return _decision(
        interval, stratified_p(strata, -margin), 1 - stratified_p(strata) if strata else 1.0, margin, alpha, variance
    )


def _decision(
    interval: Interval, noninferiority: float, regression: float, margin: float, alpha: float, variance: float
) -> Assessment:
    return Assessment(
        decision=decision_of(noninferiority <= alpha, regression <= alpha),
        interval=interval,
        noninferiority_p=noninferiority,
        regression_p=regression,
        margin=margin,
        alpha=alpha,
        variance=variance,
        attainable_margin=attainable_margin(interval.n, variance, alpha),
        needed=_needed(interval, margin, variance, alpha),
    )


def _needed(interval: Interval, margin: float, variance: float, alpha: float) -> int | None:
    difference = interval.estimate if interval.n else 0.0
    spread = max(variance, difference * difference)
    pass_at = noninferiority_n(margin, spread, difference, alpha)
    fail_at = required_n(difference, spread, alpha) if difference < 0 else inf
    return ceil(min(pass_at, fail_at)) if isfinite(min(pass_at, fail_at)) else None
