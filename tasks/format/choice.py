"""Which instructions a prompt asks for: how many, how hard, and such that one reply can follow them all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from ifeval.checks.library import DIFFICULTIES, INSTRUCTIONS, Arguments, Difficulty, Material, construct, follows

Instructions = list[tuple[str, Arguments]]

PLAN: tuple[tuple[Difficulty, int], ...] = (
    ("easy", 1),
    ("hard", 3),
    ("easy", 2),
    ("medium", 1),
    ("easy", 2),
    ("medium", 2),
    ("hard", 4),
    ("easy", 3),
    ("easy", 1),
    ("easy", 2),
    ("medium", 3),
    ("easy", 1),
    ("hard", 5),
    ("medium", 4),
    ("easy", 2),
    ("hard", 3),
    ("easy", 1),
    ("hard", 1),
    ("hard", 4),
    ("medium", 5),
)
"""Difficulty and number of instructions of 20 prompts in a row, round and round."""

TOPICAL = ("keywords:topic", "keywords:mention", "keywords:any")
"""What an easy prompt asks for first (the first of these, if it asks for more): a word of its topic.

It ties the other instructions, which many a reply follows unasked, to an answer.
"""

GENERIC_REPLIES = (
    "It is good to know more about it. Many people like to hear of it now and then.",
    "It is good to know more about it. Many people like to hear of it now and then. It takes only a little time. "
    "After that you will see it with new eyes and tell others what you have found. Nobody has ever been sorry to try.",
)
"""Ordinary replies to nothing in particular, a short and a long one. Neither follows any prompt."""

ATTEMPTS = 3
"""How often arguments are drawn anew for an instruction that cannot be followed beside the others."""


def choose(
    difficulty: Difficulty, count: int, about: Material, used: Counter[tuple[str, int]], previous: str, rng: Random
) -> tuple[Instructions, str]:
    """`count` instructions that one reply can follow, and that reply, an oracle; `previous`, another's, must not.

    The first is as hard as `difficulty` says and the others no harder. Those asked for least often so far come first:
    among prompts with as many instructions, then in all. `used` counts them by (id, number of instructions), and by
    (id, 0) in all.
    """
    ranks = {name: (used[name, count], used[name, 0], rng.random()) for name in INSTRUCTIONS}
    ranked = sorted(INSTRUCTIONS, key=ranks.__getitem__)
    leaders = [name for name in ranked if INSTRUCTIONS[name].difficulty == difficulty]
    if difficulty == "easy":
        leaders = [name for name in leaders if name in (TOPICAL if count == 1 else TOPICAL[:1])]
    others = [name for name in ranked if not _harder(INSTRUCTIONS[name].difficulty, difficulty)]
    chosen: Instructions = []
    oracle = ""
    words = about.words
    while len(chosen) < count:
        if not chosen:
            about.words = words
        decoys = (*GENERIC_REPLIES, previous) if len(chosen) == count - 1 else ()
        # Where nothing more goes with what was chosen, all is chosen anew, with other arguments.
        chosen, oracle = next(_extensions(others if chosen else leaders, chosen, about, decoys, rng), ([], ""))
    return chosen, oracle


def _harder(one: Difficulty, other: Difficulty) -> bool:
    return DIFFICULTIES.index(one) > DIFFICULTIES.index(other)


def _extensions(
    names: Iterable[str], chosen: Instructions, about: Material, decoys: Sequence[str], rng: Random
) -> Iterator[tuple[Instructions, str]]:
    """`chosen` and one instruction of `names` more, with an oracle; none that a decoy follows."""
    words = about.words
    for name in names:
        if not all(INSTRUCTIONS[name].allows(INSTRUCTIONS[other]) for other, _ in chosen):
            continue
        for _ in range(ATTEMPTS):
            about.words = words
            together = [*chosen, (name, INSTRUCTIONS[name].sample(rng, about))]
            oracle = construct(together, about, rng)
            if oracle is not None and not any(follows(decoy, together) for decoy in decoys):
                yield together, oracle
