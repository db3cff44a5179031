"""Everyday requests as people type them, each with a reply that a person might give; all written by hand.

They stand in requests/*.toml, a file per domain. `[[evaluation]]` requests are asked; `[[training]]` requests, a
quarter of all, are for training data only.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random
from typing import Literal

Split = Literal["evaluation", "training"]
FOREIGN_EVERY = 8
"""One request in so many is in German, French or Spanish."""


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
    """All requests of a split in the order of `seed`: domains take turns, and languages too, so that a prefix has both."""
    rng = Random(f"requests {split} {seed}")
    domains: dict[str, list[Request]] = {}
    for request in _all(split):
        key = request.domain if request.language == "en" else request.language
        domains.setdefault(key, []).append(request)
    for members in domains.values():
        rng.shuffle(members)
    english = _in_turn([members for members in domains.values() if members[0].language == "en"])
    foreign = _in_turn([members for members in domains.values() if members[0].language != "en"])
    order = [
        (foreign if place % FOREIGN_EVERY == FOREIGN_EVERY - 1 else english) for place in range(len(english) + len(foreign))
    ]
    left = {id(english): iter(english), id(foreign): iter(foreign)}
    mixed = [request for chosen in order for request in islice(left[id(chosen)], 1)]
    return mixed + [*left[id(english)], *left[id(foreign)]]


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
