"""The planned looks of a sequential gate: what has been decided, and which families need no further replies.

At a look every open family has shown a planned share of its units: all the same, but where a unit takes several replies
(wordings of one item) the costly units come later. A line that is worse beyond its boundary fails the release. The mean
(or a family that is held to a margin) passes at its boundary. A family is closed, and asked no more, when all it is held
to has passed, or could hardly pass any more, and none of its lines looks worse than chance would make it in nine of ten
cases. To close one early can raise neither the chance of a false FAIL nor of a false PASS.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import lcm

from scipy.special import ndtr

from ifeval.comparison.outcomes import OutcomeTable
from ifeval.comparison.pairing import Pairs, match, match_rate
from ifeval.errors import UserError
from ifeval.release.decision import detectable_loss, judged_from, overall, total_weight
from ifeval.release.judged import Judged
from ifeval.release.policy import Policy
from ifeval.release.rates import Rise, rise_of
from ifeval.release.subjects import RATES_WEIGHT, Kind, Rule, Subject, subjects
from ifeval.release.watched import WatchedTask
from ifeval.stats.assessment import Decision, decide_units, decision_of
from ifeval.stats.flips import AFFORDABLE, FINEST, worse_p
from ifeval.stats.score_test import Units
from ifeval.stats.sequential import SequentialTest, boundaries, planned_looks

CONFIDENCE = 0.95
MOST_LOOKS = 16
FIRST = 48
"""Units of the smallest line before the first look: with fewer the normal boundary of the margin is not safe."""
HOPELESS = 0.3
"""Where the chance to pass, were there no difference, has fallen below this, no more is asked to find out."""
SPENDING = 1.5
"""The margin's alpha is spent as fraction ** SPENDING: a little sooner than that of "worse", since most candidates pass."""
UNSUSPICIOUS = 0.1
"""A line whose one-sided p of "worse" is above this is not followed any further, once all else is decided."""


@dataclass(slots=True)
class Line:
    """One line under watch: its test, and how it stood when it was last looked at."""

    subject: Subject
    test: SequentialTest
    units: list[Units]
    pairs: Mapping[str, Pairs]
    within: bool = False
    worse: bool = False
    excused: bool = False
    clear: bool = False
    hope: float = 1.0

    @property
    def settled(self) -> bool:
        """Has what it is held to been shown, or can it hardly be any more?"""
        return self.within or self.hope < HOPELESS


@dataclass(slots=True)
class RateLine:
    """One rate of one task under watch."""

    rise: Rise
    test: SequentialTest
    clear: bool = False


class Looks:
    """All lines of a release under planned looks; `decision` stays None until the last family is closed."""

    def __init__(self, baseline: OutcomeTable, policy: Policy, repeats: int) -> None:
        self.policy, self.baseline = policy, baseline
        self.tasks = {name: WatchedTask(name, task, repeats) for name, task in sorted(baseline.tasks.items())}
        if policy.efforts and any(task.efforts for task in baseline.tasks.values()):
            raise UserError(
                "--sequential judges scores and rates; take [efforts] out of the policy, or run it without."
            )
        judged = subjects(baseline, policy)
        families = {task: baseline.tasks[task].family for task in self.tasks}
        self.open = set(families.values())
        self.families = families
        self.paces = {family: self._pace(family) for family in self.open}
        sizes = [
            sum(self.tasks[task].units for task in one.tasks)
            for one in judged
            if one.blocking and one.kind is not Kind.TASK and one.rule is not Rule.COLLAPSE
        ]
        smallest = min(sizes, default=1)
        planned = planned_looks(smallest, every=max(8, smallest // MOST_LOOKS), first=FIRST)
        self.fractions = tuple(at / smallest for at in planned)
        self.number = 0
        self.failed = False
        self.total = total = total_weight(judged, policy)
        if not total:
            raise UserError("--sequential: the policy leaves nothing that can fail the release.")
        self.lines = [self._line(one, total) for one in judged]
        rates = [(rate, task) for task in self.tasks for rate in policy.rises]
        share = policy.alpha * RATES_WEIGHT / total / max(1, len(rates))
        self.rates = [self._rate(rate, task, share) for rate, task in rates]

    @property
    def decision(self) -> Decision | None:
        """FAIL at once; else nothing before every family is closed or the last look is over."""
        if not (self.failed or not self.open or self.number == len(self.fractions)):
            return None
        return overall(self.judged(), self.risen())

    def wanted(self, task: str) -> bool:
        """Is there still something to learn from this task?"""
        return task not in self.families or self.families[task] in self.open

    def advance(self, last: bool = False) -> None:
        """Take every look that the finished replies allow; `last`: no more will come, so look at what there is."""
        while self.decision is None and (last or self._ready()):
            self.step(last)

    def step(self, last: bool = False) -> None:
        """Take the next planned look."""
        self._look(1.0 if last else self.fractions[self.number], last)

    def judged(self) -> list[Judged]:
        """The lines with the numbers of their last look, and what was decided by it."""
        return [self._judged(line) for line in self.lines]

    def risen(self) -> list[Rise]:
        return [line.rise for line in self.rates]

    def _line(self, subject: Subject, total: float) -> Line:
        alpha = self.policy.alpha
        denominator = min(lcm(*(self.tasks[task].denominator for task in subject.tasks)), FINEST)
        units = sum(self.tasks[task].units for task in subject.tasks)
        exact = units * units * denominator <= AFFORDABLE
        worse_alpha = alpha * subject.weight / total if subject.blocking else alpha
        test = SequentialTest(
            self._information(subject), subject.margin, alpha, worse_alpha, denominator, exact, SPENDING
        )
        return Line(subject, test, [], {})

    def _pace(self, family: str) -> float:
        """The share of a family's units shown is the look's fraction to this power, 1 where a unit is one sample.

        The mean is best known for a number of replies where costly units come later (Neyman's allocation).
        """
        members = [watched for name, watched in self.tasks.items() if self.families[name] == family]
        replies = sum(len(watched.old.ids) for watched in members) / sum(watched.units for watched in members)
        return float(replies**0.25)

    def share(self, task: str) -> float:
        """The share of a task's units that the next look is at, while its family is open."""
        return self._shown(task, self.fractions[self.number]) / self.tasks[task].units

    def _shown(self, task: str, fraction: float) -> float:
        """How many units of a task are shown by then."""
        return self.tasks[task].units * float(fraction ** self.paces[self.families[task]])

    def _information(self, subject: Subject) -> tuple[float, ...]:
        """What is known of a subject's difference at each look, as a share of what is known in the end."""
        known = [
            subject.independent({task: self._shown(task, fraction) for task in subject.tasks})
            for fraction in self.fractions
        ]
        return tuple(one / known[-1] for one in known)

    def _rate(self, rate: str, task: str, alpha: float) -> RateLine:
        rise = Rise(rate, task, (float("nan"), float("nan")), self.policy.rises[rate], 0, 0, 1.0)
        watched = self.tasks[task]
        exact = watched.units**2 * watched.denominator <= AFFORDABLE
        fractions = tuple(fraction ** self.paces[self.families[task]] for fraction in self.fractions)
        return RateLine(rise, SequentialTest(fractions, 0.5, alpha, alpha, watched.denominator, exact))

    def _ready(self) -> bool:
        fraction = self.fractions[self.number]
        return all(
            watched.complete() >= self._units(watched, fraction)
            for name, watched in self.tasks.items()
            if self.families[name] in self.open
        )

    def _units(self, watched: WatchedTask, fraction: float) -> int:
        return min(watched.units, round(self._shown(watched.name, fraction)))

    def _look(self, fraction: float, last: bool) -> None:
        shown = {
            name: watched.upto(min(watched.complete(), self._units(watched, fraction)))
            for name, watched in self.tasks.items()
            if self.families[name] in self.open
        }
        for line in self.lines:
            if all(task in shown for task in line.subject.tasks):
                self._look_at(line, {task: match(*shown[task], shown[task][0].primary) for task in line.subject.tasks})
        for rate in self.rates:
            if rate.rise.task in shown:
                self._look_at_rate(rate, match_rate(*shown[rate.rise.task], rate.rise.rate))
        self.number = len(self.fractions) if last else self.number + 1
        self.failed = any(line.worse and not line.excused and line.subject.blocking for line in self.lines) or any(
            line.rise.failed for line in self.rates
        )
        self._close(shown)

    def _look_at(self, line: Line, pairs: Mapping[str, Pairs]) -> None:
        units = line.subject.units(pairs)
        line.pairs, line.units = pairs, units
        found = line.test.look(units)
        line.within |= found.within
        line.worse |= found.worse
        if line.worse:
            line.excused = found.within and judged_from(line.subject, pairs, units, self.baseline, self.policy).excused
        line.clear = worse_p(units) > UNSUSPICIOUS
        line.hope = found.hope

    def _look_at_rate(self, line: RateLine, pairs: Pairs) -> None:
        rise = rise_of(line.rise.rate, line.rise.task, line.rise.limit, pairs)
        units = [replace(pairs.units(), differences=-pairs.independent)]
        crossed = line.test.look(units).worse
        crossed |= rise.total and len(pairs.independent) == self.tasks[rise.task].units
        before, after = rise.scores
        line.rise = replace(rise, adjusted_p=rise.p, failed=crossed and after - before > rise.limit)
        line.clear = rise.p > UNSUSPICIOUS or after - before <= rise.limit

    def _close(self, shown: Iterable[str]) -> None:
        """Close the families that have nothing left to show; one that is held to nothing waits for what others are."""
        decisive = [line for line in self.lines if line.subject.rule in (Rule.MEAN, Rule.MARGIN)]
        for family in sorted(self.open):
            lines = [line for line in self.lines if line.subject.blocking and self._concerns(line.subject, family)]
            rates = [line for line in self.rates if self.families[line.rise.task] == family]
            held = [line for line in decisive if self._concerns(line.subject, family)] or decisive
            followed = [line for line in lines if line.subject.kind is not Kind.MEAN]
            if (
                all(line.settled for line in held)
                and all(line.clear for line in followed)
                and all(line.clear for line in rates)
                and (held or not lines)
            ):
                self.open.discard(family)

    def _judged(self, line: Line) -> Judged:
        """The interval is one that holds at all looks at once (Jennison and Turnbull's repeated interval)."""
        subject, policy = line.subject, self.policy
        one = judged_from(subject, line.pairs, line.units, self.baseline, policy)
        looked = len(line.test.looks)
        if not looked or not one.assessment.interval.n:
            return replace(one, decision=Decision.INCONCLUSIVE)
        level = 2 * float(ndtr(boundaries(line.test.fractions, (1 - CONFIDENCE) / 2)[looked - 1])) - 1
        repeated = decide_units(line.units, subject.margin, policy.alpha, level)
        decision = decision_of(line.within or subject.rule not in (Rule.MEAN, Rule.MARGIN), line.worse)
        if line.worse:
            decision = Decision.WARN if line.excused else Decision.FAIL
        weight = subject.weight / self.total if subject.blocking else 1.0
        return replace(
            one,
            assessment=repeated,
            decision=decision,
            adjusted_p=min(1.0, repeated.regression_p / weight),
            detectable=detectable_loss(one, policy.alpha * weight),
        )

    def _concerns(self, subject: Subject, family: str) -> bool:
        return any(self.families[task] == family for task in subject.tasks)
