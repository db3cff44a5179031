"""Zero-shot generalisation: does the model follow instructions that it cannot have seen?

It asks fresh items of fifteen clusters, each in four wordings, and checks exact answers. See docs/tasks-zero-shot.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from random import Random
from typing import Any

from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import Row, Task

from .answers import is_exact, judge
from .draw import SIZE, Drawn, prompts
from .wording import messages


class ZeroShot(Task):
    """Items of fifteen clusters in four wordings; a reply is right or wrong."""

    name = "zero_shot"
    version = "2"
    family = "zero_shot"
    cluster = "cluster"
    unit = "item"
    primary = "correct"
    description = "fresh instructions of 15 clusters in 4 wordings, with exact answers"
    size = SIZE
    max_tokens = 96
    breakdowns = ("cluster", "difficulty", "wording", "chain_length", "language")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        return islice((_sample(seed, drawn, wording) for drawn, wording in prompts(seed)), limit)

    def score(self, sample: Sample, response: Response) -> Score:
        """`correct`: the right answer can be recognised; `exact`: it is also all there is.

        A reply cut at the token limit is no finished answer and so not right. The verdict is named by the cluster.
        """
        verdict = judge(sample.target, response.answer)
        if verdict.ok and response.truncated:
            verdict = CheckResult(False, "the reply was cut off at the token limit")
        verdict = replace(verdict, name=str(sample.tags["cluster"]))
        exact = verdict.ok and is_exact(sample.target, response.answer)
        return Score((verdict,), {"correct": float(verdict.ok), "exact": float(exact)})

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """Accuracy by cluster, wording spread, composition and reliability (`summary.contrasts`)."""
        from .summary import Answered, contrasts

        return contrasts([Answered.of(row) for row in rows])


def _sample(seed: int, drawn: Drawn, wording: str) -> Sample:
    item = drawn.item
    chain = {"chain_length": item.length} if item.length else {}
    return Sample(
        id=f"{drawn.id}/{wording}",
        messages=messages(item, wording, Random(f"zero_shot {seed} {drawn.id} {wording}")),
        target=item.target,
        oracle=item.target["oracle"],
        tags={
            "item": drawn.id,
            "wording": wording,
            "cluster": drawn.cluster,
            "type": drawn.type,
            "difficulty": item.difficulty,
            "language": item.language,
            "chance_percent": item.chance,
            **chain,
        },
    )
