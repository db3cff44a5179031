"""Policy and two runs in, one `ReleaseDecision` out. Text, JSON, JUnit, markdown and the exit code are all read from it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ifeval.comparison.comparable import require_comparable
from ifeval.comparison.differences import mean_noise
from ifeval.comparison.outcomes import OutcomeTable
from ifeval.comparison.pairing import Pairs, align, match
from ifeval.comparison.prompts import paired_by_prompt
from ifeval.errors import NotComparable, UserError
from ifeval.release.judged import Judged
from ifeval.release.policy import Policy
from ifeval.release.rates import Rise, judged_rise, rises_between
from ifeval.release.results import ReleaseDecision
from ifeval.release.subjects import RATES_WEIGHT, Kind, Rule, Subject, subjects
from ifeval.stats.assessment import Decision, decide_units
from ifeval.stats.multiplicity import weighted_holm
from ifeval.stats.power import TYPICAL_DISCORDANCE, minimum_detectable_effect
from ifeval.stats.score_test import Units, score_p

WORST_FIRST = (Decision.FAIL, Decision.INCONCLUSIVE, Decision.WARN, Decision.PASS)


def refused(baseline: str, candidate: str, policy: Policy, error: UserError) -> ReleaseDecision:
    """The answer where a mistake of the user's prevents one: it is written wherever a verdict would be."""
    return ReleaseDecision(baseline, candidate, policy, None, refusal=str(error), code=error.code)


def gate(baseline: OutcomeTable, candidate: OutcomeTable, policy: Policy) -> ReleaseDecision:
    """Judge a candidate against a baseline; runs that cannot be compared give a verdict that says so."""
    try:
        baseline, candidate, paired = paired_by_prompt(baseline, candidate)
        notes = [*paired, *require_comparable(baseline, candidate, policy.allow)]
        require_all(baseline, candidate, policy)
        old, new = align(baseline, candidate)
        rises = rises_between(old, new, policy)
    except NotComparable as error:
        return refused(baseline.name, candidate.name, policy, error)
    judged = [judge(subject, old, new, policy) for subject in subjects(old, policy)]
    judged, rises = correct(judged, rises, policy)
    notes += _remarks(baseline, candidate, policy)
    return ReleaseDecision(
        baseline.name, candidate.name, policy, overall(judged, rises), tuple(judged), tuple(rises), tuple(notes)
    )


def judge(subject: Subject, old: OutcomeTable, new: OutcomeTable, policy: Policy) -> Judged:
    """One subject of two aligned runs, before the correction for many tests."""
    pairs = {task: match(old.tasks[task], new.tasks[task], old.tasks[task].primary) for task in subject.tasks}
    return judged_from(subject, pairs, subject.units(pairs), old, policy)


def judged_from(
    subject: Subject, pairs: Mapping[str, Pairs], units: Sequence[Units], old: OutcomeTable, policy: Policy
) -> Judged:
    """A subject by the pairs of its tasks and the independent differences they make up."""
    assessment = decide_units(units, subject.margin, policy.alpha)
    shares = subject.shares({task: len(one.independent) for task, one in pairs.items()})
    scores = _weighted([(share, pairs[task].scores) for task, share in shares.items()])
    noise = mean_noise([old.tasks[task].primary_noise for task in subject.tasks])
    guard = subject.margin if subject.kind is Kind.MEAN else min(subject.margin, policy.relative * scores[0])
    return Judged(
        name=subject.name,
        kind=subject.kind,
        rule=subject.rule,
        tasks=subject.tasks,
        blocking=subject.blocking,
        weight=subject.weight,
        why=subject.why,
        scores=scores,
        losses=sum(one.losses for one in pairs.values()),
        wins=sum(one.wins for one in pairs.values()),
        assessment=assessment,
        decision=assessment.decision,
        adjusted_p=assessment.regression_p,
        detectable=1.0,
        samples=round(subject.independent({task: len(one.independent) for task, one in pairs.items()})),
        noise=noise,
        excused=assessment.regression_p <= policy.alpha and guard > 0 and score_p(units, -guard) <= policy.alpha,
    )


def correct(judged: Sequence[Judged], rises: Sequence[Rise], policy: Policy) -> tuple[list[Judged], list[Rise]]:
    """Both with their decisions under the policy.

    Whatever can fail the release by being worse shares alpha with all else that can, by weighted Holm; where nothing
    changed there is no test. What must be shown to lie within a margin is tested at alpha each (intersection-union).
    """
    tested = [one for one in judged if one.blocking and one.losses + one.wins]
    changed = [rise for rise in rises if rise.rose + rise.fell]
    weights = [one.weight for one in tested] + [RATES_WEIGHT / len(changed) for _ in changed]
    raw = [one.assessment.regression_p for one in tested] + [rise.p for rise in changed]
    adjusted = dict(zip([*map(id, tested), *map(id, changed)], weighted_holm(raw, weights).tolist(), strict=True))
    total = total_weight(judged, policy)
    return (
        [
            replace(
                _decided(one, adjusted.get(id(one), one.assessment.regression_p), policy),
                detectable=detectable_loss(one, policy.alpha * (one.weight / total if one.blocking else 1.0)),
            )
            for one in judged
        ],
        [judged_rise(rise, adjusted.get(id(rise), 1.0), policy) for rise in rises],
    )


def overall(judged: Sequence[Judged], rises: Sequence[Rise]) -> Decision:
    """The worst blocking decision; a rate that rose too far fails; a failed advisory line is a warning."""
    found = {one.decision for one in judged if one.blocking}
    if any(rise.failed for rise in rises):
        found.add(Decision.FAIL)
    if any(one.decision in (Decision.FAIL, Decision.WARN) for one in judged if not one.blocking):
        found.add(Decision.WARN)
    return next((decision for decision in WORST_FIRST if decision in found), Decision.INCONCLUSIVE)


def require_all(baseline: OutcomeTable, candidate: OutcomeTable, policy: Policy) -> None:
    """A family left out must not pass: the candidate has every task of the baseline and of the policy."""
    if missing := sorted(baseline.tasks.keys() - candidate.tasks.keys()):
        raise NotComparable(
            f"{candidate.name} did not run {', '.join(missing)}, which {baseline.name} has; "
            "run it, or name the tasks to be judged with --tasks."
        )
    require_known(baseline, policy)


def require_known(baseline: OutcomeTable, policy: Policy) -> None:
    """Raises NotComparable where the policy names a family or task that the baseline does not have."""
    families = {task.family for task in baseline.tasks.values()}
    for kind, named, known in (("family", policy.families, families), ("task", policy.tasks, baseline.tasks)):
        if unknown := sorted(set(named) - set(known)):
            raise NotComparable(f"The policy names the {kind} {unknown[0]}, which {baseline.name} does not have.")


def _decided(one: Judged, adjusted_p: float, policy: Policy) -> Judged:
    worse, within = adjusted_p <= policy.alpha, one.assessment.noninferiority_p <= policy.alpha
    if not one.assessment.interval.n:
        decision = Decision.INCONCLUSIVE
    elif worse:
        decision = Decision.WARN if one.excused else Decision.FAIL
    else:
        decision = Decision.PASS if within or one.rule not in (Rule.MEAN, Rule.MARGIN) else Decision.INCONCLUSIVE
    return replace(one, decision=decision, adjusted_p=adjusted_p)


def total_weight(lines: Sequence[Judged] | Sequence[Subject], policy: Policy) -> float:
    """The weights of all tests of "worse" that can fail the release, as planned."""
    return sum(one.weight for one in lines if one.blocking) + RATES_WEIGHT * bool(policy.rises or policy.efforts)


def detectable_loss(one: Judged, alpha: float) -> float:
    """The smallest true loss that is found in 80 of 100 cases, at this line's share of alpha."""
    if not one.samples:
        return 1.0
    return minimum_detectable_effect(one.samples, max(one.noise or 0.0, TYPICAL_DISCORDANCE), alpha)


def _remarks(baseline: OutcomeTable, candidate: OutcomeTable, policy: Policy) -> list[str]:
    """What else a reader must know: unequal numbers of replies, or two checkpoints where there should be one."""
    said = []
    counts = [max((task.repeats for task in side.tasks.values()), default=1) for side in (baseline, candidate)]
    if counts[0] != counts[1]:
        said.append(
            f"Replies to each sample: {counts[0]} of the baseline, {counts[1]} of the candidate; means are compared."
        )
    models = [side.model for side in (baseline, candidate)]
    prints = [model["fingerprint"][:8] for model in models if model.get("fingerprinted")]
    if policy.same_model and len(set(prints)) == 2:
        said.append(
            f"{baseline.name} and {candidate.name} are not the same weights by their fingerprints "
            f"({prints[0]} and {prints[1]}): two checkpoints, or a converted copy."
        )
    return said


def _weighted(scores: Sequence[tuple[float, tuple[float, float]]]) -> tuple[float, float]:
    """The mean of pairs of scores by their shares; NaN without any."""
    if not scores:
        return float("nan"), float("nan")
    return (sum(share * old for share, (old, _) in scores), sum(share * new for share, (_, new) in scores))
