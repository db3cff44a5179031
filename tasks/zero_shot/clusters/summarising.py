"""Summaries and paraphrases whose facts can be checked; the wording is free within a number of words."""

from random import Random

from .. import stock
from ..answers import facts, text
from ..items import Item


def one_sentence(rng: Random) -> Item:
    name, city, thing, helper = (
        rng.choice(stock.WOMEN),
        rng.choice(stock.CITIES),
        rng.choice(stock.OBJECTS),
        rng.choice(stock.MEN),
    )
    price, other = rng.sample(range(12, 95), 2)
    return Item(
        ask="summarise this report in one sentence of at most 15 words that says who sold what, in which city and for how much",
        reply="Reply with the sentence only.",
        input=f"It rained all morning at the market, and few people came. {name} had driven to {city} before sunrise "
        f"with a van full of things. Most buyers only looked, and one offered {other} dollars and left. At noon, "
        f"{helper} came by and paid {price} dollars for the {thing} of {name}.",
        target=facts(
            f"In {city}, {name} sold the {thing} for {price} dollars.",
            [name, city, thing, str(price)],
            [str(other)],
            words=(5, 15),
        ),
    )


def title(rng: Random) -> Item:
    name, city = rng.choice(stock.NAMES), rng.choice(stock.CITIES)
    instrument, colour = rng.choice(stock.THINGS["instrument"]), rng.choice(stock.COLOURS)
    return Item(
        ask="write a title of at most eight words for this text",
        rules="The title names the person, the instrument and the city.",
        reply="Reply with the title only.",
        input=f"Nobody had expected much of the concert in the {colour} hall. Yet when {name} began to play the "
        f"{instrument}, the whole room fell silent. By the end of the evening, people all over {city} were "
        "talking about it.",
        target=facts(f"{name} Plays the {instrument.capitalize()} in {city}", [name, instrument, city], words=(3, 8)),
        difficulty="medium",
    )


REPORTED = (
    ("purchased", "a shop", "bought"), ("constructed", "a shed", "built"), ("discovered", "a field", "found"),
    ("vended", "a stall", "sold"), ("mended", "a workshop", "repaired"),
)  # fmt: skip


def without_the_word(rng: Random) -> Item:
    word, place, plain = rng.choice(REPORTED)
    name, city = rng.choice(stock.NAMES), rng.choice(stock.CITIES)
    thing, adjective = rng.choice(stock.OBJECTS), rng.choice(stock.ADJECTIVES)
    return Item(
        ask=f'say the same thing in other words, without the word "{word}"',
        rules="Keep the person, the thing and the city.",
        reply="Reply with one sentence of at most 15 words only.",
        input=f"In {place} in {city}, {name} {word} {stock.a(adjective)} {thing}.",
        target=facts(
            f"{name} {plain} {stock.a(adjective)} {thing} in {place} in {city}.",
            [name, thing, city],
            [word],
            words=(5, 15),
        ),
    )


def what_changed(rng: Random) -> Item:
    fields = {
        "city": stock.CITIES, "weekday": stock.WEEKDAYS, "guest": stock.WOMEN, "gift": stock.OBJECTS,
    }  # fmt: skip
    plan = {field: rng.choice(pool) for field, pool in fields.items()}
    changed = rng.choice(list(fields))
    new = rng.choice([value for value in fields[changed] if value != plan[changed]])
    version = "{guest} comes to {city} on {weekday} and brings the {gift}."
    return Item(
        ask="find the one word that is different in the second version of this plan",
        reply="Reply with the new word only.",
        input=f"First version: {version.format(**plan)}\nSecond version: {version.format(**{**plan, changed: new})}",
        target=text(new, rivals=[plan[changed], *(value for field, value in plan.items() if field != changed)]),
        chance=25,
        difficulty="medium",
    )


TOPICS = {
    "music": ("sings in a choir", "plays the piano", "wrote a new song"),
    "sport": ("won the tennis match", "runs a marathon", "plays football"),
    "cooking": ("baked a cake", "fried some onions", "boiled the soup"),
    "weather": ("got wet in the rain", "likes the snow", "waits for the sun to shine"),
}


def topic(rng: Random) -> Item:
    topics = rng.sample(list(TOPICS), 2)
    one, other = rng.sample(topics, 2)
    return Item(
        ask=f"say whether this sentence is about {one} or {other}",
        reply=f"Answer with one word, {one} or {other}.",
        input=f"{rng.choice(stock.NAMES)} from {rng.choice(stock.CITIES)} {rng.choice(TOPICS[topics[0]])}.",
        target=text(topics[0], rivals=topics),
        chance=50,
        difficulty="easy",
    )


def who_bought(rng: Random) -> Item:
    (name, other), (thing, another) = rng.sample(stock.NAMES, 2), rng.sample(stock.OBJECTS, 2)
    lines = rng.sample([f"{name} bought {stock.a(thing)}.", f"{other} bought {stock.a(another)}."], 2)
    return Item(
        ask=f"say who bought {stock.a(thing)}",
        reply="Reply with the name only.",
        input=" ".join(lines),
        target=text(name, rivals=[other]),
        chance=50,
        difficulty="easy",
    )


TYPES = (topic, title, who_bought, one_sentence, topic, what_changed, who_bought, without_the_word)
