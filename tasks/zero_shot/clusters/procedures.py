"""Procedures of 1 to 12 steps, carried out one after the other. The sentences are in `material/procedures.toml`.

The steps are of the same kinds at every length, so accuracy by length can be held against independent steps.
"""

from collections.abc import Mapping
from random import Random
from typing import Any

from ..answers import number, target
from ..items import Item, ask
from ..slots import Draw
from ..templates import Make, material

STEPS = (1, 4, 2, 8, 3, 12, 6, 10) * 2
WORLDS = ("queue", "stock", "queue", "board", "stock", "queue", "board", "queue")


def queue(length: int, rng: Random) -> Item:
    """People who are moved, leave and arrive; the answer is the order at the end."""
    told = material("procedures")["queue"]
    draw = Draw(rng)
    draw.add({"time": "time"} | {f"p{n}": "name" for n in range(5 + length)})
    names = [draw.values[f"p{n}"] for n in range(5 + length)]
    line, coming = names[: rng.randint(4, 5)], names[5:]
    lines = [told["start"].format(time=draw.values["time"], people=", ".join(line))]
    for _ in range(length):
        kinds = ["swap", "to_end", "to_front"] + ["leave"] * (len(line) > 3) + ["join", "ahead"] * (len(line) < 7)
        kind = rng.choice(kinds)
        x, y = sorted(rng.sample(line, 2), key=line.index)
        if kind in ("join", "ahead"):
            x, y = coming.pop(), rng.choice(line)
        elif kind != "swap":
            x = rng.choice(line)
        if kind in ("to_end", "to_front") and line[-1 if kind == "to_end" else 0] == x:
            x = line[0 if kind == "to_end" else -1]
        line = _moved(kind, line, x, y)
        lines.append(rng.choice(told[kind]).format(x=x, y=y))
    return _item("queue", told, draw.values, lines, target("sequence", line, rivals=names), length)


def _moved(kind: str, line: list[str], x: str, y: str) -> list[str]:
    others = [name for name in line if name != x]
    match kind:
        case "swap":
            return [{x: y, y: x}.get(name, name) for name in line]
        case "to_end" | "join":
            return [*others, x]
        case "to_front":
            return [x, *others]
        case "leave":
            return others
    return [*others[: others.index(y)], x, *others[others.index(y) :]]


def stock(length: int, rng: Random) -> Item:
    return _counted("stock", length, rng, rng.randint(20, 60))


def board(length: int, rng: Random) -> Item:
    return _counted("board", length, rng, rng.randint(11, 40))


def _counted(world: str, length: int, rng: Random, start: int) -> Item:
    """A number that rises and falls."""
    told = material("procedures")[world]
    draw = Draw(rng)
    draw.add({"who": "name", "other": "name", "thing": "desk lamps | lanterns | light bulbs | torches"})
    value, lines = start, [told["start"].format(n=start, **draw.values)]
    previous = ""
    for _ in range(length):
        kinds = (
            ["plus", "plus", "minus", "minus"] + ["twice"] * (value < 60) + ["half"] * (value % 2 == 0 and value > 30)
        )
        kind = rng.choice([kind for kind in kinds if kind in ("plus", "minus") or kind != previous])
        k = rng.randint(2, max(2, min(19, value - 3)))
        value = {"plus": value + k, "minus": value - k, "twice": 2 * value, "half": value // 2}[kind]
        lines.append(rng.choice(told[kind]).format(k=k, **draw.values))
        previous = kind
    return _item(world, told, draw.values, lines, number(value), length)


def _item(
    world: str, told: Mapping[str, Any], values: Mapping[str, Any], lines: list[str], right: Any, length: int
) -> Item:
    text = "\n".join([lines[0], *(f"{n}. {line}" for n, line in enumerate(lines[1:], start=1))])
    asks = {
        key: told[key].replace("{text}", "{{text}}").format(**values)
        for key in ("terse", "polite", "rambling", "input_first")
    }
    return Item(
        type=world,
        wordings=ask(asks, text),
        target=right,
        topic=told["topic"],
        material=text,
        difficulty="easy" if length < 2 else "medium" if length < 4 else "hard",
        rungs={"steps": length},
    )


def _maker(world: str, length: int) -> Make:
    make = {"queue": queue, "stock": stock, "board": board}[world]
    return lambda rng: make(length, rng)


MAKES = [_maker(WORLDS[(n + n // 8 * 3) % 8], length) for n, length in enumerate(STEPS)]
