"""`dialogue`: are instructions kept that add up, change and are taken back over three to five turns?

Each dialogue is about a brief written by hand (those of `format`), with rules that are checked and facts to be stated.
See docs/conversations.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any

from ifeval.decoys import Known
from ifeval.records import Response, Sample, Score
from ifeval.task import ConversationTask, Row
from ifeval.tasks.format.briefs import Brief, Split, brief, ids

from .draw import Turn, draw
from .moves import PATTERNS
from .scoring import score, survival

ATTEMPTS = 12
"""Draws of one brief before another is taken for the pattern."""

LEAST_CHOICE = 24
"""Briefs that a pattern may choose from, at least."""


class Dialogue(ConversationTask):
    name = "dialogue"
    version = "4"
    family = "format"
    primary = "followed"
    description = (
        "Rules over 3 to 5 turns: added, corrected, taken back, referred back to, kept from the system message on"
    )
    size = 160
    max_tokens = 640
    ends_loops = True
    max_turns = 5
    max_conversation_tokens = 6144
    breakdowns = ("turns", "short", "house_rule", "pattern", "kind", "domain")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The patterns one after the other; every second round of them with a house rule in the system message."""
        return self._draw("evaluation", seed, limit)

    def training_samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """From the quarter of the briefs that no evaluation asks."""
        return self._draw("training", seed, limit)

    def follow(self, sample: Sample, turns: Sequence[Response]) -> Sample | None:
        told = sample.target["turns"]
        if len(turns) == len(told):
            return None
        messages = list(sample.messages)
        for reply, turn in zip(turns, told[1:], strict=False):
            messages.append({"role": "assistant", "content": reply.answer})
            messages.append({"role": "user", "content": turn["user"]})
        return Sample(sample.id, messages, target=sample.target, oracle=told[len(turns)]["oracle"])

    def score_turns(self, sample: Sample, turns: Sequence[Response]) -> Score:
        return score(sample, turns)

    def decoys(self, sample: Sample) -> Known:
        turns = sample.target["turns"]
        return Known(
            topic=sample.topic,
            instructions=turns[-1]["user"],
            wrong={"first reply every time": turns[0]["oracle"], "last reply every time": turns[-1]["oracle"]},
        )

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """The survival curve: how many dialogues are still followed in full after each turn."""
        return {"survival": survival(rows)}

    def _draw(self, split: Split, seed: int, limit: int | None) -> Iterator[Sample]:
        """Short and long briefs in turn, each once in a random order, then again; one that does not suit a pattern waits."""
        orders: dict[bool, list[str]] = {True: [], False: []}
        for index in range(self.size if limit is None else min(limit, self.size)):
            drawn = f"{self.name}:{self.version}:{seed}:{split}:{index}"
            short = (index + index // len(PATTERNS)) % 2 == 0
            order, there = orders[short], ids(split, "short" if short else "long")
            while len(order) < LEAST_CHOICE:
                order += Random(drawn).sample(there, len(there))
            for place, about in enumerate(order):
                if (sample := self._sample(about, drawn, seed, index)) is not None:
                    del order[place]
                    yield sample
                    break

    def _sample(self, about: str, drawn: str, seed: int, index: int) -> Sample | None:
        """Drawn again a few times, until every turn has a reply that follows it and the reply before it does not."""
        pattern = PATTERNS[index % len(PATTERNS)]
        house = index // len(PATTERNS) % 2 == 1
        for attempt in range(ATTEMPTS):
            text = brief(about, Random(f"{drawn}:{about}:{attempt}"))
            made = draw(text, pattern, house, f"{drawn}:{about}:{attempt}")
            if made is not None:
                return _put(text, f"{seed}-{index:04d}", *made)
        return None


def _put(about: Brief, id: str, system: str | None, turns: list[Turn]) -> Sample:
    head = [] if system is None else [{"role": "system", "content": system}]
    return Sample(
        id=id,
        messages=[*head, {"role": "user", "content": turns[0].user}],
        target={"turns": [_target(turn) for turn in turns]},
        oracle=turns[0].oracle,
        topic=about.topic,
        tags={
            "turns": len(turns),
            "short": about.length == "short",
            "house_rule": system is not None,
            "pattern": " ".join(turn.move for turn in turns),
            "kind": about.kind,
            "domain": about.domain,
            "brief": about.id,
        },
    )


def _target(turn: Turn) -> dict[str, Any]:
    return {
        "move": turn.move,
        "user": turn.user,
        "rules": [[rule.name, rule.arguments, rule.since] for rule in turn.rules],
        "facts": [{"say": fact.say, "forms": [list(form) for form in fact.forms]} for fact in turn.facts],
        "back": turn.back,
        "language": turn.language.code if turn.language else None,
        "oracle": turn.oracle,
    }
