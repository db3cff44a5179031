"""Prompts of others with verifiable instructions: the task that judges their replies.

Such a prompt comes without an oracle and says nowhere what a reply has to hold. What stands in for substance is little: the
reply is not blank, no echo and no stub, and names things that the prompt names.
"""

import re
from collections.abc import Iterator

from ifeval.checks.guards import failed, guard
from ifeval.checks.ifbench.repaired import FIXED_CHECKS as IFBENCH_CHECKS
from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.ifeval.repaired import CHECKS as IFEVAL_CHECKS
from ifeval.checks.verify import verify
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import Task

CHECKS: dict[str, Check] = {**IFBENCH_CHECKS, **IFEVAL_CHECKS}

NAMED = 3
"""Longer words of the prompt that a reply has at least, where the prompt has so many."""

ELSEWHERE = frozenset({"language:response_language", "detectable_format:constrained_response"})
"""Instructions under which a right reply may hold no word of the prompt."""

_LONGER = re.compile(r"[^\W\d_]{5,}")


class Instructions(Task):
    """Its samples are rows of other projects (`ifeval.rewards.foreign`); it is not among the tasks of a run."""

    name = "instructions"
    version = "1"
    family = "format"
    primary = "followed"
    description = "prompts of others with verifiable instructions, for rewards"

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        return iter(())

    def score(self, sample: Sample, response: Response) -> Score:
        """`followed` (all instructions). A reply that a guard catches, or that is about something else, follows none."""
        prompt = str(sample.messages[-1]["content"])
        names = [name for name, _ in sample.target]
        caught = guard(response.answer, prompt, truncated=response.truncated, min_words=1)
        if caught is None and not ELSEWHERE & set(names):
            caught = off_topic(response.answer, prompt)
        form = failed(caught, names) if caught else verify(response.answer, sample.target, CHECKS)
        return Score(form.checks, {"followed": form.metrics["prompt_strict"]})

    def credit(self, sample: Sample, score: Score) -> float:
        return sum(score.strict) / len(score.checks)


def off_topic(answer: str, prompt: str) -> CheckResult | None:
    """The verdict on a reply that names next to nothing of what the prompt names; None for any other."""
    asked = set(_LONGER.findall(prompt.casefold()))
    named = asked & set(_LONGER.findall(answer.casefold()))
    if len(named) >= min(NAMED, len(asked)):
        return None
    return CheckResult(False, f"the reply has {len(named)} of the prompt's longer words", failure="off_topic")
