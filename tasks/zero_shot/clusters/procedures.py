"""Following a procedure of several steps and saying where it ends."""

from random import Random

from .. import stock
from ..answers import number, sequence, text
from ..items import Item


def counter(rng: Random) -> Item:
    value = start = rng.randint(3, 30)
    steps = []
    for _ in range(rng.choice((3, 4))):
        amount = rng.randint(2, 9)
        kind = rng.choice(("add", "double", "subtract"))
        if kind == "add" or value - amount < 1:
            value, step = value + amount, f"Add {amount}."
        elif kind == "double":
            value, step = 2 * value, "Double it."
        else:
            value, step = value - amount, f"Subtract {amount}."
        steps.append(step)
    return Item(
        ask=f"tell me which number {rng.choice(stock.NAMES)} has after the last step",
        reply="Reply with the number only.",
        input=f"Start with {start}.\n" + _numbered(steps),
        target=number(value),
        difficulty="medium",
    )


def walk(rng: Random) -> Item:
    moves = {"right": (1, 0), "left": (-1, 0), "up": (0, 1), "down": (0, -1)}
    x, y = start = rng.randint(5, 12), rng.randint(5, 12)
    steps = []
    for _ in range(3):
        direction, length = rng.choice(list(moves)), rng.randint(1, 5)
        dx, dy = moves[direction]
        x, y = x + length * dx, y + length * dy
        steps.append(f"Move {length} {direction}.")
    return Item(
        ask=f"work out where the robot {stock.invented(rng).capitalize()} stands at the end",
        rules="Right adds to x, left takes from x, up adds to y, down takes from y.",
        reply="Reply with x and y only, separated by a comma.",
        input=f"Start at x = {start[0]}, y = {start[1]}.\n" + _numbered(steps),
        target=sequence([str(x), str(y)]),
    )


def swaps(rng: Random) -> Item:
    people, objects = rng.sample(stock.NAMES, 3), rng.sample(stock.OBJECTS, 3)
    held = dict(zip(people, objects, strict=True))
    steps = []
    for _ in range(3):
        one, other = rng.sample(people, 2)
        held[one], held[other] = held[other], held[one]
        steps.append(f"{one} and {other} swap what they hold.")
    person = rng.choice(people)
    begin = [f"{name} holds the {thing}" for name, thing in zip(people, objects, strict=True)]
    return Item(
        ask=f"work out what {person} holds at the end",
        reply="Reply with the name of the thing only.",
        input=f"{stock.listed(begin)}.\n" + _numbered(steps),
        target=text(held[person], f"the {held[person]}", rivals=objects),
        chance=33,
        difficulty="medium",
    )


def letters(rng: Random) -> Item:
    start = word = stock.invented(rng, 2)
    steps = []
    operations = [
        ("Remove the first letter.", lambda w: w[1:]),
        (f'Put the letter "{(letter := rng.choice("abdefgk"))}" at the end.', lambda w: w + letter),
        ("Write the word backwards.", lambda w: w[::-1]),
        ("Replace the last letter by x.", lambda w: w[:-1] + "x"),
    ]
    for step, operation in rng.sample(operations, 3):
        steps.append(step)
        word = operation(word)
    return Item(
        ask="carry out the steps one after the other and tell me the final word",
        reply="Reply with the final word only.",
        input=f"Start with the word {start}.\n" + _numbered(steps),
        target=text(word),
    )


def _numbered(steps: list[str]) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def count_up(rng: Random) -> Item:
    start, length = rng.randint(1, 40), rng.randint(4, 6)
    return Item(
        ask=f"count from {start} to {start + length} for {rng.choice(stock.NAMES)} in {rng.choice(stock.CITIES)}",
        reply="Write the numbers only, separated by commas.",
        target=sequence([str(start + step) for step in range(length + 1)]),
        difficulty="easy",
    )


def three_times(rng: Random) -> Item:
    said, times = stock.invented(rng).capitalize(), rng.choice((2, 3))
    return Item(
        ask=f"write the name {said} {stock.number_word(times)} times",
        reply="Put commas between them and write nothing else.",
        target=sequence([said] * times),
        difficulty="easy",
    )


def first_then(rng: Random) -> Item:
    one, other = rng.sample(stock.CITIES, 2)
    return Item(
        ask=f"write first {one} and then {other}",
        reply="Put a comma between them and write nothing else.",
        target=sequence([one, other], rivals=["first", "comma"]),
        difficulty="easy",
    )


TYPES = (count_up, counter, first_then, swaps, count_up, letters, three_times, walk)
