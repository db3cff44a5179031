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

from ifeval.stats.differences import paired_t_interval
from ifeval.stats.flips import FEW_CHANGED, worse_p
from ifeval.stats.interval import Interval
from ifeval.stats.paired import mcnemar_p, noninferiority_p, tango_interval
from ifeval.stats.power import attainable_margin, noninferiority_n, required_n
from ifeval.stats.score_test import Units, score_p
from ifeval.stats.strata import score_stratum, standard_error, stratified_interval


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
        float(mcnemar_p(losses, wins, "worse", exact or losses + wins < FEW_CHANGED)),
        margin,
        alpha,
        discordance,
    )


def decide_units(groups: Sequence[Units], margin: float, alpha: float = 0.05, level: float = 0.95) -> Assessment:
    """The verdict on the weighted mean of groups of unit differences: scores, items of several samples, several tasks.

    The score test with the variance of the hypothesis (`score_test`) and the exact sign flips (`flips`). One group of
    -1, 0 and 1 gets the very numbers of `decide`. level: of the interval.
    """
    known = [group for group in groups if len(group.differences)]
    interval, variance = _spread(known, level)
    return _decision(interval, score_p(known, -margin) if known else 1.0, worse_p(known), margin, alpha, variance)


def _spread(groups: Sequence[Units], level: float) -> tuple[Interval, float]:
    """The interval of the mean, and the variance of one of as many units that would say as much."""
    if len(groups) == 1 and groups[0].exchangeable and np.isin(groups[0].differences, (-1.0, 0.0, 1.0)).all():
        d = groups[0].differences
        losses, wins = int((d < 0).sum()), int((d > 0).sum())
        return tango_interval(losses, wins, len(d), level), (losses + wins + 1) / (len(d) + 2)
    if len(groups) == 1:
        d = groups[0].differences
        return paired_t_interval(d, level), float(d.var(ddof=1)) if len(d) > 1 else 1.0
    strata = [score_stratum(group.differences) for group in groups]
    shares = [group.share for group in groups]
    interval = stratified_interval(strata, level, shares)
    return interval, standard_error(strata, shares) ** 2 * interval.n if groups else 1.0


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
