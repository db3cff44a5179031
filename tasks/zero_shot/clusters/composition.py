"""Chains of one to four elementary operations on a list of words, to be carried out in order.

The operations are the same at every length, so accuracy by length can be held against independent steps.
"""

from collections.abc import Callable
from random import Random

from .. import stock
from ..answers import sequence
from ..items import Item

Operation = tuple[str, Callable[[list[str]], list[str]]]


def one_step(rng: Random) -> Item:
    return _chain(rng, 1)


def two_steps(rng: Random) -> Item:
    return _chain(rng, 2)


def three_steps(rng: Random) -> Item:
    return _chain(rng, 3)


def four_steps(rng: Random) -> Item:
    return _chain(rng, 4)


def _chain(rng: Random, length: int) -> Item:
    words, new = rng.sample(stock.OBJECTS, 3), rng.sample(stock.COLOURS, 2)
    steps = rng.sample(_operations(new), length)
    result = words
    for _, operation in steps:
        changed = operation(result)
        if changed in (result, words):
            return _chain(rng, length)
        result = changed
    told = [step for step, _ in steps]
    return Item(
        ask="carry out these steps on the list of words, one after the other"
        if length > 1
        else f"take this list and {told[0][0].lower()}{told[0][1:-1]}",
        rules="\n".join(f"{number}. {step}" for number, step in enumerate(told, start=1)) if length > 1 else "",
        reply="Reply with the new list only, separated by commas.",
        input=", ".join(words),
        target=sequence(result, rivals=[*words, *new, "put", "reply"]),
        length=length,
        difficulty=("easy", "medium", "hard", "hard")[length - 1],
    )


def _operations(new: list[str]) -> list[Operation]:
    return [
        ("Reverse the order of the words.", lambda words: words[::-1]),
        ("Sort the words alphabetically.", sorted),
        ("Remove the first word.", lambda words: words[1:]),
        ("Remove the last word.", lambda words: words[:-1]),
        (f'Put the word "{new[0]}" at the end.', lambda words: [*words, new[0]]),
        (f'Put the word "{new[1]}" at the beginning.', lambda words: [new[1], *words]),
        ("Swap the first word and the last word.", lambda words: [words[-1], *words[1:-1], words[0]]),
    ]


TYPES = (one_step, two_steps, three_steps, four_steps)
