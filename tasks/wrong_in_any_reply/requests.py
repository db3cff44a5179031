"""Everyday requests as people type them, each with a reply that a person might give; all written by hand.

They are in requests/*.toml, a file per domain. `[[evaluation]]` requests are asked; `[[training]]` requests, a
quarter of all, are for training data only.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random
from typing import Literal

from .faults import off_topic

Split = Literal["evaluation", "training"]
FOREIGN_EVERY = 8
"""One request in this many is in German, French or Spanish."""


@dataclass(frozen=True, slots=True)
class Request:
    """`topic`: a noun phrase for what it is about. `words`: beginnings of words, of which any sensible reply has one.

    language: two letters; the reply is expected in the same.
    """

    id: str
    domain: str
    ask: str
    topic: str
    reply: str
    words: tuple[str, ...]
    language: str = "en"


def drawn(split: Split, seed: int) -> list[Request]:
    """All requests of a split in the order of `seed`: domains take turns, and languages too, so that a prefix has all.

    The reply to a request never has one of the words of the next: a reply to another request must be seen as one.
    """
    rng = Random(f"requests {split} {seed}")
    groups: dict[str, list[Request]] = {}
    for request in _all(split):
        groups.setdefault(request.domain if request.language == "en" else request.language, []).append(request)
    for members in groups.values():
        rng.shuffle(members)
    english = _in_turn([members for members in groups.values() if members[0].language == "en"])
    foreign = _in_turn([members for members in groups.values() if members[0].language != "en"])
    return _apart(_mixed(english, foreign))


def _mixed(english: list[Request], foreign: list[Request]) -> list[Request]:
    """One of `FOREIGN_EVERY` from the second list, as long as both last."""
    left, others = iter(english), iter(foreign)
    size = len(english) + len(foreign)
    turns = (islice(others if place % FOREIGN_EVERY == FOREIGN_EVERY - 1 else left, 1) for place in range(size))
    return [*chain.from_iterable(turns), *left, *others]


def _apart(requests: list[Request]) -> list[Request]:
    """The same, each moved back as long as the reply before it would do for it."""
    placed: list[Request] = []
    waiting = list(requests)
    while waiting:
        before = placed[-1].reply if placed else ""
        fits = (place for place, one in enumerate(waiting) if off_topic(before, one.ask, one.words, one.topic))
        placed.append(waiting.pop(next(fits, 0)))
    return placed


def _in_turn(groups: list[list[Request]]) -> list[Request]:
    """The members of all groups, one from each in turn until none is left."""
    waiting = [iter(group) for group in groups]
    rounds = islice(cycle(waiting), len(groups) * max(map(len, groups), default=0))
    return list(chain.from_iterable(islice(group, 1) for group in rounds))


@cache
def _all(split: Split) -> tuple[Request, ...]:
    found = []
    for path in sorted(Path(__file__).with_name("requests").glob("*.toml")):
        for number, row in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))[split]):
            words = tuple(row.pop("words").casefold().split())
            found.append(Request(f"{path.stem}-{split[0]}{number:02}", path.stem, words=words, **row))
    return tuple(found)
