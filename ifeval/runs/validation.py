"""Proof that a task can be solved and cannot be cheated, made without a model.

Every sample's oracle reply must pass; a blank, an echoed, a truncated and (among samples of one task that differ in
target) a shuffled oracle must fail.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ifeval.engines.scripted import oracle_text, prompt_text
from ifeval.models.replies import Reading, keep_all
from ifeval.records import Response, Sample
from ifeval.runs.scoring import Scorer
from ifeval.task import Task
from ifeval.tool_calls import Dialect

MOST_PROBLEMS = 20


@dataclass(slots=True)
class Validation:
    """What validating one task found. `problems` are sentences, at most 20; `tried` counts probes by kind."""

    task: str
    samples: int = 0
    without_oracle: int = 0
    tried: Counter = field(default_factory=Counter)
    failed: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.samples > 0 and not self.failed


def validate(task: Task, dialect: Dialect, seed: int | None = None, limit: int | None = None) -> Validation:
    """Probe every sample of `task`. Raises whatever `task.samples` raises; a scorer that raises is a problem."""
    found = Validation(task.name)
    scorer = Scorer(Reading(keep_all, dialect))
    previous: Sample | None = None
    for sample in task.samples(task.default_seed if seed is None else seed, limit):
        found.samples += 1
        oracle = oracle_text(sample, dialect)
        found.without_oracle += oracle is None
        other = None
        if previous is not None and previous.target != sample.target:
            other = oracle_text(previous, dialect)
        for kind, reply, should_pass in probes(sample, oracle, other):
            found.tried[kind] += 1
            should_pass = should_pass or (kind == "blank" and task.passes_blank(sample))
            problem = _probe(task, scorer, sample, kind, reply, should_pass)
            if problem is not None:
                found.failed += 1
                if len(found.problems) < MOST_PROBLEMS:
                    found.problems.append(problem)
        previous = sample
    return found


def probes(sample: Sample, oracle: str | None, other: str | None) -> Iterator[tuple[str, Response, bool]]:
    """(kind, reply, must it pass): the oracle, and what must never count as an answer."""

    def reply(text: str, cut: bool = False) -> Response:
        return Response(key=sample.id, raw=text, finish_reason="length" if cut else "stop")

    yield "blank", reply(" \n"), False
    if oracle is not None:
        yield "echoed", reply(prompt_text(sample)), False
        yield "oracle", reply(oracle), True
        yield "truncated", reply(oracle[: len(oracle) // 2], cut=True), False
        if other is not None and other != oracle:
            yield "shuffled", reply(other), False


def _probe(task: Task, scorer: Scorer, sample: Sample, kind: str, reply: Response, should_pass: bool) -> str | None:
    """A sentence where the task judges this reply wrongly."""
    _, score = scorer.score(task, sample, reply)
    if score.error is not None:
        return f"{sample.id}: the {kind} reply makes the scorer fail: {score.error}"
    passed = score.metrics.get(task.primary) == 1
    if passed == should_pass:
        return None
    reasons = "; ".join(verdict.reason for verdict in score.checks if verdict.ok != should_pass)
    return f"{sample.id}: the {kind} reply {'passes' if passed else 'fails'} ({reasons[:300]})"
