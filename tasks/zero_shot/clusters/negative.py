"""Instructions that say what not to do."""

from random import Random

from .. import stock
from ..answers import sequence, text, verbatim
from ..items import Item


def leave_out(rng: Random) -> Item:
    words = rng.sample(stock.OBJECTS, 5)
    banned = rng.sample(words, 2)
    return Item(
        ask="copy this list",
        rules=f"Do not write the words {banned[0]} and {banned[1]}.",
        reply="Reply with the other words only, in their order, separated by commas.",
        input=", ".join(words),
        target=sequence([word for word in words if word not in banned], rivals=banned),
        difficulty="medium",
    )


def without_letter(rng: Random) -> Item:
    letter = rng.choice("aeo")
    kept = rng.sample([word for word in stock.OBJECTS + stock.COLOURS if letter not in word], 2)
    words = kept + rng.sample([word for word in stock.OBJECTS if letter in word], 3)
    rng.shuffle(words)
    return Item(
        ask="copy words from this list",
        rules=f'Do not write any word that contains the letter "{letter}".',
        reply="Reply with all the other words, in their order, separated by commas, and nothing else.",
        input=", ".join(words),
        target=sequence([word for word in words if word in kept], rivals=words),
    )


QUESTIONS = (
    "How old is {name}'s {thing}?",
    "Why did {name} paint the {thing} {colour}?",
    "Where in {city} did {name} lose the {thing}?",
    "Who gave the {colour} {thing} to {name}?",
)


def do_not_answer(rng: Random) -> Item:
    name, thing = rng.choice(stock.NAMES), rng.choice(stock.OBJECTS)
    colour, city = rng.choice(stock.COLOURS), rng.choice(stock.CITIES)
    question = rng.choice(QUESTIONS).format(name=name, thing=thing, colour=colour, city=city)
    return Item(
        ask="rewrite this question in capital letters",
        rules="Do not answer it and do not comment on it.",
        reply="Reply with the rewritten question only.",
        input=question,
        target=verbatim(question.upper()),
    )


def no_digits(rng: Random) -> Item:
    start, more = rng.randint(11, 60), rng.randint(4, 30)
    thing = rng.choice(stock.OBJECTS)
    return Item(
        ask=f"work out how many {thing}s there are in total",
        rules="Do not use digits.",
        reply="Reply with the number in English words only.",
        input=f"{rng.choice(stock.NAMES)} owns {start} {thing}s and buys {more} more.",
        target=text(stock.number_word(start + more), stock.number_word(start + more).replace("-", " ")),
    )


def nothing_else_changed(rng: Random) -> Item:
    old, new = rng.sample(stock.NAMES, 2)
    sentence = (
        f"{{who}} sold {stock.a(rng.choice(stock.ADJECTIVES))} {rng.choice(stock.OBJECTS)} to a {rng.choice(('neighbour', 'friend', 'cousin'))} "
        f"in {rng.choice(stock.CITIES)} for {rng.randint(4, 60)} dollars."
    )
    return Item(
        ask=f"replace {old} by {new} in this sentence",
        rules="Do not change, add or remove anything else.",
        reply="Reply with the sentence only.",
        input=sentence.format(who=old),
        target=verbatim(sentence.format(who=new)),
        difficulty="medium",
    )


def nothing_but(rng: Random) -> Item:
    words = stock.phrase(rng)
    return Item(
        ask=f'write "{words}"',
        reply="Do not write anything else.",
        target=text(words),
        difficulty="easy",
    )


def this_not_that(rng: Random) -> Item:
    good, bad = rng.sample(stock.OBJECTS + stock.things(rng, 60), 2)
    return Item(
        ask=f"write the word {good}",
        rules=f"Do not write the word {bad}.",
        reply="Reply with one word.",
        target=text(good, rivals=[bad]),
        chance=50,
        difficulty="easy",
    )


TYPES = (
    nothing_but,
    leave_out,
    this_not_that,
    no_digits,
    nothing_but,
    do_not_answer,
    this_not_that,
    nothing_else_changed,
    nothing_but,
    without_letter,
)
