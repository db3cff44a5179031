"""Instructions with branches: which one holds depends on the text."""

from random import Random

from .. import stock
from ..answers import number, text, verbatim
from ..items import Item


def by_mention(rng: Random) -> Item:
    labels = stock.invented_words(rng, 3)
    which = rng.randrange(3)
    subject = f"{rng.choice(stock.NAMES)} saw {stock.a(rng.choice(stock.COLOURS))}"
    city = rng.choice(stock.CITIES)
    place = (f"near the harbour of {city}", f"in {city}", "behind the old barn")[which]
    seen = rng.choice(stock.THINGS["animal"] if which == 0 else stock.OBJECTS)
    return Item(
        ask="check what this sentence mentions and answer by the rules",
        rules=f'If it mentions an animal, answer "{labels[0]}". If it mentions no animal but a city, answer '
        f'"{labels[1]}". Otherwise, answer "{labels[2]}".',
        reply="Reply with that one word only.",
        input=f"{subject} {seen} {place}.",
        target=text(labels[which], rivals=labels),
        chance=33,
        difficulty="medium",
    )


def by_count(rng: Random) -> Item:
    limit = rng.randint(20, 60)
    many = rng.random() < 0.5
    count = rng.randint(limit + 3, limit + 30) if many else rng.randint(3, limit - 3)
    name, thing = rng.choice(stock.NAMES), rng.choice(stock.OBJECTS)
    return Item(
        ask="read this sentence and answer by the rules",
        rules=f"If it speaks of more than {limit} things, write the name of the person in capital letters. "
        "Otherwise, write the colour of the things in small letters.",
        reply="Reply with that one word only.",
        input=f"{name} owns {count} {(colour := rng.choice(stock.COLOURS))} {thing}s.",
        target=verbatim(name.upper() if many else colour, rivals=[colour, name] if many else [name, name.upper()]),
        chance=50,
    )


def by_initial(rng: Random) -> Item:
    vowel = rng.random() < 0.5
    name = rng.choice([name for name in stock.NAMES if (name[0] in "AEIOU") == vowel and name[0] != "Y"])
    city, thing = rng.choice(stock.CITIES), rng.choice(stock.OBJECTS)
    return Item(
        ask="answer by the first letter of the person's name",
        rules="If the name begins with a vowel (A, E, I, O or U), write the city. "
        "If it begins with another letter, write the thing that was bought.",
        reply="Reply with that one word only.",
        input=f"{name} travelled to {city} and bought {stock.a(thing)}.",
        target=text(city if vowel else thing, rivals=[thing if vowel else city]),
        chance=50,
        difficulty="medium",
    )


def halve_or_add(rng: Random) -> Item:
    value, extra = rng.randint(12, 80), rng.randint(3, 15)
    return Item(
        ask=f"change the number of {rng.choice(stock.NAMES)} by the rules",
        rules=f"Divide an even number by 2. Add {extra} to an odd number.",
        reply="Reply with the resulting number only.",
        input=f"The number is {value}.",
        target=number(value + extra if value % 2 else value // 2),
    )


def mentions(rng: Random) -> Item:
    thing, other = rng.sample(stock.THINGS["animal"], 2)
    yes = rng.random() < 0.5
    return Item(
        ask=f"answer yes if this sentence mentions {stock.a(thing)}, and no if it does not",
        reply="Reply with one word, yes or no.",
        input=f"In {rng.choice(stock.CITIES)}, {rng.choice(stock.NAMES)} saw {stock.a(thing if yes else other)}.",
        target=text("yes" if yes else "no", rivals=["yes", "no"]),
        chance=50,
        difficulty="easy",
    )


def more_than(rng: Random) -> Item:
    limit, yes = rng.randint(20, 80), rng.random() < 0.5
    count = rng.randint(limit + 5, 99) if yes else rng.randint(2, limit - 5)
    name, thing = rng.choice(stock.NAMES), rng.choice(stock.OBJECTS)
    return Item(
        ask=f"answer yes if {name} has more than {limit} {thing}s, and no if not",
        reply="Reply with one word, yes or no.",
        input=f"{name} has {count} {thing}s.",
        target=text("yes" if yes else "no", rivals=["yes", "no"]),
        chance=50,
        difficulty="easy",
    )


def by_colour(rng: Random) -> Item:
    (said, unsaid), (here, elsewhere) = rng.sample(stock.COLOURS, 2), rng.sample(stock.CITIES, 2)
    lines = [f"If the {{thing}} is {said}, write {here}.", f"If the {{thing}} is {unsaid}, write {elsewhere}."]
    thing = rng.choice(stock.OBJECTS)
    return Item(
        ask="write one word by these rules",
        rules=" ".join(rng.sample(lines, 2)).format(thing=thing),
        input=f"The {thing} is {said}.",
        target=text(here, rivals=[elsewhere, "write"]),
        chance=50,
        difficulty="easy",
    )


TYPES = (mentions, by_mention, more_than, by_initial, mentions, by_count, by_colour, halve_or_add)
