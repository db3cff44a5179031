"""Reading a small table, written as Markdown or as CSV."""

from collections import Counter
from dataclasses import dataclass
from random import Random

from .. import stock
from ..answers import collection, number, text
from ..items import Item


@dataclass(frozen=True, slots=True)
class Staff:
    """One row; ages within a table differ."""

    name: str
    city: str
    age: int
    tool: str


def look_up(rng: Random) -> Item:
    staff = _staff(rng)
    person = rng.choice(staff)
    column = rng.choice(("city", "tool"))
    return Item(
        ask=f"look up the {column} of {person.name} in this table",
        reply="Reply with that entry only.",
        input=_written(rng, staff),
        target=text(getattr(person, column), rivals=[getattr(row, column) for row in staff]),
        chance=20,
        difficulty="medium",
    )


def oldest(rng: Random) -> Item:
    staff = _staff(rng)
    superlative, choose = rng.choice((("oldest", max), ("youngest", min)))
    return Item(
        ask=f"find the {superlative} person in this table",
        reply="Reply with the name only.",
        input=_written(rng, staff),
        target=text(choose(staff, key=lambda row: row.age).name, rivals=[row.name for row in staff]),
        chance=20,
        difficulty="medium",
    )


def how_many(rng: Random) -> Item:
    staff = _staff(rng)
    ages = sorted(row.age for row in staff)
    limit = ages[rng.randint(1, 3)]
    return Item(
        ask=f"count the people in this table who are older than {limit}",
        reply="Reply with the number only.",
        input=_written(rng, staff),
        target=number(sum(age > limit for age in ages)),
        chance=20,
    )


def who_uses(rng: Random) -> Item:
    staff = _staff(rng)
    tool = Counter(row.tool for row in staff).most_common(1)[0][0]
    return Item(
        ask=f"list the names of all people in this table whose tool is the {tool}",
        reply="Reply with the names only, separated by commas.",
        input=_written(rng, staff),
        target=collection([row.name for row in staff if row.tool == tool], rivals=[row.name for row in staff]),
    )


def _staff(rng: Random) -> list[Staff]:
    """Five people; one tool occurs twice or three times."""
    shared, *single = stock.things(rng, 4, "tool")
    tools = [shared, shared, *rng.sample([shared, *single], 3)]
    rng.shuffle(tools)
    ages = rng.sample(range(19, 79), 5)
    return [
        Staff(*row) for row in zip(rng.sample(stock.NAMES, 5), rng.sample(stock.CITIES, 5), ages, tools, strict=True)
    ]


def _written(rng: Random, staff: list[Staff]) -> str:
    rows = [("name", "city", "age", "tool"), *((row.name, row.city, str(row.age), row.tool) for row in staff)]
    if rng.random() < 0.5:
        return "\n".join(",".join(row) for row in rows)
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---|---|---|---|", *lines[1:]])


def where(rng: Random) -> Item:
    (one, other), (city, elsewhere) = rng.sample(stock.NAMES, 2), rng.sample(stock.CITIES, 2)
    return Item(
        ask=f"say in which city {one} lives",
        reply="Reply with the city only.",
        input=_two_rows(rng, [(one, city), (other, elsewhere)]),
        target=text(city, rivals=[elsewhere]),
        chance=50,
        difficulty="easy",
    )


def price_of(rng: Random) -> Item:
    (one, other), (price, wrong) = rng.sample(stock.OBJECTS, 2), rng.sample(range(11, 99), 2)
    rows = rng.sample([(one, price), (other, wrong)], 2)
    return Item(
        ask=f"say what the {one} costs",
        reply="Reply with the number only.",
        input="\n".join(f"{thing}: {cost} dollars" for thing, cost in rows),
        target=number(price),
        chance=50,
        difficulty="easy",
    )


def who(rng: Random) -> Item:
    (one, other), (city, elsewhere) = rng.sample(stock.NAMES, 2), rng.sample(stock.CITIES, 2)
    return Item(
        ask=f"say who lives in {city}",
        reply="Reply with the name only.",
        input=_two_rows(rng, [(one, city), (other, elsewhere)]),
        target=text(one, rivals=[other]),
        chance=50,
        difficulty="easy",
    )


def _two_rows(rng: Random, rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name} | {city}" for name, city in [("name", "city"), *rng.sample(rows, 2)])


TYPES = (where, look_up, price_of, oldest, where, how_many, who, who_uses)
