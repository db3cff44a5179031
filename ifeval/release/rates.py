"""Rates of replies that went wrong (cut, empty, unparsable ...), judged task by task and by independent samples."""

from dataclasses import dataclass, replace

from ifeval.comparison.outcomes import OutcomeTable
from ifeval.comparison.pairing import Pairs, match_rate
from ifeval.release.policy import Policy
from ifeval.stats.flips import worse_p
from ifeval.util.tables import points


@dataclass(frozen=True, slots=True)
class Rise:
    """A rate of one task in both runs; `failed` where it rose by more than `limit`, significantly by the adjusted p.

    `rose`, `fell`: the samples in which it did.
    """

    rate: str
    task: str
    scores: tuple[float, float]
    limit: float
    rose: int
    fell: int
    p: float
    adjusted_p: float = 1.0
    failed: bool = False


def rise_of(rate: str, task: str, limit: float, pairs: Pairs) -> Rise:
    """A rise is a loss of the rate's absence: the candidate has it where the baseline has not."""
    units = replace(pairs.units(), differences=-pairs.independent)
    return Rise(rate, task, pairs.scores, limit, rose=pairs.wins, fell=pairs.losses, p=worse_p([units]))


def rises_between(old: OutcomeTable, new: OutcomeTable, policy: Policy) -> list[Rise]:
    """Every rate that the policy limits, in every task of two aligned runs."""
    return [
        rise_of(rate, name, limit, match_rate(task, new.tasks[name], rate))
        for name, task in sorted(old.tasks.items())
        for rate, limit in policy.rises.items()
    ]


def judged_rise(rise: Rise, adjusted_p: float, policy: Policy) -> Rise:
    """The rate with its decision: has it risen by more than its limit, and significantly?"""
    before, after = rise.scores
    failed = after - before > rise.limit and adjusted_p <= policy.alpha
    return replace(rise, adjusted_p=adjusted_p, failed=failed)


def rise_sentence(rise: Rise) -> str:
    """One rate in words."""
    old, new = rise.scores
    change = (
        f"{rise.rate} of {rise.task}: {points(old)} % of the baseline's replies, {points(new)} % of the candidate's"
        f" (p = {rise.adjusted_p:.2g})"
    )
    return f"{change}; a rise of more than {points(rise.limit)} points fails." if rise.failed else f"{change}."
