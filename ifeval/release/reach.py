"""What a gate can show, known before anything is run: the margins that a baseline's samples can resolve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ifeval.comparison.differences import mean_noise
from ifeval.comparison.outcomes import OutcomeTable
from ifeval.release.policy import Policy
from ifeval.release.subjects import Rule, subjects
from ifeval.stats.power import TYPICAL_DISCORDANCE, attainable_margin
from ifeval.util.tables import points


@dataclass(frozen=True, slots=True)
class Reach:
    """The smallest margins at which a line passes an equally good candidate in 80 of 100 cases.

    `best`: where no outcome changes. `usual`: where as many do as between two checkpoints, or as the baseline's own
    noise makes if that is more.
    """

    name: str
    samples: int
    margin: float
    best: float
    usual: float


def reaches(baseline: OutcomeTable, policy: Policy) -> list[Reach]:
    """Of everything that must be shown to lie within a margin; empty where the policy asks for none."""
    sizes = {name: task.units for name, task in baseline.tasks.items()}
    found = []
    for one in subjects(baseline, policy):
        if one.blocking and one.rule in (Rule.MEAN, Rule.MARGIN):
            samples = round(one.independent(sizes))
            noise = mean_noise([baseline.tasks[task].primary_noise for task in one.tasks]) or 0.0
            best, usual = (
                attainable_margin(samples, psi, policy.alpha) if samples else 1.0
                for psi in (0.0, max(noise, TYPICAL_DISCORDANCE))
            )
            found.append(Reach(one.name, samples, one.margin, best, usual))
    return found


def unresolvable(found: Sequence[Reach]) -> Iterator[str]:
    """Sentences for the lines whose margin not even a candidate without a single change would show."""
    for one in found:
        if one.margin < one.best:
            yield (
                f"{one.name}: {one.samples} independent samples show a margin of {points(one.best)} points at "
                f"best; the policy asks for {points(one.margin)}."
            )


def underpowered(found: Sequence[Reach]) -> Iterator[str]:
    """Sentences for the lines at which an equally good candidate will often be INCONCLUSIVE."""
    for one in found:
        if one.best <= one.margin < one.usual:
            yield (
                f"{one.name}: where {100 * TYPICAL_DISCORDANCE:.0f} % of the outcomes change, an equally good candidate "
                f"passes at {points(one.usual)} points in 80 of 100 cases; the policy asks for {points(one.margin)}, so "
                "INCONCLUSIVE will be more frequent. More samples, or more replies to each by the baseline, help."
            )
