"""`format`: does the model keep to the format it was asked for? 1 to 5 constraints at once, fresh for every seed.

Each prompt is a request (content.py), and instructions of `ifeval.checks.library` put into words in one of five styles
(phrasing.py). Its oracle is constructed and has passed every check; docs/tasks-format.md tells the design.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from ifeval.checks.guards import failed, guard
from ifeval.checks.library import CHECKS, INSTRUCTIONS
from ifeval.checks.verify import verify
from ifeval.records import Response, Sample, Score
from ifeval.task import Row, Task

from .choice import PLAN, Instructions, choose
from .composition import composition
from .content import HINTS, SHORT_HINTS, material
from .phrasing import STYLES

MIN_WORDS = 5
"""A shorter reply follows nothing: no prompt asks for so little."""


class Format(Task):
    name = "format"
    version = "2"
    family = "format"
    primary = "prompt_strict"
    description = "Format compliance: 1 to 5 verifiable constraints at once, procedural, fresh for every seed"
    size = 300
    max_tokens = 320
    breakdowns = ("constraints", "difficulty", "style", "topic")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        used: Counter[tuple[str, int]] = Counter()
        previous = ""
        for index in range(self.size if limit is None else min(limit, self.size)):
            sample = self._sample(seed, index, used, previous)
            used.update((name, size) for name, _ in sample.target for size in (0, len(sample.target)))
            previous = str(sample.oracle)
            yield sample

    def score(self, sample: Sample, response: Response) -> Score:
        prompt = sample.messages[-1]["content"]
        caught = guard(response.answer, prompt, truncated=response.truncated, min_words=MIN_WORDS)
        if caught is not None:
            return failed(caught, [name for name, _ in sample.target])
        return verify(response.answer, sample.target, CHECKS)

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        return composition(rows)

    def _sample(self, seed: int, index: int, used: Counter[tuple[str, int]], previous: str) -> Sample:
        rng = Random(f"{self.name}:{self.version}:{seed}:{index}")
        difficulty, count = PLAN[index % len(PLAN)]
        style = list(STYLES)[(index + index // len(PLAN)) % len(STYLES)]
        topic, about = material(seed, index)
        instructions, oracle = choose(difficulty, count, about, used, previous, rng)
        wording, compose = STYLES[style]
        words = [INSTRUCTIONS[name].describe(given, wording, rng.randrange(2)) for name, given in instructions]
        request = f"{about.request} {_hint(instructions, rng)}"
        return Sample(
            id=f"{seed}-{index:04d}",
            messages=[{"role": "user", "content": compose(request, words)}],
            target=instructions,
            oracle=oracle,
            tags={"constraints": count, "difficulty": difficulty, "style": style, "topic": topic},
        )


def _hint(instructions: Instructions, rng: Random) -> str:
    """What asks for a short reply and agrees with the instructions: easy ones leave room for two or three sentences."""
    asked = [INSTRUCTIONS[name] for name, _ in instructions]
    sized = any(
        one.group in ("layout", "sentence") or (one.group == "length" and one.difficulty != "easy") for one in asked
    )
    return rng.choice(SHORT_HINTS if sized else HINTS)
