"""Rules that nobody has seen: an operation, a cipher, a grammar, a concept and a game made up for the prompt."""

from itertools import pairwise
from random import Random

from .. import stock
from ..answers import number, text
from ..items import Item


def operation(rng: Random) -> Item:
    name = stock.invented(rng)
    left, right, extra = rng.randint(2, 5), rng.randint(1, 4), rng.randint(1, 9)
    a, b = rng.sample(range(2, 13), 2)
    return Item(
        ask=f"calculate {a} {name} {b}",
        rules=f"To {name} two numbers, multiply the first by {left}, multiply the second by {right}, "
        f"add both results, and then add {extra}.",
        reply="Reply with the number only.",
        target=number(left * a + right * b + extra),
    )


def cipher(rng: Random) -> Item:
    word = rng.choice([word for word in stock.OBJECTS + stock.COLOURS if len(word) <= 5])
    letters = sorted(set(word))
    signs = stock.invented_words(rng, len(letters), syllables=1)
    key = dict(zip(letters, signs, strict=True))
    rng.shuffle(letters)
    return Item(
        ask="decode this message into an English word",
        rules=f"Each sign stands for one letter: {', '.join(f'{key[letter]} = {letter}' for letter in letters)}.",
        reply="Reply with the decoded word only.",
        input=" ".join(key[letter] for letter in word),
        target=text(word),
    )


def grammar(rng: Random) -> Item:
    nouns, colours = rng.sample(stock.OBJECTS, 2), rng.sample(stock.COLOURS, 2)
    words = stock.invented_words(rng, 4)
    plural = stock.invented(rng, 1)
    language = stock.invented(rng).capitalize()
    meanings = [f'"{foreign}" means {english}' for foreign, english in zip(words, nouns + colours, strict=True)]
    return Item(
        ask=f'translate "{colours[0]} {nouns[0]}s" into {language}',
        rules=f"In {language}, {stock.listed(meanings)}. The colour comes after the noun. "
        f'A plural noun ends in "-{plural}"; colours never change.',
        reply="Reply with the translation only, in two words.",
        target=text(f"{words[0]}{plural} {words[2]}", f"{words[0]}-{plural} {words[2]}"),
    )


def concept(rng: Random) -> Item:
    name = stock.invented(rng)
    edges = rng.sample("bdgklmnprst", 5)
    ends = [(edges[0], edges[0]), *pairwise(edges[1:])]

    def word(first: str, last: str) -> str:
        return f"{first}{rng.choice('aeiou')}{rng.choice('bdgklmn')}{rng.choice('aeiou')}{last}"

    fits, *others = (word(first, last) for first, last in ends)
    words = [fits, *others]
    rng.shuffle(words)
    return Item(
        ask=f"find the {name} in this list",
        rules=f"A word is a {name} if it begins and ends with the same letter.",
        reply="Reply with that word only.",
        input=", ".join(words),
        target=text(fits, rivals=words),
        chance=25,
        difficulty="medium",
    )


def game(rng: Random) -> Item:
    name = stock.invented(rng).capitalize()
    players, colours = rng.sample(stock.NAMES, 3), rng.sample(stock.COLOURS, 3)
    trump = rng.choice(colours)
    values = rng.sample(range(1, 12), 3)
    while values[colours.index(trump)] == max(values):
        rng.shuffle(values)
    cards = [f"{player} plays {colour} {value}" for player, colour, value in zip(players, colours, values, strict=True)]
    return Item(
        ask=f"tell me who wins this round of {name}",
        rules=f"In {name}, a {trump} card beats every card of another colour; without a {trump} card the lowest "
        "number wins.",
        reply="Reply with the name only.",
        input=f"{stock.listed(cards)}.",
        target=text(players[colours.index(trump)], rivals=players),
        chance=33,
        difficulty="medium",
    )


def meaning(rng: Random) -> Item:
    (word, other), (meant, unmeant) = stock.invented_words(rng, 2), rng.sample(stock.OBJECTS, 2)
    lines = rng.sample([f"{word} means {meant}", f"{other} means {unmeant}"], 2)
    return Item(
        ask=f"say what {word} means",
        rules=f"In our language, {stock.listed(lines)}.",
        reply="Reply with one word.",
        target=text(meant, rivals=[unmeant]),
        chance=50,
        difficulty="easy",
    )


def password(rng: Random) -> Item:
    (said, unsaid), (answer, wrong) = stock.invented_words(rng, 2), rng.sample(stock.COLOURS, 2)
    lines = rng.sample([f'to "{said}" the answer is "{answer}"', f'to "{unsaid}" the answer is "{wrong}"'], 2)
    return Item(
        ask=f'answer me when I say "{said}"',
        rules=f"We play a game: {stock.listed(lines)}.",
        reply="Reply with one word.",
        target=text(answer, rivals=[wrong]),
        chance=50,
        difficulty="easy",
    )


TYPES = (meaning, game, password, operation, meaning, cipher, password, concept, meaning, grammar)
