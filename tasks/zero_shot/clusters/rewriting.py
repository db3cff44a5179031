"""Rewriting a sentence under a stated rule: case, tense, person, word order, spelling."""

from random import Random

from .. import stock
from ..answers import text, verbatim
from ..items import Item

REPLY = "Reply with the rewritten sentence only."


def past_tense(rng: Random) -> Item:
    first, second = rng.sample(stock.REGULAR_VERBS, 2)
    one, other = rng.sample(stock.OBJECTS, 2)
    name, city = rng.choice(stock.NAMES), rng.choice(stock.CITIES)
    sentence = "In {city}, {name} {first} the {one} and {second} the {other}."
    fixed = {"city": city, "name": name, "one": one, "other": other}
    return Item(
        ask="put this sentence into the simple past tense",
        reply=f"{REPLY} Change nothing but the verbs.",
        input=sentence.format(first=_third_person(first), second=_third_person(second), **fixed),
        target=text(sentence.format(first=_past(first), second=_past(second), **fixed)),
        difficulty="medium",
    )


def third_person(rng: Random) -> Item:
    thing, place = rng.sample(stock.OBJECTS, 2)
    name, possessive = rng.choice([(name, "her") for name in stock.WOMEN] + [(name, "his") for name in stock.MEN])
    sentence = f"{{who}} left {{whose}} {rng.choice(stock.COLOURS)} {thing} beside {{whose}} {place} in {rng.choice(stock.CITIES)}."
    return Item(
        ask=f"rewrite this sentence so that it is about {name} instead of the speaker",
        rules=f'Replace "I" by "{name}" and "my" by "{possessive}".',
        reply=REPLY,
        input=sentence.format(who="I", whose="my"),
        target=text(sentence.format(who=name, whose=possessive)),
        difficulty="medium",
    )


def reversed_order(rng: Random) -> Item:
    words = [rng.choice(stock.NAMES).lower(), rng.choice(stock.REGULAR_VERBS), *rng.sample(stock.OBJECTS, 2)]
    return Item(
        ask="write these words in reverse order, the last one first",
        reply="Keep every word as it is, separate them with single spaces, and reply with nothing else.",
        input=" ".join(words),
        target=text(" ".join(reversed(words))),
    )


SPELLINGS = {
    "color": "colour", "center": "centre", "theater": "theatre", "gray": "grey", "harbor": "harbour",
    "neighbor": "neighbour", "fiber": "fibre", "jewelry": "jewellery", "catalog": "catalogue", "aluminum": "aluminium",
}  # fmt: skip


def british_spelling(rng: Random) -> Item:
    first, second = rng.sample(list(SPELLINGS), 2)
    sentence = (
        f"{rng.choice(stock.NAMES)} asked about the {{0}} and the {{1}} {rng.choice(('before', 'after', 'during'))} "
        f"the trip to {rng.choice(stock.CITIES)}."
    )
    return Item(
        ask="change the American spellings in this sentence to British ones",
        reply=f"{REPLY} Leave all other words as they are.",
        input=sentence.format(first, second),
        target=text(sentence.format(SPELLINGS[first], SPELLINGS[second])),
    )


def _scene(rng: Random) -> str:
    return (
        f"{rng.choice(stock.NAMES)} keeps {stock.a(rng.choice(stock.ADJECTIVES))} {rng.choice(stock.OBJECTS)} "
        f"in {rng.choice(stock.CITIES)}."
    )


def _third_person(verb: str) -> str:
    if verb.endswith(("sh", "ss")):
        return verb + "es"
    return verb[:-1] + "ies" if verb.endswith("ry") else verb + "s"


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("ry"):
        return verb[:-1] + "ied"
    return verb + "ped" if verb == "drop" else verb + "ed"


def copy(rng: Random) -> Item:
    sentence = _scene(rng)
    return Item(
        ask="copy this sentence",
        reply="Change nothing.",
        input=sentence,
        target=verbatim(sentence),
        difficulty="easy",
    )


def one_name(rng: Random) -> Item:
    old, new = rng.sample(stock.NAMES, 2)
    thing = rng.choice(stock.OBJECTS)
    return Item(
        ask=f"write this sentence with {new} instead of {old}",
        reply="Reply with the sentence only.",
        input=f"{old} has {stock.a(thing)}.",
        target=text(f"{new} has {stock.a(thing)}."),
        difficulty="easy",
    )


def upper_word(rng: Random) -> Item:
    words = stock.phrase(rng)
    return Item(
        ask=f'write "{words}" in capital letters',
        reply="Write nothing else.",
        target=verbatim(words.upper(), rivals=[words]),
        difficulty="easy",
    )


TYPES = (copy, third_person, one_name, past_tense, copy, british_spelling, upper_word, reversed_order)
