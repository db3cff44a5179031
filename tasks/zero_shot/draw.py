"""Which items a seed has, and in which order they are asked.

Items come in rounds, one of every cluster and two of the chains; a round is asked four times over, every item in
another wording each time, so any prefix is balanced over clusters and over wordings. Types of a cluster go from easy
to hard and back; neighbouring clusters start at different ones, so a round holds both.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from .answers import judge
from .clusters import CLUSTERS
from .frames import WORDINGS
from .items import Item, Make

ROUNDS = 16
BLOCK = 8
"""Rounds in which no answer of a type would pass for another."""
_NAMES = list(CLUSTERS)
SLOTS = (*_NAMES[:8], "composition", *_NAMES[8:])
SIZE = ROUNDS * len(SLOTS) * len(WORDINGS)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An item in its place: `id` is the same for all its wordings ("lists-03")."""

    id: str
    cluster: str
    type: str
    item: Item


def prompts(seed: int) -> Iterator[tuple[Drawn, str]]:
    """Every item of the seed with every wording."""
    for drawn in rounds(seed):
        for turn in range(len(WORDINGS)):
            for slot, item in enumerate(drawn):
                yield item, WORDINGS[(turn + slot) % len(WORDINGS)]


def rounds(seed: int) -> Iterator[list[Drawn]]:
    """The items, one list a round; in eight rounds no two items of a type have answers that would pass for each other."""
    asked: Counter[str] = Counter()
    for number in range(ROUNDS):
        if number % BLOCK == 0:
            earlier: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
        drawn = []
        for cluster in SLOTS:
            index = asked[cluster]
            asked[cluster] += 1
            types = CLUSTERS[cluster]
            make = types[(index + _NAMES.index(cluster)) % len(types)]
            name = getattr(make, "func", make).__name__  # a type bound to a language is a partial
            item = _fresh(make, earlier[cluster, name], f"zero_shot {seed} {cluster} {index}")
            earlier[cluster, name].append(item)
            drawn.append(Drawn(f"{cluster}-{index:02}", cluster, name, item))
        yield drawn


def _fresh(make: Make, others: list[Item], key: str) -> Item:
    """The first draw whose answer none of the others could be mistaken for."""
    attempts = (make(Random(f"{key} {attempt}")) for attempt in count())
    return next(item for item in attempts if not any(_confusable(item, other) for other in others))


def _confusable(one: Item, other: Item) -> bool:
    return judge(one.target, other.target["oracle"]).ok or judge(other.target, one.target["oracle"]).ok
