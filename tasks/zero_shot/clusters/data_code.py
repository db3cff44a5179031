"""Small data analysis and code reading with exact answers."""

from collections import Counter
from random import Random

from .. import stock
from ..answers import number, text, verbatim
from ..items import Item


def median(rng: Random) -> Item:
    values = rng.sample(range(10, 99), 5)
    return Item(
        ask="find the median of these measurements",
        reply="Reply with the number only.",
        input=f"{rng.choice(stock.NAMES)} measured {', '.join(map(str, values))} in {rng.choice(stock.CITIES)}.",
        target=number(sorted(values)[2]),
        chance=20,
    )


def most_common(rng: Random) -> Item:
    colours = rng.sample(stock.COLOURS, 3)
    votes = colours[:1] * 4 + colours[1:2] * 2 + colours[2:] * 2
    rng.shuffle(votes)
    return Item(
        ask=f"find the most frequent answer in the survey of {rng.choice(stock.NAMES)}",
        reply="Reply with that answer only.",
        input="; ".join(votes),
        target=text(Counter(votes).most_common(1)[0][0], rivals=colours),
        chance=33,
        difficulty="medium",
    )


def loop(rng: Random) -> Item:
    name = stock.invented(rng)
    start, times, step = rng.randint(1, 20), rng.randint(2, 5), rng.randint(2, 9)
    return Item(
        ask="tell me what this Python program prints",
        reply="Reply with the output only.",
        input=f"{name} = {start}\nfor i in range({times}):\n    {name} = {name} + {step}\nprint({name})",
        target=number(start + times * step),
        difficulty="medium",
    )


def index(rng: Random) -> Item:
    name, words = stock.invented(rng), rng.sample(stock.OBJECTS, 4)
    place = rng.randrange(4)
    return Item(
        ask="tell me what this Python program prints",
        reply="Reply with the output only.",
        input=f"{name} = {[*words]}\nprint({name}[{place}].upper())",
        target=verbatim(words[place].upper(), rivals=[word.upper() for word in words if word != words[place]] + words),
        chance=25,
    )


def branch(rng: Random) -> Item:
    name = stock.invented(rng)
    low, high = sorted(rng.sample(range(10, 80), 2))
    words = rng.sample(stock.OBJECTS, 3)
    which = rng.randrange(3)
    value = (rng.randint(1, low - 1), rng.randint(low, high - 1), rng.randint(high, 99))[which]
    return Item(
        ask="tell me what this Python program prints",
        reply="Reply with the output only.",
        input=f'{name} = {value}\nif {name} < {low}:\n    print("{words[0]}")\nelif {name} < {high}:\n'
        f'    print("{words[1]}")\nelse:\n    print("{words[2]}")',
        target=text(words[which], rivals=words),
        chance=33,
    )


def printed(rng: Random) -> Item:
    words = stock.phrase(rng)
    return Item(
        ask="tell me what this Python program prints",
        reply="Reply with the output only.",
        input=f'print("{words}")',
        target=text(words, rivals=["print("]),
        difficulty="easy",
    )


def printed_number(rng: Random) -> Item:
    value = rng.randint(100, 9999)
    name = stock.invented(rng)
    return Item(
        ask="tell me what this Python program prints",
        reply="Reply with the output only.",
        input=f"{name} = {value}\nprint({name})",
        target=number(value, rivals=["print("]),
        difficulty="easy",
    )


def larger(rng: Random) -> Item:
    one, other = rng.sample(range(1, 100), 2)
    return Item(
        ask=f"say which number is larger, {one} or {other}",
        reply="Reply with the number only.",
        input=f"{rng.choice(stock.NAMES)} counted {one} and then {other}.",
        target=text(*_superlative(max(one, other), min(one, other)), rivals=[str(min(one, other))]),
        chance=50,
        difficulty="easy",
    )


def _superlative(most: int, least: int) -> tuple[str, ...]:
    return str(most), f"{most} is larger than {least}", f"{most} is larger", f"{least} is smaller than {most}"


TYPES = (
    printed, most_common, printed_number, loop, larger, index, printed, median, printed_number, branch
)  # fmt: skip
