"""Sorting a text under labels that the prompt defines. The labels are invented, so their names give nothing away."""

from random import Random

from .. import stock
from ..answers import text
from ..items import Item

REPLY = "Reply with the label only."


def by_price(rng: Random) -> Item:
    labels = _labels(rng, 3)
    low, high, which, price = stock.price_bands(rng)
    return Item(
        ask="label this offer by its price",
        rules=f"Offers under ${low} are {labels[0]}, offers from ${low} to ${high} are {labels[1]}, "
        f"and offers above ${high} are {labels[2]}.",
        reply=REPLY,
        input=f"{rng.choice(stock.NAMES)} in {rng.choice(stock.CITIES)} sells {stock.a(rng.choice(stock.ADJECTIVES))} "
        f"{rng.choice(stock.OBJECTS)} for ${price}.",
        target=text(labels[which], rivals=labels),
        chance=33,
    )


def by_topic(rng: Random) -> Item:
    kinds = rng.sample(list(stock.THINGS), 4)
    labels = _labels(rng, 4)
    which = rng.randrange(4)
    thing = rng.choice(stock.THINGS[kinds[which]])
    meanings = [f"{label} means {stock.PLURALS[kind]}" for label, kind in zip(labels, kinds, strict=True)]
    return Item(
        ask="label this sentence by the kind of thing it talks about",
        rules=f"{stock.listed(meanings)}.",
        reply=REPLY,
        input=f"Near {rng.choice(stock.CITIES)}, {rng.choice(stock.NAMES)} took a photo of {stock.a(thing)}.",
        target=text(labels[which], rivals=labels),
        chance=25,
        difficulty="medium",
    )


GOOD = (
    "the staff were lovely", "the food was excellent", "the room was spotless", "the view was stunning",
    "breakfast was delicious", "check-in took no time at all",
)  # fmt: skip
BAD = (
    "the bed was terrible", "the soup was cold and bland", "the noise kept us awake", "the shower was broken",
    "the bill was wrong", "the carpet smelled awful",
)  # fmt: skip


def by_opinion(rng: Random) -> Item:
    labels = _labels(rng, 3)
    which = rng.randrange(3)
    first, second = (rng.sample(GOOD, 2), rng.sample(BAD, 2), [rng.choice(GOOD), rng.choice(BAD)])[which]
    joint = "but" if which == 2 else "and"
    return Item(
        ask="label this review",
        rules=f"Use {labels[0]} if everything in it is praise, {labels[1]} if everything in it is a complaint, "
        f"and {labels[2]} if it holds both.",
        reply=REPLY,
        input=f"{rng.choice(stock.NAMES)} from {rng.choice(stock.CITIES)} wrote: {first}, {joint} {second}.",
        target=text(labels[which], rivals=labels),
        chance=33,
        difficulty="medium",
    )


def by_deadline(rng: Random) -> Item:
    labels = _labels(rng, 4)
    which = rng.randrange(4)
    when = ("today", "by tomorrow", "some time next week", "whenever there is time")[which]
    person, thing = rng.choice(stock.NAMES), rng.choice(stock.OBJECTS)
    return Item(
        ask="choose the label for this request",
        rules=f"Due today: {labels[0]}. Due tomorrow: {labels[1]}. Due next week: {labels[2]}. "
        f"No date at all: {labels[3]}.",
        reply=REPLY,
        input=f"{person} needs the {rng.choice(stock.COLOURS)} {thing} repaired {when}; ticket {stock.code(rng)}.",
        target=text(labels[which], rivals=labels),
        chance=25,
    )


def _labels(rng: Random, count: int) -> list[str]:
    return [word.upper() for word in stock.invented_words(rng, count)]


def sentiment(rng: Random) -> Item:
    word, said = rng.choice((("positive", GOOD), ("negative", BAD)))
    return Item(
        ask="say whether this review is positive or negative",
        reply="Answer with one word, positive or negative.",
        input=f"{rng.choice(stock.NAMES)} from {rng.choice(stock.CITIES)} wrote: {stock.listed(rng.sample(said, 2))}.",
        target=text(word, rivals=("positive", "negative")),
        chance=50,
        difficulty="easy",
    )


def kind(rng: Random) -> Item:
    kinds = rng.sample(("animal", "fruit", "tool", "vehicle"), 3)
    thing = rng.choice(stock.THINGS[kinds[0]])
    return Item(
        ask=f"say what a {thing} is: {stock.listed(rng.sample(kinds, 3), 'or')}",
        reply="Answer with one word.",
        input=f"{rng.choice(stock.NAMES)} saw {stock.a(thing)} in {rng.choice(stock.CITIES)}.",
        target=text(kinds[0], rivals=kinds),
        chance=33,
        difficulty="easy",
    )


MOODS = {
    "happy": (
        "won the prize and danced all evening",
        "got good news and cannot stop smiling",
        "laughs and sings today",
    ),
    "sad": ("lost a friend and cried all evening", "got bad news and weeps", "sits alone in the dark and cries"),
}


def mood(rng: Random) -> Item:
    word = rng.choice(list(MOODS))
    name = rng.choice(stock.NAMES)
    return Item(
        ask=f"say whether {name} is happy or sad",
        reply="Answer with one word, happy or sad.",
        input=f"{name} from {rng.choice(stock.CITIES)} {rng.choice(MOODS[word])}.",
        target=text(word, rivals=[*MOODS]),
        chance=50,
        difficulty="easy",
    )


TYPES = (sentiment, by_opinion, kind, by_topic, mood, by_deadline, sentiment, by_price)
