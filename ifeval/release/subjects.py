"""What a release is judged by: the mean over families, every family, and the tasks of families that have several."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ifeval.comparison.outcomes import OutcomeTable
from ifeval.comparison.pairing import Pairs
from ifeval.release.policy import EACH, MEAN, REGRESSION, Endpoint, Policy
from ifeval.stats.score_test import Units

ALL = "all families"


class Kind(StrEnum):
    """What a subject is."""

    MEAN = "mean"
    FAMILY = "family"
    TASK = "task"


class Rule(StrEnum):
    """The rule that decides a line of the verdict."""

    MEAN = "mean over families"
    MARGIN = "within its margin"
    LOSS = "no significant loss"
    ADVISORY = "advisory"


WEIGHTS = {Kind.MEAN: 0.5, Kind.FAMILY: 1.0, Kind.TASK: 0.6}
"""How the tests of "worse" share alpha (weighted Holm). A task's test repeats part of its family's, and the mean's part
of all, so they get less: at core's sizes a loss in one family is then found as often as by the families' tests alone."""
RATES_WEIGHT = 0.25
"""What the tests of all rates together get of it: a rate that collapses needs no more."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The mean, a family or a task, and how it is judged. `why` says why one is advisory that might block.

    `families` are the groups whose tasks make it up: each counts alike, and within it every independent sample.
    """

    name: str
    kind: Kind
    families: tuple[tuple[str, ...], ...]
    blocking: bool
    rule: Rule
    margin: float
    why: str = ""

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(task for family in self.families for task in family)

    @property
    def weight(self) -> float:
        """Its share of alpha among the tests of "worse"; none where it cannot fail the release."""
        return WEIGHTS[self.kind] if self.blocking else 0.0

    def shares(self, sizes: Mapping[str, int]) -> dict[str, float]:
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

    def independent(self, sizes: Mapping[str, int]) -> float:
        """As many samples of one task as say as much about this subject's difference; 0 without any."""
        spread = sum(share**2 / sizes[task] for task, share in self.shares(sizes).items())
        return 1 / spread if spread else 0.0


def subjects(outcomes: OutcomeTable, policy: Policy) -> list[Subject]:
    """Everything the policy judges of a run, the mean first; advisory families and their tasks included."""
    families: dict[str, list[str]] = {}
    for name, task in sorted(outcomes.tasks.items()):
        families.setdefault(task.family, []).append(name)
    advisory = dict(_advisory(outcomes, families, policy))
    blocking = [family for family in sorted(families) if family not in advisory]
    judged = []
    if policy.rule == MEAN and len(blocking) > 1:
        groups = tuple(tuple(families[family]) for family in blocking)
        judged.append(Subject(ALL, Kind.MEAN, groups, True, Rule.MEAN, policy.margin))
    for family, tasks in sorted(families.items()):
        alone = policy.rule == MEAN and blocking == [family]
        endpoint = policy.families.get(family, Endpoint())
        why = advisory.get(family)
        judged.append(_subject(family, Kind.FAMILY, tasks, endpoint, policy, why, alone))
    for family, tasks in sorted(families.items()):
        for name in tasks:
            if len(tasks) > 1 or name in policy.tasks:
                endpoint = policy.tasks.get(name, Endpoint())
                why = advisory.get(family)
                if endpoint.blocking is not None:
                    why = None if endpoint.blocking else ""
                judged.append(_subject(f"task {name}", Kind.TASK, [name], endpoint, policy, why))
    return judged


def _advisory(
    outcomes: OutcomeTable, families: Mapping[str, Sequence[str]], policy: Policy
) -> Iterator[tuple[str, str]]:
    """(family, why) of those that do not block; where all are too small, none is for that reason."""
    sizes = {family: sum(outcomes.tasks[task].units for task in tasks) for family, tasks in families.items()}
    given = {family: policy.families.get(family, Endpoint()).blocking for family in families}
    open_ = [family for family, blocking in given.items() if blocking is None]
    small = [family for family in open_ if sizes[family] < policy.fewest]
    if len(small) == len(open_) and True not in given.values():
        small = []
    for family, blocking in given.items():
        if blocking is False:
            yield family, ""
        elif family in small:
            yield family, f"{sizes[family]} independent samples, fewer than {policy.fewest}"


def _subject(
    name: str,
    kind: Kind,
    tasks: Sequence[str],
    endpoint: Endpoint,
    policy: Policy,
    why: str | None,
    alone: bool = False,
) -> Subject:
    """`why` is None where it blocks. `alone`: the only family that blocks, so the mean is its own."""
    held = policy.rule != REGRESSION and (
        alone or endpoint.margin is not None or (kind is Kind.FAMILY and policy.rule == EACH)
    )
    rule = Rule.ADVISORY if why is not None else Rule.MARGIN if held else Rule.LOSS
    margin = policy.margin if endpoint.margin is None else endpoint.margin
    return Subject(name, kind, (tuple(tasks),), why is None, rule, margin, why or "")
