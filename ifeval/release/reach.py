"""What a gate can show, known before anything is run: the margins that a baseline's samples can resolve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ifeval.comparison.differences import mean_noise
from ifeval.comparison.outcomes import OutcomeTable
from ifeval.release.decision import endpoints, task_endpoints
from ifeval.release.policy import RULES, Policy
from ifeval.stats.power import attainable_margin
from ifeval.util.tables import points

TYPICAL_DISCORDANCE = 0.15
"""The share of outcomes that changes between checkpoints of one model; 10 to 25 percent are usual."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The smallest margins at which a blocking endpoint passes an equally good candidate in 80 of 100 cases.

    `best`: where the candidate differs by the baseline's own noise only (by nothing where that was not measured).
    `usual`: where as many outcomes change as do between two checkpoints.
    """

    name: str
    samples: int
    margin: float
    best: float
    usual: float


def reaches(baseline: OutcomeTable, policy: Policy, sequential: bool = False) -> list[Reach]:
    """Of every blocking endpoint; none where the policy asks for no margin to be shown."""
    chosen = task_endpoints(baseline, policy) if sequential else endpoints(baseline, policy)
    found = []
    for name, tasks, endpoint in chosen:
        if endpoint.blocking and policy.rule == RULES[0]:
            samples = independent_samples(baseline, tasks)
            noise = mean_noise([baseline.tasks[task].primary_noise for task in tasks]) or 0.0
            best, usual = (attainable_margin(samples, psi, policy.alpha) for psi in (noise, TYPICAL_DISCORDANCE))
            found.append(Reach(name, samples, endpoint.margin, best, usual))
    return found


def independent_samples(outcomes: OutcomeTable, tasks: Sequence[str]) -> int:
    """As many samples of one task as say as much about the unweighted mean of `tasks`."""
    sizes = [max(1, len(set(outcomes.tasks[task].clusters))) for task in tasks]
    return int(len(sizes) ** 2 / sum(1 / size for size in sizes))


def unresolvable(found: Sequence[Reach]) -> Iterator[str]:
    """Sentences for the endpoints whose margin not even the same model again would show."""
    for one in found:
        if one.margin < one.best:
            yield (
                f"{one.name} has {one.samples} independent samples, which show a margin of {points(one.best)} points at "
                f"best; the policy asks for {points(one.margin)}."
            )


def underpowered(found: Sequence[Reach]) -> Iterator[str]:
    """Sentences for the endpoints at which an equally good candidate will often be INCONCLUSIVE."""
    for one in found:
        if one.best <= one.margin < one.usual:
            yield (
                f"{one.name}: if {100 * TYPICAL_DISCORDANCE:.0f} % of its outcomes change, {one.samples} samples show a "
                f"margin of {points(one.usual)} points; the policy asks for {points(one.margin)}, so INCONCLUSIVE is likely."
            )
