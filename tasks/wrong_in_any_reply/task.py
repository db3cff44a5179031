"""Is anything wrong that would be wrong in any reply? Everyday requests, and faults that no reader would forgive.

See docs/tasks-manner.md.
"""

from collections.abc import Iterator

from ifeval.decoys import Known
from ifeval.records import Response, Sample, Score
from ifeval.task import Task

from .faults import faults
from .requests import Request, Split, drawn


class WrongInAnyReply(Task):
    """Everyday requests; a reply is sound, or it has one of eight faults."""

    name = "wrong_in_any_reply"
    version = "2"
    family = "manner"
    primary = "sound"
    description = "faults in replies to everyday requests: empty, echo, loop, cut, leak, refusal, language, off topic"
    size = 120
    max_tokens = 1024
    ends_loops = True
    breakdowns = ("domain", "language")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        yield from _samples("evaluation", seed, limit)

    def training_samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        yield from _samples("training", seed, limit)

    def score(self, sample: Sample, response: Response) -> Score:
        """`sound`: none of the faults; each fault is a check of its own."""
        found = faults(
            response.answer,
            sample.messages[-1]["content"],
            sample.target,
            str(sample.tags["language"]),
            topic=sample.topic,
            truncated=response.truncated,
        )
        return Score(tuple(found), {"sound": float(all(fault.ok for fault in found))})

    def decoys(self, sample: Sample) -> Known:
        return Known(
            topic=sample.topic, wrong={"refusal": "I'm sorry, but I can't help with that.", "unsure": "I'm not sure."}
        )


def _samples(split: Split, seed: int, limit: int | None) -> Iterator[Sample]:
    return map(as_sample, drawn(split, seed)[:limit])


def as_sample(request: Request) -> Sample:
    """The request as one message of a user; its target are the words of which a reply has one."""
    return Sample(
        id=request.id,
        messages=[{"role": "user", "content": request.ask}],
        target=list(request.words),
        oracle=request.reply,
        tags={"domain": request.domain, "language": request.language},
        topic=request.topic,
    )
