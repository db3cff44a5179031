"""Conclusions from 1 to 12 statements in no order, among others that don't matter (`material/reasoning.toml`)."""

from collections.abc import Mapping
from itertools import pairwise
from random import Random
from typing import Any

from ..answers import Target, number, text
from ..items import WORDINGS, Item, ask
from ..slots import Draw, clock
from ..templates import Make, material

STEPS = (2, 6, 1, 10, 8, 3, 12, 4) * 2
WORLDS = ("prices", "lending", "times", "lending", "prices", "lending", "prices", "times")
BOOKS = "The Salt Road | A Winter Herbal | Bridges of the North | Owls at Home | The Glass Pilot"


def prices(length: int, rng: Random) -> Item:
    """Amounts, each told by another one."""
    told = material("reasoning")["prices"]
    things = rng.sample(told["things"], length + 3)
    value = rng.randint(60, 180)
    lines = [rng.choice(told["base"]).format(x=things[0], X=_capital(things[0]), n=value)]
    for y, x in pairwise(things[: length + 1]):
        kind = rng.choice(("more",) * (value < 400) + ("less",) * (value > 60) + ("twice",) * (value < 200))
        k = rng.randint(5, 45)
        value = {"more": value + k, "less": value - k, "twice": 2 * value}[kind]
        lines.append(rng.choice(told[kind]).format(x=x, X=_capital(x), y=y, k=k))
    extra = rng.choice(told["more"]).format(x=things[-1], X=_capital(things[-1]), y=things[-2], k=rng.randint(5, 45))
    return _item("prices", told, rng, [*lines, extra], things[length], things[-2], number(value), length)


def times(length: int, rng: Random) -> Item:
    """Times of day, each told by another one."""
    told = material("reasoning")["times"]
    things = rng.sample(told["things"], length + 3)
    value = rng.randrange(11 * 60, 16 * 60, 5)
    lines = [rng.choice(told["base"]).format(x=things[0], n=clock(value))]
    for y, x in pairwise(things[: length + 1]):
        kind = "more" if value < 14 * 60 or rng.random() < 0.4 else "less"
        k = rng.randrange(10, 95, 5)
        value += k if kind == "more" else -k
        lines.append(_capital(rng.choice(told[kind]).format(x=x, y=y, k=k)))
    extra = _capital(rng.choice(told["more"]).format(x=things[-1], y=things[-2], k=rng.randrange(10, 95, 5)))
    return _item("times", told, rng, [*lines, extra], things[length], things[-2], text(clock(value)), length)


def lending(length: int, rng: Random) -> Item:
    """A book that passes through many hands, and another one that does too."""
    told = material("reasoning")["lending"]
    draw = Draw(rng)
    draw.add({"book": f"sample: {BOOKS}", "second": f"sample: {BOOKS}"} | {f"p{n}": "name" for n in range(length + 3)})
    people = [draw.values[f"p{n}"] for n in range(length + 1)]
    lines = [rng.choice(told["base"]).format(y=people[0], **draw.values)]
    lines += [rng.choice(told["passed"]).format(x=x, y=y, **draw.values) for x, y in pairwise(people)]
    others = [*rng.sample(people, min(2, len(people))), draw.values[f"p{length + 1}"], draw.values[f"p{length + 2}"]]
    lines += [rng.choice(told["other"]).format(x=x, y=y, **draw.values) for x, y in pairwise(others)]
    right = text(people[length], rivals=[*people, *others])
    return _item("lending", told, rng, lines, "", "", right, length, draw.values)


def _item(
    world: str,
    told: Mapping[str, Any],
    rng: Random,
    lines: list[str],
    last: str,
    other: str,
    right: Target,
    length: int,
    values: Mapping[str, Any] | None = None,
) -> Item:
    draw = Draw(rng, dict(values or {}))
    draw.add({"who": "name", "time": "time"})
    draw.values |= {"last": last, "y": other}
    idle = [draw.fill(line) for line in rng.sample(told.get("idle", []), min(2, len(told.get("idle", []))))]
    lines = [*lines, *idle]
    rng.shuffle(lines)
    body = "\n".join(lines)
    asks = {key: draw.fill(told[key].replace("{text}", "{{text}}")) for key in WORDINGS}
    return Item(
        type=world,
        wordings=ask(asks, body),
        target=right,
        topic=told["topic"],
        material=body,
        difficulty="easy" if length < 2 else "medium" if length < 4 else "hard",
        rungs={"steps": length},
    )


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _maker(world: str, length: int) -> Make:
    make = {"prices": prices, "times": times, "lending": lending}[world]
    return lambda rng: make(length, rng)


MAKES = [_maker(WORLDS[(n + n // 8 * 3) % 8], length) for n, length in enumerate(STEPS)]
