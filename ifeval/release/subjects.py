"""What a release is judged by: the mean over families, every family, and the tasks of families that have several."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ifeval.comparison.outcomes import OutcomeTable, TaskOutcomes
from ifeval.comparison.pairing import Pairs
from ifeval.release.policy import EACH, MEAN, REGRESSION, Endpoint, Policy
from ifeval.stats.score_test import Units

ALL = "all families"


class Kind(StrEnum):
    """What a line of the verdict is about."""

    MEAN = "mean"
    FAMILY = "family"
    TASK = "task"


class Rule(StrEnum):
    """The rule that decides a line of the verdict."""

    MEAN = "mean over families"
    MARGIN = "within its margin"
    LOSS = "no significant loss"
    COLLAPSE = "advisory unless it collapses"
    ADVISORY = "advisory"


WEIGHTS = {Kind.MEAN: 0.5, Kind.FAMILY: 1.0, Kind.TASK: 0.6}
"""How the tests of "worse" share alpha (weighted Holm). A task's test repeats part of its family's, and the mean's part
of all, so they get less: at core's sizes a loss in one family is then found as often as by the families' tests alone."""
SMALL = 0.25
"""What a family or a task gets of its weight whose samples are too few to show more than a collapse."""
RATES_WEIGHT = 0.25
"""What the tests of all rates and efforts together get of it: a rate that collapses needs no more."""
DESCRIBES = "it describes and does not grade"


@dataclass(frozen=True, slots=True)
class Subject:
    """The mean, a family or a task, and how it is judged. `why` says why one is advisory that might block.

    `families` are the groups whose tasks make it up: each counts alike, and within it every independent sample.
    `weight` is its share of alpha among the tests of "worse".
    """

    name: str
    kind: Kind
    families: tuple[tuple[str, ...], ...]
    blocking: bool
    rule: Rule
    margin: float
    weight: float
    why: str = ""

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(task for family in self.families for task in family)

    def shares(self, sizes: Mapping[str, float]) -> dict[str, float]:
        """Each task's share of the subject's difference, by the number of independent samples of each."""
        known = [family for family in self.families if sum(sizes.get(task, 0) for task in family)]
        return {
            task: sizes[task] / sum(sizes.get(other, 0) for other in family) / len(known)
            for family in known
            for task in family
            if sizes.get(task, 0)
        }

    def units(self, pairs: Mapping[str, Pairs]) -> list[Units]:
        """The independent differences of its tasks, each with its share."""
        shares = self.shares({task: len(pairs[task].independent) for task in self.tasks})
        return [pairs[task].units(share) for task, share in shares.items()]

    def independent(self, sizes: Mapping[str, float]) -> float:
        """As many samples of one task as say as much about this subject's difference; 0 without any."""
        spread = sum(share**2 / sizes[task] for task, share in self.shares(sizes).items())
        return 1 / spread if spread else 0.0


def subjects(outcomes: OutcomeTable, policy: Policy) -> list[Subject]:
    """Everything the policy judges of a run, the mean first; advisory families and tasks included."""
    families: dict[str, list[str]] = {}
    described = [name for name, task in sorted(outcomes.tasks.items()) if _describes(name, task, policy)]
    for name, task in sorted(outcomes.tasks.items()):
        if name not in described:
            families.setdefault(task.family, []).append(name)
    small = dict(_small(outcomes, families, policy))
    blocking = [family for family in sorted(families) if family not in small and _blocks(family, policy)]
    judged = []
    if policy.rule == MEAN and len(blocking) > 1:
        groups = tuple(tuple(families[family]) for family in blocking)
        judged.append(Subject(ALL, Kind.MEAN, groups, True, Rule.MEAN, policy.margin, WEIGHTS[Kind.MEAN]))
    for family, tasks in sorted(families.items()):
        endpoint = policy.families.get(family, Endpoint())
        alone = policy.rule == MEAN and blocking == [family]
        judged.append(_subject(family, Kind.FAMILY, tasks, endpoint, policy, small.get(family, ""), alone))
    for family, tasks in sorted(families.items()):
        for name in tasks:
            if len(tasks) > 1 or name in policy.tasks:
                endpoint = policy.tasks.get(name, Endpoint())
                why = "" if endpoint.blocking else small.get(family, "")
                if endpoint.blocking is None:
                    endpoint = replace(endpoint, blocking=policy.families.get(family, Endpoint()).blocking)
                one = _subject(f"task {name}", Kind.TASK, [name], endpoint, policy, why)
                few = one.rule is Rule.LOSS and outcomes.tasks[name].units < policy.fewest
                judged.append(replace(one, weight=one.weight * SMALL) if few else one)
    for name in described:
        shown = Endpoint(blocking=False)
        judged.append(_subject(f"task {name}", Kind.TASK, [name], shown, policy, DESCRIBES))
    return judged


def _describes(name: str, task: TaskOutcomes, policy: Policy) -> bool:
    """Is the task advisory, by its own word and against none of the policy's?"""
    return task.advisory and not policy.tasks.get(name, Endpoint()).blocking


def _blocks(family: str, policy: Policy) -> bool:
    return policy.families.get(family, Endpoint()).blocking is not False


def _small(outcomes: OutcomeTable, families: Mapping[str, Sequence[str]], policy: Policy) -> Iterator[tuple[str, str]]:
    """(family, why) of those with too few samples for the mean and for margins; none where all have too few."""
    sizes = {family: sum(outcomes.tasks[task].units for task in tasks) for family, tasks in families.items()}
    given = {family: policy.families.get(family, Endpoint()).blocking for family in families}
    open_ = [family for family, blocking in given.items() if blocking is None]
    small = [family for family in open_ if sizes[family] < policy.fewest]
    if len(small) < len(open_) or True in given.values():
        for family in small:
            yield family, f"{sizes[family]} independent samples, fewer than {policy.fewest}"


def _subject(
    name: str, kind: Kind, tasks: Sequence[str], endpoint: Endpoint, policy: Policy, why: str, alone: bool = False
) -> Subject:
    """`why`: it is advisory, or small. `alone`: the only family that decides, so the mean is its own."""
    margin = policy.margin if endpoint.margin is None else endpoint.margin
    held = policy.rule != REGRESSION and (
        alone or endpoint.margin is not None or (kind is Kind.FAMILY and policy.rule == EACH and not why)
    )
    if endpoint.blocking is False:
        return Subject(name, kind, (tuple(tasks),), False, Rule.ADVISORY, margin, 0.0, why)
    rule = Rule.MARGIN if held else Rule.COLLAPSE if why else Rule.LOSS
    weight = WEIGHTS[kind] * (SMALL if rule is Rule.COLLAPSE else 1.0)
    return Subject(name, kind, (tuple(tasks),), True, rule, margin, weight, why)
