"""One line of a release decision: a family or task with its numbers, as cells of a table and as a sentence."""

from dataclasses import dataclass

from ifeval.release.subjects import Kind, Rule
from ifeval.stats.assessment import Assessment, Decision
from ifeval.stats.power import TYPICAL_DISCORDANCE
from ifeval.util.tables import points, signed, span

HEADER = (
    "",
    "baseline",
    "candidate",
    "difference",
    "95 % interval",
    "lost",
    "won",
    "p worse",
    "margin",
    "judged by",
    "verdict",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """The mean, a family or a task: its two scores, the assessment with its numbers, and the decision by its `rule`.

    `decision` differs from the assessment's, which knows neither the correction for many tests nor the rule.
    `adjusted_p` is the weighted Holm p of "worse" over all that can fail the release, of which this line has `weight`.
    `noise` is the share of outcomes that changed when the baseline ran twice. `samples`: independent ones; as many as
    one task would need to say as much, where families or tasks are averaged. `detectable`: the smallest true loss that
    as many samples find in 80 of 100 cases after that correction, where 15 % of the outcomes change, or as many as the
    noise does if that is more. `excused`: a significant loss that is shown to be smaller than the margin and, where the
    baseline is low, than its share of that. `why`: why it is advisory, or has no part in the mean.
    """

    name: str
    kind: Kind
    rule: Rule
    tasks: tuple[str, ...]
    blocking: bool
    weight: float
    why: str
    scores: tuple[float, float]
    losses: int
    wins: int
    assessment: Assessment
    decision: Decision
    adjusted_p: float
    samples: int
    detectable: float
    noise: float | None
    excused: bool


def sentence(one: Judged) -> str:
    """One line in words; the reader learns what was shown and by which rule, or how many samples would show it."""
    margin, assessment = points(one.assessment.margin), one.assessment
    n = assessment.interval.n
    if n == 0:
        return f"{one.name}{_role(one)}: no sample to judge."
    worse, power = f"worse (p = {one.adjusted_p:.2g})", _power(one)
    if one.decision is Decision.FAIL:
        said = f"{worse}, and the loss is not shown to be small."
    elif one.decision is Decision.WARN:
        said = f"{worse}, but by less than {margin} points."
    elif one.rule not in (Rule.MEAN, Rule.MARGIN):
        said = f"no significant loss (p = {one.adjusted_p:.2g})."
    elif one.decision is Decision.PASS:
        said = f"not worse by {margin} points or more (p = {assessment.noninferiority_p:.2g})."
    else:
        said = f"neither worse nor within {margin} points was shown."
        power += f" They show a margin of {points(assessment.attainable_margin)} points in as many."
        if assessment.needed is not None:
            power += f" About {assessment.needed:,} samples would settle it, if the true difference is the one seen."
    noise = (
        ""
        if one.noise is None
        else f" Noise floor: {points(one.noise)} % of outcomes differ when the baseline runs twice."
    )
    return f"{one.name}{_role(one)}: {said}{power}{noise}"


def cells(one: Judged) -> tuple[str, ...]:
    """One line under HEADER, scores and differences in points."""
    interval = one.assessment.interval
    return (
        one.name,
        points(one.scores[0]),
        points(one.scores[1]),
        signed(interval.estimate),
        span(interval),
        str(one.losses),
        str(one.wins),
        f"{one.adjusted_p:.2g}",
        points(one.assessment.margin) if one.rule in (Rule.MEAN, Rule.MARGIN) else "",
        one.rule.value,
        one.decision.value,
    )


def _role(one: Judged) -> str:
    """The rule in brackets, so that each sentence says what it was judged by."""
    return f" [{one.rule.value}{one.why and ': '}{one.why}]"


def _power(one: Judged) -> str:
    """What as many samples find; of the mean, as many of one task as would say as much."""
    samples = (
        f"{one.samples} independent samples" if one.kind is not Kind.MEAN else f"The mean, worth {one.samples} samples,"
    )
    verb = "find" if one.kind is not Kind.MEAN else "shows"
    planned = f"where {100 * max(one.noise or 0.0, TYPICAL_DISCORDANCE):.0f} % of outcomes change"
    return f" {samples} {verb} a loss of {points(one.detectable)} points in 80 of 100 cases, {planned}."
