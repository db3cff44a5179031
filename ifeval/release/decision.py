"""Policy and two runs in, one `ReleaseDecision` out. Text, JSON, JUnit, markdown and the exit code are all read from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ifeval.comparison.comparable import require_comparable
from ifeval.comparison.differences import mean_noise, rate_pairs, stratum
from ifeval.comparison.outcomes import OutcomeTable
from ifeval.comparison.pairing import Pairs, align, match
from ifeval.comparison.prompts import paired_by_prompt
from ifeval.errors import Exit, NotComparable
from ifeval.release.policy import RULES, Endpoint, Policy
from ifeval.stats.assessment import Assessment, Decision, decide, decide_scores, decide_strata, decision_of
from ifeval.stats.differences import paired_t_p
from ifeval.stats.multiplicity import holm
from ifeval.stats.paired import mcnemar_p
from ifeval.stats.power import minimum_detectable_effect

EXITS = {
    Decision.PASS: Exit.OK,
    Decision.WARN: Exit.OK,
    Decision.FAIL: Exit.REGRESSION,
    Decision.INCONCLUSIVE: Exit.INCONCLUSIVE,
}
WORST_FIRST = (Decision.FAIL, Decision.INCONCLUSIVE, Decision.WARN, Decision.PASS)


@dataclass(frozen=True, slots=True)
class Judged:
    """One family or task: its two scores, the assessment with its numbers, and the decision under the policy.

    `decision` differs from the assessment's where Holm's correction or the policy's rule changes it. `noise` is the
    share of outcomes that changed when the baseline ran twice; `detectable` the smallest true loss that this
    many samples find in 80 of 100 cases.
    """

    name: str
    tasks: tuple[str, ...]
    blocking: bool
    scores: tuple[float, float]
    losses: int
    wins: int
    assessment: Assessment
    decision: Decision
    adjusted_p: float
    detectable: float
    noise: float | None


@dataclass(frozen=True, slots=True)
class Rise:
    """A rate of both runs; `failed` where it rose by more than `limit`, significantly."""

    rate: str
    scores: tuple[float, float]
    limit: float
    p: float
    failed: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """A sequential gate: how many of the planned samples it took, and whether it decided before the last look."""

    seen: int
    planned: int
    early: bool


@dataclass(frozen=True, slots=True)
class ReleaseDecision:
    """The gate's answer. `decision` is None where the runs could not be compared; `refusal` then says why."""

    baseline: str
    candidate: str
    policy: Policy
    decision: Decision | None
    judged: tuple[Judged, ...] = ()
    rises: tuple[Rise, ...] = ()
    notes: tuple[str, ...] = ()
    stopped: Stopped | None = None
    refusal: str | None = None

    @property
    def label(self) -> str:
        return "NOT COMPARABLE" if self.decision is None else self.decision.value

    @property
    def exit_code(self) -> Exit:
        return Exit.NOT_COMPARABLE if self.decision is None else EXITS[self.decision]


def gate(baseline: OutcomeTable, candidate: OutcomeTable, policy: Policy) -> ReleaseDecision:
    """Judge a candidate against a baseline; runs that cannot be compared give a verdict that says so."""
    try:
        baseline, candidate, paired = paired_by_prompt(baseline, candidate)
        notes = paired + require_comparable(baseline, candidate, policy.allow)
        _require_all(baseline, candidate, policy)
    except NotComparable as error:
        return ReleaseDecision(baseline.name, candidate.name, policy, None, refusal=str(error))
    old, new = align(baseline, candidate)
    judged = correct([judge(name, tasks, end, old, new, policy) for name, tasks, end in endpoints(old, policy)], policy)
    rises = tuple(_rise(rate, limit, old, new, policy.alpha) for rate, limit in policy.rises.items())
    return ReleaseDecision(
        baseline.name, candidate.name, policy, overall(judged, rises), judged, rises, notes=tuple(notes)
    )


def endpoints(outcomes: OutcomeTable, policy: Policy) -> Iterator[tuple[str, tuple[str, ...], Endpoint]]:
    """(name, tasks, how it is judged): every family of the run, and the single tasks the policy names."""
    for family in sorted({task.family for task in outcomes.tasks.values()}):
        members = tuple(name for name, task in sorted(outcomes.tasks.items()) if task.family == family)
        yield family, members, policy.family(family)
    for task, endpoint in policy.tasks.items():
        yield f"task {task}", (task,), endpoint


def task_endpoints(outcomes: OutcomeTable, policy: Policy) -> Iterator[tuple[str, tuple[str, ...], Endpoint]]:
    """(name, task, how it is judged): every task by itself, as a sequential gate watches them."""
    for name, task in sorted(outcomes.tasks.items()):
        yield f"task {name}", (name,), policy.tasks.get(name, policy.family(task.family))


def judge(
    name: str, tasks: Sequence[str], endpoint: Endpoint, old: OutcomeTable, new: OutcomeTable, policy: Policy
) -> Judged:
    """One endpoint of two aligned runs: a single task by the exact tests, several as strata of their family."""
    pairs = [match(old.tasks[task], new.tasks[task], old.tasks[task].primary) for task in tasks]
    pairs = [one for one in pairs if len(one.old)]
    assessment = assess(pairs, endpoint.margin, policy.alpha)
    scores = [one.scores for one in pairs]
    return Judged(
        name=name,
        tasks=tuple(tasks),
        blocking=endpoint.blocking,
        scores=(_mean([before for before, _ in scores]), _mean([after for _, after in scores])),
        losses=sum(one.losses for one in pairs),
        wins=sum(one.wins for one in pairs),
        assessment=assessment,
        decision=assessment.decision,
        adjusted_p=assessment.regression_p,
        detectable=minimum_detectable_effect(assessment.interval.n, min(1.0, assessment.variance), policy.alpha),
        noise=mean_noise([old.tasks[task].primary_noise for task in tasks]),
    )


def assess(pairs: Sequence[Pairs], margin: float, alpha: float) -> Assessment:
    """The fixed-sample decision on the pairs of one or several tasks."""
    if len(pairs) > 1:
        return decide_strata([stratum(one) for one in pairs], margin, alpha)
    if not pairs:
        return decide(0, 0, 0, margin, alpha)
    (one,) = pairs
    if one.boolean:
        return decide(one.losses, one.wins, len(one.old), margin, alpha)
    return decide_scores(one.independent, margin, alpha)


def correct(judged: Sequence[Judged], policy: Policy) -> tuple[Judged, ...]:
    """The endpoints with their decisions under the policy.

    Any blocking endpoint can fail the release, so their regression tests are corrected by Holm; all of them must be
    non-inferior, which needs no correction (an intersection-union test).
    """
    blocking = [one.name for one in judged if one.blocking]
    adjusted = dict(zip(blocking, holm([one.assessment.regression_p for one in judged if one.blocking]), strict=True))
    return tuple(_corrected(one, float(adjusted.get(one.name, one.assessment.regression_p)), policy) for one in judged)


def overall(judged: Sequence[Judged], rises: Sequence[Rise]) -> Decision:
    """The worst blocking outcome; a rate that rose too far fails; a failed advisory endpoint is a warning."""
    found = {one.decision for one in judged if one.blocking}
    if any(rise.failed for rise in rises):
        found.add(Decision.FAIL)
    if any(one.decision in (Decision.FAIL, Decision.WARN) for one in judged if not one.blocking):
        found.add(Decision.WARN)
    return next((decision for decision in WORST_FIRST if decision in found), Decision.INCONCLUSIVE)


def _corrected(one: Judged, adjusted_p: float, policy: Policy) -> Judged:
    decision = decision_of(one.assessment.noninferiority_p <= policy.alpha, adjusted_p <= policy.alpha)
    if policy.rule != RULES[0] and decision is Decision.INCONCLUSIVE and one.assessment.interval.n:
        decision = Decision.PASS
    return replace(one, decision=decision, adjusted_p=adjusted_p)


def _rise(rate: str, limit: float, old: OutcomeTable, new: OutcomeTable, alpha: float) -> Rise:
    """A rise is a win of the rate: the candidate has it where the baseline has not."""
    pairs = rate_pairs(rate, old, new)
    before, after = pairs.scores
    p = (
        float(mcnemar_p(pairs.losses, pairs.wins, "better"))
        if pairs.boolean
        else paired_t_p(pairs.independent, 0, "greater")
    )
    return Rise(rate, (before, after), limit, p, after - before > limit and p <= alpha)


def _require_all(baseline: OutcomeTable, candidate: OutcomeTable, policy: Policy) -> None:
    """A family left out must not pass: the candidate has every task of the baseline and of the policy."""
    if missing := sorted(baseline.tasks.keys() - candidate.tasks.keys()):
        raise NotComparable(
            f"{candidate.name} did not run {', '.join(missing)}, which {baseline.name} has; "
            "run it, or name the tasks to be judged with --tasks."
        )
    families = {task.family for task in baseline.tasks.values()}
    for kind, named, known in (("family", policy.families, families), ("task", policy.tasks, baseline.tasks)):
        if unknown := sorted(set(named) - set(known)):
            raise NotComparable(f"The policy names the {kind} {unknown[0]}, which {baseline.name} has not.")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
