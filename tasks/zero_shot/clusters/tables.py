"""Tables of 5 to 60 rows, asked about under one to three conditions (`material/tables.toml`).

With one or two conditions, the rows that meet them are counted (or in a small table, a row is looked up by its number);
with three, exactly one row meets them, and there are rows that meet two.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from ..answers import Target, number, text
from ..items import WORDINGS, Item, ask
from ..slots import Draw
from ..stock import NAMES
from ..templates import Make, material

RUNGS = (
    (5, 1), (20, 2), (10, 3), (20, 1), (10, 1), (20, 3), (10, 2), (5, 3),
    (60, 3), (40, 2), (60, 2), (40, 1), (5, 3), (40, 3), (5, 1), (10, 1),
)  # fmt: skip
"""Rows and conditions, in the order in which items are drawn, again and again."""

SMALL = 10
"""Up to this many rows, one condition is the number of a row; counting a handful would be guessing."""
COLOURS = ("red", "blue", "green", "black", "white")
KINDS = ("city", "touring", "racing", "folding", "cargo")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
TOOLS = ("wood saw", "hedge trimmer", "cement mixer", "floor sander", "tile cutter")
BRANCHES = ("Northside", "Harbour", "Old Town", "Riverbank")

Row = list[Any]


@dataclass(frozen=True, slots=True)
class World:
    """How rows are drawn, and the conditions: each a value's slots and a test of a row."""

    name: str
    row: Callable[[int, Random], Row]
    conditions: Callable[[Row], tuple[dict[str, Any], list[Callable[[Row], bool]]]]
    answer: int
    """The column that names a row."""
    looked_up: int
    """The column asked for when a row is named."""


def _bike(n: int, rng: Random) -> Row:
    return [n, rng.choice(KINDS), rng.choice(COLOURS), rng.randrange(60, 480, 5), rng.choice(DAYS)]


def _bike_conditions(row: Row) -> tuple[dict[str, Any], list[Callable[[Row], bool]]]:
    price = row[3] // 20 * 20 + 20
    slots = {"colour": row[2], "price": price, "ready": row[4]}
    return slots, [lambda r: r[2] == row[2], lambda r: r[3] < price, lambda r: r[4] == row[4]]


def _loan(n: int, rng: Random) -> Row:
    return [n, "", rng.choice(TOOLS), rng.choice(BRANCHES), rng.randint(1, 28)]


def _loan_conditions(row: Row) -> tuple[dict[str, Any], list[Callable[[Row], bool]]]:
    days = row[4] - row[4] % 3 - 1
    slots = {"tool": row[2], "branch": row[3], "days": days}
    return slots, [lambda r: r[2] == row[2], lambda r: r[3] == row[3], lambda r: r[4] > days]


WORLDS = {
    "bikes": World("bikes", _bike, _bike_conditions, 0, 3),
    "loans": World("loans", _loan, _loan_conditions, 1, 4),
}


def table(world: World, size: int, conditions: int, rng: Random) -> Item:
    """A table of `size` rows in which the conditions tell rows apart."""
    goal = 1 if conditions == 3 else rng.randrange(2, 4 + size // 8)
    while True:
        rows = [world.row(n, rng) for n in sorted(rng.sample(range(101, 990), size))]
        _name(world, rows, rng)
        wanted = rng.choice(rows)
        slots, tests = world.conditions(wanted)
        hits = [sum(test(row) for test in tests[:conditions]) for row in rows]
        if size <= SMALL and conditions == 1:
            return _item(world, "key", rows, {"no": wanted[0]}, number(wanted[world.looked_up]), rng)
        if hits.count(conditions) == goal and hits.count(conditions - 1):
            break
    names = [str(row[world.answer]) for row in rows]
    right = text(str(wanted[world.answer]), rivals=names) if conditions == 3 else number(goal)
    return _item(world, ("one", "two", "three")[conditions - 1], rows, slots, right, rng)


def _name(world: World, rows: list[Row], rng: Random) -> None:
    """Borrowers: no name twice, as far as names go."""
    if world.name == "loans":
        for row, name in zip(rows, rng.sample(NAMES, len(rows)), strict=True):
            row[1] = name


def _item(world: World, query: str, rows: list[Row], slots: Mapping[str, Any], right: Target, rng: Random) -> Item:
    told = material("tables")[world.name]
    draw = Draw(rng, dict(slots))
    draw.add({"who": "person", "day": "date"})
    asks = {key: draw.fill(told[query][key].replace("{text}", "{{text}}")) for key in WORDINGS}
    body = f"{draw.fill(told['intro'])}\n{_written(told, rows)}"
    conditions = {"key": 1, "one": 1, "two": 2, "three": 3}[query]
    return Item(
        type=f"{world.name}_{query}",
        wordings=ask(asks, body),
        target=right,
        topic=told["topic"],
        material=body,
        difficulty="easy" if len(rows) <= 5 and conditions == 1 else "medium" if len(rows) <= SMALL else "hard",
        rungs={"rows": len(rows), "conditions": conditions},
    )


def _written(told: Mapping[str, Any], rows: list[Row]) -> str:
    lines = [list(map(str, row)) for row in (told["columns"], *rows)]
    if told["layout"] == "csv":
        return "\n".join(",".join(line) for line in lines)
    rule = ["---"] * len(lines[0])
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))


def _maker(world: World, size: int, conditions: int) -> Make:
    return lambda rng: table(world, size, conditions, rng)


MAKES = [_maker(list(WORLDS.values())[(n + n // 8) % 2], size, many) for n, (size, many) in enumerate(RUNGS)]
