"""Sorting and filtering lists."""

from random import Random

from .. import stock
from ..answers import sequence, text
from ..items import Item

REPLY = "Reply with the words only, separated by commas."


def alphabetical(rng: Random) -> Item:
    words = _unsorted(rng, stock.things(rng, 5))
    return Item(
        ask="sort these words in alphabetical order",
        reply=REPLY,
        input=", ".join(words),
        target=sequence(sorted(words)),
    )


def one_kind_only(rng: Random) -> Item:
    kind, *others = rng.sample(list(stock.THINGS), 4)
    kept = stock.things(rng, rng.choice((2, 3)), kind)
    words = kept + stock.things(rng, 4, *others)
    rng.shuffle(words)
    return Item(
        ask=f"pick the {stock.PLURALS[kind]} from this list and keep their order",
        reply=REPLY,
        input=", ".join(words),
        target=sequence([word for word in words if word in kept], rivals=words),
        difficulty="medium",
    )


def by_first_letter(rng: Random) -> Item:
    pool = stock.OBJECTS + [word for kind in stock.THINGS.values() for word in kind]
    letter = rng.choice("bcst")
    kept = rng.sample([word for word in pool if word[0] == letter], rng.choice((2, 3)))
    words = kept + rng.sample([word for word in pool if word[0] != letter], 4)
    rng.shuffle(words)
    return Item(
        ask=f'keep only the words of this list that begin with the letter "{letter}", in their order',
        reply=REPLY,
        input=", ".join(words),
        target=sequence([word for word in words if word[0] == letter], rivals=words),
        difficulty="medium",
    )


def descending_numbers(rng: Random) -> Item:
    numbers = rng.sample(range(11, 990), 5)
    while numbers == sorted(numbers, reverse=True):
        rng.shuffle(numbers)
    return Item(
        ask="sort these numbers from the largest to the smallest",
        reply="Reply with the numbers only, separated by commas.",
        input=", ".join(map(str, numbers)),
        target=sequence([str(value) for value in sorted(numbers, reverse=True)]),
    )


def longest_word(rng: Random) -> Item:
    pool = stock.OBJECTS + stock.COLOURS
    length = rng.choice((7, 8))
    longest = rng.choice([word for word in pool if len(word) == length])
    words = [longest, *rng.sample([word for word in pool if len(word) < length - 1], 5)]
    rng.shuffle(words)
    return Item(
        ask="find the word with the most letters in this list",
        reply="Reply with that word only.",
        input=", ".join(words),
        target=text(longest, rivals=words),
        chance=17,
        difficulty="medium",
    )


def _unsorted(rng: Random, words: list[str]) -> list[str]:
    while words == sorted(words):
        rng.shuffle(words)
    return words


def copy_list(rng: Random) -> Item:
    words = stock.things(rng, 4)
    return Item(
        ask="copy this list of words",
        reply="Reply with the words only, separated by commas.",
        input=", ".join(words),
        target=sequence(words, rivals=["copy", "reply"]),
        difficulty="easy",
    )


def in_list(rng: Random) -> Item:
    *words, absent = stock.things(rng, 5)
    yes = rng.random() < 0.5
    return Item(
        ask=f'say whether the word "{rng.choice(words) if yes else absent}" is in this list',
        reply="Reply with one word, yes or no.",
        input=", ".join(words),
        target=text("yes" if yes else "no", rivals=["yes", "no"]),
        chance=50,
        difficulty="easy",
    )


def first_word(rng: Random) -> Item:
    words = stock.things(rng, 3)
    place, which = rng.choice((("first", 0), ("last", 2)))
    return Item(
        ask=f"write the {place} word of this list",
        reply="Reply with that word only.",
        input=", ".join(words),
        target=text(words[which], rivals=words),
        chance=33,
        difficulty="easy",
    )


TYPES = (
    copy_list,
    by_first_letter,
    in_list,
    alphabetical,
    copy_list,
    descending_numbers,
    first_word,
    one_kind_only,
    in_list,
    longest_word,
)
