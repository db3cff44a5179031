"""Which items a seed has, and in which order they are asked.

A block holds four items of every cluster, and is asked four times over, every item in another wording each time: so
any prefix is balanced over clusters and wordings, the first quarter of a block holds all its items, and multiples of a
block hold whole items. Two blocks hold every kind of item and every rung but the longest documents.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from ifeval.decoys import GENERIC, blind, stuffed

from .answers import judge
from .clusters import NAMES, clusters
from .items import WORDINGS, Item
from .templates import Make

BLOCKS = 4
ROUNDS = 4
"""Items of a cluster in a block."""
ATTEMPTS = 40
BLOCK = len(NAMES) * ROUNDS * len(WORDINGS)
SIZE = BLOCKS * BLOCK


@dataclass(frozen=True, slots=True)
class Drawn:
    """An item in its place: `id` is the same for all its wordings ("lists-03")."""

    id: str
    cluster: str
    item: Item


def prompts(seed: int) -> Iterator[tuple[Drawn, str]]:
    """Every item of the seed with every wording."""
    for block in range(BLOCKS):
        drawn = list(_block(seed, block))
        for turn in range(len(WORDINGS)):
            for place, item in enumerate(drawn):
                yield item, WORDINGS[(turn + place + place // len(NAMES)) % len(WORDINGS)]


def _block(seed: int, block: int) -> Iterator[Drawn]:
    others: defaultdict[str, list[Item]] = defaultdict(list)
    for index in range(block * ROUNDS, (block + 1) * ROUNDS):
        for cluster, makes in clusters().items():
            item = _fresh(makes[index % len(makes)], others[cluster], f"zero_shot 3 {seed} {cluster} {index}")
            others[cluster].append(item)
            yield Drawn(f"{cluster}-{index:02}", cluster, item)


def _fresh(make: Make, others: list[Item], key: str) -> Item:
    """The first draw that no decoy passes and whose answer would pass for none of the cluster's others in the block.

    Where a choice is small, the answer may be another's too; after 40 attempts, only the decoys count.
    """
    attempts = (make(Random(f"{key} {attempt}")) for attempt in count())
    for attempt, item in enumerate(attempts):
        distinct = attempt >= ATTEMPTS or not any(_confusable(item, other) for other in others)
        if distinct and not any(judge(item.target, reply).ok for reply in _decoys(item)):
            return item
    raise AssertionError("unreachable: the attempts don't end")


def _confusable(one: Item, other: Item) -> bool:
    if one.target.get("rivals") and other.target.get("rivals"):
        return False
    return judge(one.target, other.target["oracle"]).ok or judge(other.target, one.target["oracle"]).ok


def _decoys(item: Item) -> Iterator[str]:
    yield blind(item.topic)
    yield from GENERIC
    for wording in item.wordings.values():
        yield stuffed(wording)
