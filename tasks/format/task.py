"""`format`: does the model keep to the form it was asked for, and say what it was asked to say?

Each prompt is a brief written by hand (briefs.py), some of its facts to be stated, and 1, 2, 4 or 8 instructions of
`ifeval.checks.library` in one of five styles (phrasing.py). Its oracle is built from the brief's own sentences and has
passed every check; no decoy passes it. docs/tasks-format.md tells the design.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, get_args

from ifeval.checks.library import INSTRUCTIONS
from ifeval.decoys import Known, decoys
from ifeval.records import Response, Sample, Score
from ifeval.task import Row, Task, room_for

from .briefs import Brief, Fact, Length, Split, brief, ids
from .choice import Choice, choose, passes
from .composition import composition
from .fits import FITS, on_a_line
from .phrasing import STYLES, Parts
from .scoring import credit, near_replies, score, wrong_replies

RUNGS: tuple[tuple[int, Length], ...] = (
    *((1, "line"), (8, "long"), (2, "line"), (4, "long"), (1, "line"), (1, "short"), (1, "line"), (2, "long")),
    *((1, "line"), (8, "long"), (2, "short"), (4, "short"), (1, "line"), (2, "line"), (1, "long"), (1, "short")),
)
"""Number of instructions and length of brief of sixteen prompts in a row, round and round: half have one instruction, a
quarter two, an eighth each four and eight; most are about little."""

FACTS = {1: (1, 2), 2: (1, 3), 4: (2, 4), 8: (2, 4)}
"""The fewest and the most facts that a prompt with this many instructions demands; of a line all are demanded."""

TURNS = 2
"""How often each brief is asked. Where all of a length have been, longer ones take their place."""


class Format(Task):
    name = "format"
    version = "5"
    family = "format"
    primary = "both"
    description = "Form and substance: 1 to 8 instructions on a text to be written from given material"
    size = 320
    max_tokens = 640
    ends_loops = True
    breakdowns = ("instructions", "length", "kind", "style", "domain")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        return self._draw("evaluation", seed, limit)

    def training_samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """From the quarter of the briefs that no evaluation asks."""
        return self._draw("training", seed, limit)

    def token_limit(self, sample: Sample) -> int:
        """Room for the oracle about twice over, or for all of the material where that is more."""
        return min(self.max_tokens, max(room_for(str(sample.oracle)), room_for(sample.target["material"])))

    def score(self, sample: Sample, response: Response) -> Score:
        return score(sample, response)

    def decoys(self, sample: Sample) -> Known:
        return Known(
            topic=sample.topic,
            material=sample.target["material"],
            instructions=sample.target["wording"],
            wrong=wrong_replies(sample),
            near=near_replies(sample),
        )

    def credit(self, sample: Sample, score: Score) -> float:
        return credit(score)

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        return composition(rows)

    def _draw(self, split: Split, seed: int, limit: int | None) -> Iterator[Sample]:
        """Briefs of each length in a random order, each once and then a second time with other facts.

        Training data may need more; then it starts again.
        """
        used: Counter[tuple[str, int]] = Counter()
        asked: dict[str, set[str]] = {}
        base = f"{self.name}:{self.version}:{seed}:{split}"
        waiting: dict[Length, list[str]] = {"long": []}
        previous = ""
        for index in range(self.size if limit is None else min(limit, self.size)):
            rng = Random(f"{base}:{index}:prompt")
            if not waiting["long"]:
                waiting = {length: _in_turn(ids(split, length), f"{base}:{index}") for length in get_args(Length)}
                told: set[tuple[Any, ...]] = set()
            name = (waiting[RUNGS[index % len(RUNGS)][1]] or waiting["long"]).pop(0)
            about = brief(name, rng)
            while (values := tuple(fact.forms for fact in about.facts)) in told:
                about = brief(name, rng)
            told.add(values)
            fresh = [n for n, fact in enumerate(about.facts) if fact.say not in asked.get(about.id, ())]
            sample, choice = self._sample(about, seed, index, fresh, used, asked.get(about.id, set()), previous, rng)
            used.update((name, size) for name, _ in choice.instructions for size in (0, len(choice.instructions)))
            asked.setdefault(about.id, set()).update(
                [*(fact.say for fact in choice.facts), *(name for name, _ in choice.instructions)]
            )
            previous = choice.oracle
            yield sample

    def _sample(
        self,
        about: Brief,
        seed: int,
        index: int,
        fresh: list[int],
        used: Counter[tuple[str, int]],
        before: set[str],
        previous: str,
        rng: Random,
    ) -> tuple[Sample, Choice]:
        """Drawn again while a decoy passes."""
        count, _ = RUNGS[index % len(RUNGS)]
        style = list(STYLES)[index % len(STYLES)]
        line = about.material if about.length == "line" else ""
        names, facts = (on_a_line(about.kind), (len(about.facts), len(about.facts))) if line else (FITS, FACTS[count])
        names = frozenset(names) - about.unfit
        known = Known(about.topic, about.material)
        while True:
            cheap = [reply for _, reply in decoys(f"{about.ask} {about.material}", known, previous)]
            choice = choose(about, count, facts, names, used, rng, fresh, before, cheap)
            sample = self._put(about, f"{seed}-{index:04d}", style, choice, rng)
            prompt = sample.messages[-1]["content"]
            if not any(
                passes(reply, prompt, choice.instructions, line)
                for _, reply in decoys(prompt, self.decoys(sample), previous)
            ):
                return sample, choice
            used.update((name, size) for name, _ in choice.instructions for size in (0, count))  # others next time

    def _put(self, about: Brief, id: str, style: str, choice: Choice, rng: Random) -> Sample:
        wording, compose = STYLES[style]
        orders = [INSTRUCTIONS[name].describe(given, wording, rng.randrange(2)) for name, given in choice.instructions]
        line = about.length == "line"
        says = [] if line else [fact.say for fact in choice.facts]
        return Sample(
            id=id,
            messages=[{"role": "user", "content": compose(Parts(about.ask, about.material, says, orders))}],
            target={
                "instructions": choice.instructions,
                "facts": [_target(fact) for fact in choice.facts],
                "material": about.material,
                **({"line": about.material} if line else {}),
                "wording": " ".join(orders),
            },
            oracle=choice.oracle,
            topic=about.topic,
            tags={
                "instructions": len(choice.instructions),
                "length": about.length,
                "kind": about.kind,
                "style": style,
                "domain": about.domain,
                "brief": about.id,
            },
        )


def _in_turn(names: list[str], seed: str) -> list[str]:
    """All in a random order, and then in another one."""
    return [name for turn in range(TURNS) for name in Random(f"{seed}:{turn}").sample(names, len(names))]


def _target(fact: Fact) -> dict[str, Any]:
    return {"say": fact.say, "forms": [list(form) for form in fact.forms], "sentence": fact.sentences[0]}
