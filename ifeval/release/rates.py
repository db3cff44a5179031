"""What else must not rise, judged task by task and by independent samples: rates of replies that went wrong (cut, empty,
unparsable ...), and what conversations take (replies, calls, tokens, seconds)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ifeval.comparison.outcomes import OutcomeTable
from ifeval.comparison.pairing import Pairs, match_effort, match_rate
from ifeval.errors import NotComparable
from ifeval.release.policy import Policy
from ifeval.stats.differences import SMALL, paired_t_p, sign_flip_p
from ifeval.stats.flips import worse_p
from ifeval.util.tables import points

ALL_OF = 8
MOST_BEFORE = 2 / 3
"""A rate that all replies of at least so many independent samples have, and of the baseline's at most this share, has
risen: with as few as eight no correction for other tests leaves a significant p, and nobody needs one."""


@dataclass(frozen=True, slots=True)
class Rise:
    """A rate or an effort of one task in both runs; `failed` where it rose by more than `limit`, significantly by the
    adjusted p, or to all replies (`total`).

    `scores` are shares of the replies, of an `effort` its means per sample; `limit` is in their unit. `rose`, `fell`:
    the samples in which it did.
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
    effort: bool = False
    total: bool = False


def rise_of(rate: str, task: str, limit: float, pairs: Pairs) -> Rise:
    """A rise is a loss of the rate's absence: the candidate has it where the baseline has not."""
    units = replace(pairs.units(), differences=-pairs.independent)
    before, after = pairs.scores
    total = after == 1 and before <= MOST_BEFORE and len(pairs.independent) >= ALL_OF
    return Rise(rate, task, pairs.scores, limit, pairs.wins, pairs.losses, worse_p([units]), total=total)


def rises_between(old: OutcomeTable, new: OutcomeTable, policy: Policy) -> list[Rise]:
    """Every rate and effort that the policy limits, in every task of two aligned runs that is not advisory."""
    graded = [(name, task) for name, task in sorted(old.tasks.items()) if not task.advisory]
    rates = [
        rise_of(rate, name, limit, match_rate(task, new.tasks[name], rate))
        for name, task in graded
        for rate, limit in policy.rises.items()
    ]
    return rates + list(_efforts(old, new, policy))


def judged_rise(rise: Rise, adjusted_p: float, policy: Policy) -> Rise:
    """The rate with its decision: has it risen by more than its limit, and significantly or to all replies?"""
    before, after = rise.scores
    failed = after - before > rise.limit and (adjusted_p <= policy.alpha or rise.total)
    return replace(rise, adjusted_p=adjusted_p, failed=failed)


def _efforts(old: OutcomeTable, new: OutcomeTable, policy: Policy) -> Iterator[Rise]:
    for name, task in sorted(old.tasks.items()):
        for effort, share in policy.efforts.items():
            sides = [side.tasks[name].efforts for side in (old, new)]
            if task.advisory or not any(sides):
                continue
            if unknown := [run.name for run, side in zip((old, new), sides, strict=True) if effort not in side]:
                raise NotComparable(
                    f"{unknown[0]} does not say how many {effort} the conversations of {name} took; record it again, or "
                    f"take {effort} out of the policy's efforts."
                )
            pairs = match_effort(task, new.tasks[name], effort)
            limit = share * pairs.scores[0]
            yield Rise(effort, name, pairs.scores, limit, pairs.wins, pairs.losses, _rise_p(pairs), effort=True)


def _rise_p(pairs: Pairs) -> float:
    """One-sided p of H0: it has not risen; by sign flips where these apply and samples are few, else by Student's t."""
    d = pairs.independent
    flips = pairs.balanced and len(d) < SMALL
    return sign_flip_p(d, "greater") if flips else paired_t_p(d, side="greater")


def rise_sentence(rise: Rise) -> str:
    """One rate in words."""
    old, new = rise.scores
    if rise.effort:
        change = f"{rise.rate} of {rise.task}: {old:.4g} per sample of the baseline's, {new:.4g} of the candidate's"
        limit = f"{100 * rise.limit / old:.0f} %" if old else "nothing"
    else:
        change = (
            f"{rise.rate} of {rise.task}: {points(old)} % of the baseline's replies, {points(new)} % of the candidate's"
        )
        limit = f"{points(rise.limit)} points"
    change += f" (p = {rise.adjusted_p:.2g})"
    if not rise.failed:
        return f"{change}."
    return f"{change}; a rise {'to all replies' if rise.total else f'of more than {limit}'} fails."
