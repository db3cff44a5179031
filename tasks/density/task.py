"""`density`: how many instructions at once? 10, 20, 50, 100 and 200 in one prompt, and an oracle that follows them all.

The prompt asks for a newsletter of 1 to 20 notices, each a brief of `format` with ten instructions (notices.py). It is a
ladder: beside the share of instructions followed, the report gives the number of them that a model keeps nine in ten of.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from ifeval.checks.guards import guard
from ifeval.decoys import Known
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import Row, Task, room_for
from ifeval.tasks.format.briefs import Split, brief, ids
from ifeval.tasks.format.composition import spans

from .notices import INSTRUCTIONS_EACH, judge, notice

SMALL = (10, 20, 50)
LARGE = (100, 200)
SMALL_SAMPLES = 36
"""Samples of the small rungs, which come first, so that a limit takes those alone."""

MANY = 0.9
"""Share of the instructions that a careful reply follows."""


class Density(Task):
    name = "density"
    version = "3"
    family = "format"
    primary = "share"
    description = "10 to 200 instructions in one prompt: a newsletter of notices, ten instructions each"
    size = 60
    max_tokens = 4096
    ends_loops = True
    breakdowns = ("instructions",)

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        return self._draw("evaluation", seed, limit)

    def training_samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """From the quarter of the briefs that no evaluation asks."""
        return self._draw("training", seed, limit)

    def token_limit(self, sample: Sample) -> int:
        """Room for notices of several times as many words as are needed."""
        return min(self.max_tokens, room_for(str(sample.oracle)))

    def score(self, sample: Sample, response: Response) -> Score:
        """`share` of the instructions followed, `followed` (all of them) and `nine_tenths` (at least so many).

        A reply that was cut at the token limit counts for the notices it has.
        """
        asked, prompt = sample.tags["instructions"], sample.messages[-1]["content"]
        caught = guard(response.answer, prompt)
        checks: tuple[CheckResult, ...] = (
            (caught,) * int(asked) if caught else tuple(judge(response.answer, sample.target))
        )
        share = sum(check.ok for check in checks) / len(checks)
        return Score(
            checks=checks,
            metrics={"share": share, "followed": float(share == 1), "nine_tenths": float(share >= MANY)},
            counts={"instruction_strict": (sum(check.ok for check in checks), len(checks))},
        )

    def decoys(self, sample: Sample) -> Known:
        oracle = str(sample.oracle)
        return Known(topic=sample.topic, near={"one heading broken": oracle.replace("## ", "", 1)})

    def credit(self, sample: Sample, score: Score) -> float:
        return score.metrics["share"] or 0.0

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """`span`: the number of instructions of which half of the prompts keep nine tenths, and all."""
        return {"span": spans(rows, ("nine_tenths", "followed"))}

    def _draw(self, split: Split, seed: int, limit: int | None) -> Iterator[Sample]:
        used: Counter[tuple[str, int]] = Counter()
        for index in range(self.size if limit is None else min(limit, self.size)):
            yield self._sample(split, seed, index, used)

    def _sample(self, split: Split, seed: int, index: int, used: Counter[tuple[str, int]]) -> Sample:
        rng = Random(f"{self.name}:{self.version}:{seed}:{split}:{index}")
        count = SMALL[index % len(SMALL)] if index < SMALL_SAMPLES else LARGE[index % len(LARGE)]
        chosen = rng.sample(ids(split, "long"), count // INSTRUCTIONS_EACH)
        notices = [notice(brief(name, rng), number, used, rng) for number, name in enumerate(chosen, 1)]
        many = len(notices) > 1
        request = (
            f"Please write a newsletter of {len(notices)} notices, one after the other, from the material below. "
            'Follow the numbered instructions of each notice; they apply to that notice alone, and "the reply" in '
            "them means its text below the heading."
            if many
            else 'Please write the notice below. Follow all of its numbered instructions; "the reply" in them means the text '
            "below the heading."
        )
        return Sample(
            id=f"{seed}-{index:03d}",
            messages=[{"role": "user", "content": "\n\n".join([request, *(one.text for one in notices)])}],
            target=[one.target for one in notices],
            oracle="\n\n".join(one.oracle for one in notices),
            topic=f"a newsletter of {len(notices)} notices",
            tags={"instructions": count},
        )
