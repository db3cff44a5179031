"""Arithmetic, times and dates told in words."""

from datetime import date, timedelta
from random import Random

from .. import stock
from ..answers import Target, number, text
from ..items import Item


def what_is_left(rng: Random) -> Item:
    giver, receiver = rng.sample(stock.NAMES, 2)
    start, given, found = rng.randint(30, 95), rng.randint(4, 25), rng.randint(3, 40)
    thing = rng.choice(stock.OBJECTS)
    return Item(
        ask=f"work out how many {thing}s {giver} has at the end",
        reply="Reply with the number only.",
        input=f"{giver} has {start} {thing}s, gives {given} of them to {receiver}, and later finds {found} more.",
        target=number(start - given + found),
        difficulty="medium",
    )


def digits(rng: Random) -> Item:
    value = rng.randint(101, 999)
    return Item(
        ask=f"write the house number of {rng.choice(stock.NAMES)} in {rng.choice(stock.CITIES)} in digits",
        reply="Reply with the number only.",
        input=stock.number_word(value),
        target=number(value),
        difficulty="easy",
    )


def weekday_later(rng: Random) -> Item:
    start, days = rng.randrange(7), rng.choice([n for n in range(2, 27) if n % 7])
    return Item(
        ask=f"work out on which weekday the {rng.choice(stock.OBJECTS)} arrives",
        reply="Reply with the weekday only.",
        input=f"{rng.choice(stock.NAMES)} sent it to {rng.choice(stock.CITIES)} on a {stock.WEEKDAYS[start]}, "
        f"and it arrives exactly {stock.number_word(days)} days later.",
        target=text(stock.WEEKDAYS[(start + days) % 7], rivals=stock.WEEKDAYS),
        chance=14,
    )


def date_later(rng: Random) -> Item:
    start = date(2023, 1, 1) + timedelta(days=rng.randrange(360))
    days = rng.randint(5, 40)
    end = start + timedelta(days=days)
    return Item(
        ask=f"work out the last day of the visit of {rng.choice(stock.NAMES)}",
        reply='Reply with day and month only, written like "7 March".',
        input=f"In a year of 365 days, the visit to {rng.choice(stock.CITIES)} begins on {_written(start)} "
        f"and its last day is {days} days after that.",
        target=text(_written(end), f"{stock.MONTHS[end.month - 1]} {end.day}", rivals=[_written(start)]),
    )


def arrival_time(rng: Random) -> Item:
    start = rng.randint(6 * 60, 20 * 60)
    hours, minutes = rng.randint(1, 3), rng.randint(5, 55)
    end = start + 60 * hours + minutes
    return Item(
        ask="work out when the train arrives",
        reply='Reply with the time only, on the 24-hour clock, written like "07:45".',
        input=f"{rng.choice(stock.NAMES)} takes the train from {rng.choice(stock.CITIES)} at {_clock(start)}; the ride "
        f"takes {hours} hour{'s' * (hours > 1)} and {minutes} minutes.",
        target=text(_clock(end), rivals=[_clock(start)]),
    )


def _written(day: date) -> str:
    return f"{day.day} {stock.MONTHS[day.month - 1]}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def plus(rng: Random) -> Item:
    first, second = rng.sample(range(2, 10), 2)
    return Item(
        ask=f"work out {first} + {second} for {rng.choice(stock.NAMES)} in {rng.choice(stock.CITIES)}",
        reply="Reply with the number only.",
        target=number(first + second),
        difficulty="easy",
    )


def next_day(rng: Random) -> Item:
    day = rng.randrange(7)
    return Item(
        ask=f"say which day comes after {stock.WEEKDAYS[day]}, for {rng.choice(stock.NAMES)} in {rng.choice(stock.CITIES)}",
        reply="Reply with one word.",
        target=_tomorrow(day),
        chance=14,
        difficulty="easy",
    )


def day_after(rng: Random) -> Item:
    day = rng.randrange(7)
    name, city = rng.choice(stock.NAMES), rng.choice(stock.CITIES)
    return Item(
        ask="say which weekday comes next",
        reply="Reply with one word.",
        input=f"In {city}, {name} works on {stock.WEEKDAYS[day]}. The next day, {name} rests.",
        target=_tomorrow(day),
        chance=14,
        difficulty="easy",
    )


def _tomorrow(day: int) -> Target:
    """The prompt names `day`, so an answer may ("The day after Monday is Tuesday.")."""
    rivals = [name for name in stock.WEEKDAYS if name != stock.WEEKDAYS[day]]
    return text(stock.WEEKDAYS[(day + 1) % 7], rivals=rivals)


TYPES = (digits, what_is_left, plus, weekday_later, day_after, arrival_time, next_day, date_later)
