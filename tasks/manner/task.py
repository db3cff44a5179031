"""How does a model talk? A profile of its replies to everyday requests, to hold beside another's; no grade.

See docs/tasks-manner.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import Row, Task
from ifeval.tasks.wrong_in_any_reply.requests import Split, drawn
from ifeval.tasks.wrong_in_any_reply.task import as_sample

from .style import style, summarise


class Manner(Task):
    """The requests of `wrong_in_any_reply`; what is measured has no better or worse, so it never decides a release."""

    name = "manner"
    version = "3"
    family = "manner"
    advisory = True
    primary = "finished"
    description = "how the model talks: length, lists, markdown, openings, refusals, echo, repetition; no grade"
    size = 120
    max_tokens = 1024
    ends_loops = True
    breakdowns = ("domain", "language")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        return _samples("evaluation", seed, limit)

    def training_samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        return _samples("training", seed, limit)

    def score(self, sample: Sample, response: Response) -> Score:
        """`finished`, the most modest of the numbers, is the primary one; the others describe."""
        metrics = style(sample.messages[-1]["content"], response)
        verdict = CheckResult(
            metrics["finished"] == 1.0,
            "ended by itself" if metrics["finished"] else "blank, an echo, or cut at the token limit",
            name="finished",
        )
        return Score((verdict,), metrics)

    def decoys(self, sample: Sample) -> None:
        """None: any reply has a style."""

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """Reply lengths, the commonest openings and the variety of words over all replies."""
        return summarise([row.response.answer for row in rows])


def _samples(split: Split, seed: int, limit: int | None) -> Iterator[Sample]:
    """No reply is right here, so none has a target."""
    return (replace(as_sample(request), target=None) for request in drawn(split, seed)[:limit])
