"""Proof that a task can be solved and cannot be cheated, made without a model.

Every sample's oracle reply must pass; a blank, an echoed, a truncated and (among samples of one task that differ in
target) a shuffled oracle must fail. The decoys of `ifeval.decoys` may pass at most `MOST_LUCK` of a task's samples
beyond the chance that the candidates in the samples give them. Published benchmarks are as they are: they get no decoys.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt

from ifeval.decoys import decoys
from ifeval.engines.scripted import oracle_text, prompt_text
from ifeval.models.replies import Reading, keep_all
from ifeval.records import FinishReason, Response, Sample, Score
from ifeval.runs.scoring import Scorer
from ifeval.task import Task
from ifeval.tool_calls import Dialect

MOST_PROBLEMS = 20

MOST_LUCK = 0.02
"""The share of samples that one decoy may pass beyond chance."""

DEVIATIONS = 3
"""Standard deviations of pure chance that are no evidence against a task."""


@dataclass(slots=True)
class Floor:
    """One decoy over one task: `tried` samples, of which it `passed` some; `chance` and `variance` are sums."""

    tried: int = 0
    passed: int = 0
    chance: float = 0.0
    variance: float = 0.0

    @property
    def beyond_chance(self) -> float:
        """The share of samples passed, less what chance explains."""
        return (self.passed - self.chance - DEVIATIONS * sqrt(self.variance)) / self.tried if self.tried else 0.0

    def add(self, passed: bool, chance: float) -> None:
        self.tried += 1
        self.passed += passed
        self.chance += chance
        self.variance += chance * (1 - chance)


@dataclass(slots=True)
class Validation:
    """What validating one task found. `problems` are sentences, at most 20; `tried` counts probes by kind."""

    task: str
    samples: int = 0
    without_oracle: int = 0
    tried: Counter = field(default_factory=Counter)
    failed: int = 0
    problems: list[str] = field(default_factory=list)
    floors: dict[str, Floor] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.samples > 0 and not self.failed

    def fail(self, problem: str) -> None:
        self.failed += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def validate(task: Task, dialect: Dialect, seed: int | None = None, limit: int | None = None) -> Validation:
    """Probe every sample of `task`. Raises whatever `task.samples` raises; a scorer that raises is a problem."""
    found = Validation(task.name)
    scorer = Scorer(Reading(keep_all, dialect))
    passing: dict[str, str] = {}
    previous: Sample | None = None
    for sample in task.samples(task.default_seed if seed is None else seed, limit):
        found.samples += 1
        oracle = oracle_text(sample, dialect)
        found.without_oracle += oracle is None
        before = None if previous is None else oracle_text(previous, dialect)
        fixed = task.dataset is not None or task.decoys(sample) is not None
        other = before if fixed and previous is not None and previous.target != sample.target else None
        for kind, reply, should_pass in probes(sample, oracle, other):
            found.tried[kind] += 1
            should_pass = should_pass or (kind == "blank" and task.passes_blank(sample))
            problem = _probe(task, scorer, sample, kind, reply, should_pass)
            if problem is not None:
                found.fail(problem)
        if task.dataset is None and not task.passes_blank(sample):
            _bait(task, scorer, sample, None if before == oracle else before, found, passing)
        previous = sample
    for name, floor in found.floors.items():
        if floor.beyond_chance > MOST_LUCK:
            found.fail(
                f"the decoy {name!r} passes {floor.passed} of {floor.tried} samples, {floor.beyond_chance:.1%} beyond "
                f"chance and more than {MOST_LUCK:.0%}; {passing[name]} for one"
            )
    return found


def probes(sample: Sample, oracle: str | None, other: str | None) -> Iterator[tuple[str, Response, bool]]:
    """(kind, reply, must it pass): the oracle, and what must never count as an answer."""
    yield "blank", _reply(sample, " \n"), False
    if oracle is not None:
        yield "echoed", _reply(sample, prompt_text(sample)), False
        yield "oracle", _reply(sample, oracle), True
        yield "truncated", _reply(sample, oracle[: len(oracle) // 2], "length"), False
        if other is not None and other != oracle:
            yield "shuffled", _reply(sample, other), False


def _bait(
    task: Task, scorer: Scorer, sample: Sample, other: str | None, found: Validation, passing: dict[str, str]
) -> None:
    """Count which decoys pass the sample; `passing` keeps one sample that each decoy passes."""
    known = task.decoys(sample)
    if known is None:
        return
    prompt = prompt_text(sample)
    if strange := next((one for one in known.candidates if one not in prompt), None):
        found.fail(f"{sample.id}: the candidate {strange[:60]!r} does not stand in the prompt, so it gives no chance")
    for name, text in decoys(prompt, known, other):
        _, score = scorer.score(task, sample, _reply(sample, text))
        passed = _passes(task, score)
        found.floors.setdefault(name, Floor()).add(passed, known.chance)
        if passed:
            passing.setdefault(name, sample.id)


def _passes(task: Task, score: Score) -> bool:
    """By the primary metric, or by every single check: what was asked about form alone must not be had for nothing."""
    return score.metrics.get(task.primary) == 1 or (bool(score.checks) and all(score.strict))


def _reply(sample: Sample, text: str, finish_reason: FinishReason = "stop") -> Response:
    return Response(key=sample.id, raw=text, finish_reason=finish_reason)


def _probe(task: Task, scorer: Scorer, sample: Sample, kind: str, reply: Response, should_pass: bool) -> str | None:
    """A sentence where the task judges this reply wrongly."""
    _, score = scorer.score(task, sample, reply)
    if score.error is not None:
        return f"{sample.id}: the {kind} reply makes the scorer fail: {score.error}"
    value = score.metrics.get(task.primary)
    passed = all(score.strict) if value is None else value == 1
    if passed == should_pass:
        return None
    reasons = "; ".join(verdict.reason for verdict in score.checks if verdict.ok != should_pass)
    return f"{sample.id}: the {kind} reply {'passes' if passed else 'fails'} ({reasons[:300]})"
