"""Finding a named piece of a short text among others of its kind."""

from random import Random

from .. import stock
from ..answers import number, sequence, text
from ..items import Item


def email_address(rng: Random) -> Item:
    people = rng.sample(stock.NAMES, 3)
    addresses = [f"{name.lower()}@{stock.invented(rng)}.org" for name in people]
    which = rng.randrange(3)
    lines = [
        f"{people[0]} can be reached at {addresses[0]}.",
        f"For bills, write to {people[1]} ({addresses[1]}).",
        f"{people[2]} is away and reads {addresses[2]} on Mondays.",
    ]
    return Item(
        ask=f"find the e-mail address of {people[which]} in this text",
        reply="Reply with the address only.",
        input=" ".join(rng.sample(lines, 3)),
        target=text(addresses[which], rivals=addresses),
        chance=33,
        difficulty="medium",
    )


def who_brought(rng: Random) -> Item:
    people = rng.sample(stock.NAMES, 5)
    wanted, other = rng.sample(stock.OBJECTS, 2)
    brought = [wanted, wanted, wanted, other, other][: rng.choice((4, 5))]
    rng.shuffle(brought)
    people = people[: len(brought)]
    lines = [f"{name} brought {stock.a(thing)}." for name, thing in zip(people, brought, strict=True)]
    return Item(
        ask=f"list everyone who brought {stock.a(wanted)}, in the order of the text",
        reply="Reply with the names only, separated by commas.",
        input=f"At the fair in {rng.choice(stock.CITIES)}: {' '.join(lines)}",
        target=sequence([name for name, thing in zip(people, brought, strict=True) if thing == wanted], rivals=people),
    )


def ordered_amount(rng: Random) -> Item:
    goods = rng.sample(stock.OBJECTS, 3)
    amounts = rng.sample(range(3, 95), 3)
    which = rng.randrange(3)
    parts = [f"{amount} crates of {thing}s" for amount, thing in zip(amounts, goods, strict=True)]
    return Item(
        ask=f"find out how many crates of {goods[which]}s were ordered",
        reply="Reply with the number only.",
        input=f"On the {rng.randint(4, 20)}th, {rng.choice(stock.NAMES)} ordered {stock.listed(parts)} "
        f"for the shop in {rng.choice(stock.CITIES)}.",
        target=number(amounts[which]),
        chance=25,
        difficulty="medium",
    )


def reference_code(rng: Random) -> Item:
    codes = [stock.code(rng) for _ in range(3)]
    names = ["booking", "invoice", "customer"]
    which = rng.randrange(3)
    lines = [f"The {name} number is {code}." for name, code in zip(names, codes, strict=True)]
    return Item(
        ask=f"copy the {names[which]} number from this message",
        reply="Reply with that number only, exactly as it is written.",
        input=f"Dear {rng.choice(stock.NAMES)}, {' '.join(rng.sample(lines, 3))} See you in {rng.choice(stock.CITIES)}.",
        target=text(codes[which], rivals=codes),
        chance=33,
        difficulty="medium",
    )


def one_address(rng: Random) -> Item:
    name, other = rng.sample(stock.NAMES, 2)
    address, wrong = (f"{one.lower()}@{rng.choice(stock.OBJECTS)}.org" for one in (name, other))
    lines = rng.sample([f"The address of {name} is {address}.", f"The address of {other} is {wrong}."], 2)
    return Item(
        ask=f"find the address of {name}",
        reply="Reply with the address only.",
        input=" ".join(lines),
        target=text(address, rivals=[wrong]),
        chance=50,
        difficulty="easy",
    )


def city_named(rng: Random) -> Item:
    name, city, thing = rng.choice(stock.NAMES), rng.choice(stock.CITIES), rng.choice(stock.OBJECTS)
    return Item(
        ask="say which city is named in this sentence",
        reply="Reply with the city only.",
        input=f"{name} bought {stock.a(thing)} in {city}.",
        target=text(city, rivals=[thing, name, "reply"]),
        difficulty="easy",
    )


def one_amount(rng: Random) -> Item:
    (name, other), (amount, wrong) = rng.sample(stock.NAMES, 2), rng.sample(range(12, 99), 2)
    thing = rng.choice(stock.OBJECTS)
    lines = rng.sample([f"{name} sold {amount} {thing}s.", f"{other} sold {wrong} {thing}s."], 2)
    return Item(
        ask=f"say how many {thing}s {name} sold",
        reply="Reply with the number only.",
        input=" ".join(lines),
        target=number(amount),
        chance=50,
        difficulty="easy",
    )


TYPES = (city_named, email_address, one_amount, reference_code, city_named, ordered_amount, one_address, who_brought)
