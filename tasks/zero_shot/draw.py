"""Which items a seed has, and in which order they are asked.

A block holds four items of every cluster, and is asked four times over, every item in another wording each time: so
any prefix is balanced over clusters and wordings, the first quarter of a block holds all its items, and multiples of a
block hold whole items. Two blocks hold every kind of item and every rung but the longest documents.
"""

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
    drawn: list[Drawn] = []
    for block in range(BLOCKS):
        drawn = _block(seed, block, drawn[-1:])
        for turn in range(len(WORDINGS)):
            for place, item in enumerate(drawn):
                yield item, WORDINGS[(turn + place + place // (2 * len(NAMES))) % len(WORDINGS)]


def _block(seed: int, block: int, before: list[Drawn]) -> list[Drawn]:
    """The items of a block; `before` holds the item asked just before it, if any."""
    drawn: list[Drawn] = []
    for index in range(block * ROUNDS, (block + 1) * ROUNDS):
        for cluster, makes in clusters().items():
            others = [one.item for one in drawn if one.cluster == cluster]
            asked_before = [one.item for one in [*before, *drawn][-1:]]
            last = len(drawn) == len(NAMES) * ROUNDS - 1
            asked_after = [drawn[0].item] if last else []
            key = f"zero_shot 3 {seed} {cluster} {index}"
            item = _fresh(makes[index % len(makes)], key, others, asked_before, asked_after)
            drawn.append(Drawn(f"{cluster}-{index:02}", cluster, item))
    return drawn


def _fresh(make: Make, key: str, others: list[Item], before: list[Item], after: list[Item]) -> Item:
    """The first draw that no decoy passes and whose answer would pass for none of the cluster's others in the block.

    The answers of its neighbours are decoys too. Where few answers are possible, the answer may be another's after 40
    attempts.
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
