"""Proof that a task can be solved and cannot be cheated, made without a model.

Every sample's oracle reply must pass; a blank, an echoed, a truncated and (among samples of one task that differ in
target) a shuffled oracle must fail. In a conversation each of them replies to every turn. The decoys of
`ifeval.decoys` may pass at most `MOST_LUCK` of a task's samples beyond the chance that the candidates in the samples
give them. Published benchmarks are as they are: they get no decoys.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import sqrt

from ifeval.decoys import decoys
from ifeval.engines.scripted import oracle_text, prompt_text
from ifeval.models.replies import Reading, keep_all
from ifeval.records import Response, Sample, Score
from ifeval.runs.conversation import play
from ifeval.runs.scoring import Scorer
from ifeval.task import Task
from ifeval.tool_calls import Dialect

MOST_PROBLEMS = 20

MOST_LUCK = 0.02
"""The share of samples that one decoy may pass beyond chance."""

DEVIATIONS = 3
"""Standard deviations of pure chance that are no evidence against a task."""

Replies = Callable[[Sample, int], Response]
"""What replies to a sample, given how many replies went before."""


@dataclass(slots=True)
class Floor:
    """One decoy over one task: `tried` samples, of which it `passed` some; `chance` and `variance` are sums.

    `example` is the id of the first sample passed.
    """

    tried: int = 0
    passed: int = 0
    chance: float = 0.0
    variance: float = 0.0
    example: str = ""

    @property
    def beyond_chance(self) -> float:
        """The share of samples passed, less what chance explains."""
        return (self.passed - self.chance - DEVIATIONS * sqrt(self.variance)) / self.tried if self.tried else 0.0

    def add(self, passed: bool, chance: float, sample_id: str = "") -> None:
        self.tried += 1
        self.passed += passed
        self.chance += chance
        self.variance += chance * (1 - chance)
        if passed and not self.example:
            self.example = sample_id


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
    previous: tuple[Sample, list[str]] | None = None
    for sample in task.samples(task.default_seed if seed is None else seed, limit):
        found.samples += 1
        oracle = oracle_replies(task, scorer, sample, dialect)
        found.without_oracle += not oracle
        before = [] if previous is None or previous[1] == oracle else previous[1]
        fits = previous is None or previous[0].target == sample.target or _any_reply(task, sample)
        for kind, reply, should_pass in probes(sample, oracle, [] if fits else before, dialect):
            found.tried[kind] += 1
            should_pass = should_pass or (kind == "blank" and task.passes_blank(sample))
            problem = _probe(task, scorer, sample, kind, reply, should_pass)
            if problem is not None:
                found.fail(problem)
        if task.dataset is None:
            _bait(task, scorer, sample, before, found)
        previous = sample, oracle
    for name, floor in found.floors.items():
        if floor.beyond_chance > MOST_LUCK:
            found.fail(
                f"the decoy {name!r} passes {floor.passed} of {floor.tried} samples, {floor.beyond_chance:.1%} beyond "
                f"chance and more than {MOST_LUCK:.0%}; {floor.example} for one"
            )
    return found


def oracle_replies(task: Task, scorer: Scorer, sample: Sample, dialect: Dialect) -> list[str]:
    """The oracle's replies of a whole conversation (one, where a sample is asked once); empty without an oracle."""
    if oracle_text(sample, dialect) is None:
        return []
    read, _ = play(scorer, task, sample, lambda asked, _: _reply(oracle_text(asked, dialect) or ""))
    return [response.raw for response in read]


def probes(
    sample: Sample, oracle: Sequence[str], other: Sequence[str], dialect: Dialect
) -> Iterator[tuple[str, Replies, bool]]:
    """(kind, replies, must they pass): the oracle, and what must never count as an answer, turn by turn.

    other: the oracle's replies to another sample, empty where there is none that must fail here.
    """
    yield "blank", lambda asked, _: _reply(" \n"), False
    if not oracle:
        return
    yield "echoed", lambda asked, _: _reply(prompt_text(asked)), False
    yield "oracle", lambda asked, _: _reply(oracle_text(asked, dialect) or ""), True
    yield "truncated", lambda asked, _: _half(oracle_text(asked, dialect) or ""), False
    if other:
        yield "shuffled", lambda asked, turn: _reply(other[min(turn, len(other) - 1)]), False


def _any_reply(task: Task, sample: Sample) -> bool:
    """Whether any plain reply is right, another sample's oracle too (where no tool fits)."""
    return task.dataset is None and task.decoys(sample) is None


def _bait(task: Task, scorer: Scorer, sample: Sample, other: Sequence[str], found: Validation) -> None:
    """Count which decoys pass the sample; each gives the same reply at every turn. `other`: another sample's oracle."""
    known = None if task.passes_blank(sample) else task.decoys(sample)
    if known is None:
        return
    prompt = prompt_text(sample)
    if strange := next((one for one in known.candidates if one not in prompt), None):
        found.fail(f"{sample.id}: the candidate {strange[:60]!r} is not in the prompt, so it gives no chance")
    for name, text in decoys(prompt, known, other[0] if other else None):
        read, fault = play(scorer, task, sample, partial(_same, text))
        passed = _passes(task, scorer.score(task, sample, read, fault))
        found.floors.setdefault(name, Floor()).add(passed, known.chance, sample.id)


def _passes(task: Task, score: Score) -> bool:
    """By the primary metric, or by every single check: what was asked about form alone must not be had for nothing."""
    return score.metrics.get(task.primary) == 1 or (bool(score.checks) and all(score.strict))


def _same(text: str, asked: Sample, turn: int) -> Response:
    return _reply(text)


def _reply(text: str) -> Response:
    return Response(key="", raw=text, finish_reason="stop")


def _half(text: str) -> Response:
    return Response(key="", raw=text[: len(text) // 2], finish_reason="length")


def _probe(task: Task, scorer: Scorer, sample: Sample, kind: str, reply: Replies, should_pass: bool) -> str | None:
    """A sentence where the task judges these replies wrongly."""
    read, fault = play(scorer, task, sample, reply)
    score = scorer.score(task, sample, read, fault)
    if score.error is not None:
        return f"{sample.id}: the {kind} reply makes the scorer fail: {score.error}"
    value = score.metrics.get(task.primary)
    passed = all(score.strict) if value is None else value == 1
    if passed == should_pass:
        return None
    reasons = "; ".join(verdict.reason for verdict in score.checks if verdict.ok != should_pass)
    return f"{sample.id}: the {kind} reply {'passes' if passed else 'fails'} ({reasons[:300]})"
