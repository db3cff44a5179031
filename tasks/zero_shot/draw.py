"""Which items a seed has, and in which order they are asked.

A block holds seven items of every cluster, three of them plain. Five blocks are asked one after the other, each item in one
wording; then the first is asked in its other wordings. So any prefix is balanced over clusters and wordings, a suite that
stops before the second wordings has as many independent items as prompts, and what a wording costs is measured on items that
were asked in all four. Two blocks hold every kind of item, three every rung but the longest documents, which the last block
has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count, islice
from random import Random

from ifeval.decoys import GENERIC, blind, stuffed

from .answers import judge
from .clusters import NAMES, asked
from .items import WORDINGS, Item
from .templates import Make

BLOCKS = 5
REWORDED = 1
"""How many of them are asked in all wordings."""
ROUNDS = 7
"""Items of a cluster in a block."""
ATTEMPTS = 40
BLOCK = len(NAMES) * ROUNDS
SIZE = BLOCK * (BLOCKS + REWORDED * (len(WORDINGS) - 1))


@dataclass(frozen=True, slots=True)
class Drawn:
    """An item in its place among those of its cluster."""

    cluster: str
    index: int
    item: Item

    @property
    def id(self) -> str:
        """The same for all wordings of the item: "lists-03"."""
        return f"{self.cluster}-{self.index:02}"


def prompts(seed: int) -> Iterator[tuple[Drawn, str]]:
    """Every item of the seed in a wording, then those of the first blocks in the others."""
    drawn: list[Drawn] = []
    for block in range(BLOCKS):
        for item in _block(seed, block, drawn):
            drawn.append(item)
            yield item, _wording(len(drawn) - 1, 0)
    for turn in range(1, len(WORDINGS)):
        for place in range(REWORDED * BLOCK):
            yield drawn[place], _wording(place, turn)


def _wording(place: int, turn: int) -> str:
    """Another one for each of four items of a cluster in a row, and for each draw of the same kind of item."""
    two_rounds = 2 * len(NAMES)
    return WORDINGS[(turn + place + place // two_rounds + 2 * (place // (2 * two_rounds))) % len(WORDINGS)]


def _block(seed: int, block: int, before: list[Drawn]) -> list[Drawn]:
    """The items of a block; `before` holds those of the blocks before it."""
    drawn: list[Drawn] = []
    for index in range(block * ROUNDS, (block + 1) * ROUNDS):
        for cluster in NAMES:
            makes = _makes(cluster)
            others = [one.item for one in drawn if one.cluster == cluster]
            others += [one.item for one in before if one.cluster == cluster and makes[one.index] is makes[index]]
            asked_before = [one.item for one in (drawn or before)[-1:]]
            last = len(drawn) == BLOCK - 1
            asked_after = [(before or drawn)[0].item] if last else []  # where the first ones begin again
            key = f"zero_shot 3 {seed} {cluster} {index}"
            drawn.append(Drawn(cluster, index, _fresh(makes[index], key, others, asked_before, asked_after)))
    return drawn


@cache
def _makes(cluster: str) -> list[Make]:
    """Of each of the cluster's items, in the order in which they are asked."""
    return list(islice(asked(cluster), BLOCKS * ROUNDS))


def _fresh(make: Make, key: str, others: list[Item], before: list[Item], after: list[Item]) -> Item:
    """The first draw that no decoy passes and whose answer would pass for none of the `others`.

    These are the cluster's in the same block, and earlier draws of the same kind of item. The answers of its neighbours
    are decoys too. Where few answers are possible, the answer may be another's after 40 attempts.
    """
    for attempt in count():
        item = make(Random(f"{key} {attempt}"))
        distinct = attempt >= ATTEMPTS or not any(_confusable(item, other) for other in others)
        neighbours = [one.target["oracle"] for one in before]
        fails = not any(judge(item.target, reply).ok for reply in (*_decoys(item), *neighbours))
        if distinct and fails and not any(judge(one.target, item.target["oracle"]).ok for one in after):
            return item
    raise AssertionError("count() does not end")


def _confusable(one: Item, other: Item) -> bool:
    if one.target.get("rivals") and other.target.get("rivals"):
        return False
    return judge(one.target, other.target["oracle"]).ok or judge(other.target, one.target["oracle"]).ok


def _decoys(item: Item) -> Iterator[str]:
    yield blind(item.topic)
    yield from GENERIC
    for wording in item.wordings.values():
        yield stuffed(wording)
