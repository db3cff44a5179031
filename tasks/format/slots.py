"""What changes in a brief with every seed: names, figures, dates, choices, and how they are written into its texts.

A slot is a table of one key: `choice` (a list), `person`, `number` (low, high, step), `percent` (low, high), `decimal`
(low, high, step), `year` (low, high), `weekday`, `date` (true, or "after NAME"), or `plus`, `minus`, `times` over
slots and numbers. Texts refer to it as {name}, and to a person also as {name.first} and {name.last}.
"""

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from ifeval.checks.text.english import MONTHS, WEEKDAYS

FIRST_NAMES = (
    *("Maya", "Tomas", "Priya", "Oskar", "Lena", "Idris", "Clara", "Bruno", "Hana", "Felix", "Nadia", "Ewan", "Ines"),
    *("Kofi", "Sofia", "Rafael", "Greta", "Yusuf", "Anneke", "Dario", "Leila", "Magnus", "Noemi", "Pavel", "Rosalind"),
    *("Stefan", "Tamsin", "Viktor", "Zainab", "Alasdair", "Bettina", "Cosmo", "Delphine", "Emil", "Farida", "Gwen"),
)
LAST_NAMES = (
    *("Okafor", "Lindqvist", "Delgado", "Petrov", "Ashworth", "Nakamura", "Byrne", "Haddad", "Solberg", "Varga"),
    *("Kowalski", "Ferreira", "Iyer", "Novak", "Whitlock", "Pemberton", "Sandoval", "Tremblay", "Eriksen", "Rahman"),
    *("Halloran", "Moreau", "Szabo", "Dalgaard", "Oyelaran", "Bianchi", "Vasquez", "Kirwan", "Ruddock", "Tanaka"),
    *("Urquhart", "Mistry", "Castellan", "Achterberg", "Nkemelu", "Thornbury"),
)
DAYS = 28
"""Days of a month that dates are drawn from, so that every month has them all."""

ATTEMPTS = 200
"""Draws before two slots of a brief may show the same value."""

_SLOT = re.compile(r"\{([A-Za-z_0-9]+)(?:\.(first|last))?\}")

Values = dict[str, str]
"""Each slot as it is written; a person has "name.first" and "name.last" beside."""


def draw(slots: Mapping[str, Mapping[str, Any]], taken: str, rng: Random) -> Values:
    """A value for each slot, no two alike; the names of people are none of the words of the text `taken`."""
    values: Values = {}
    for _ in range(ATTEMPTS):
        values = _draw(slots, taken, rng)
        shown = [values[name] for name in slots]
        if len(set(shown)) == len(shown):
            break
    return values


def fill(text: str, values: Values, *, names: str = "") -> str:
    """`text` with its slots filled in. With `names`, a person's full name is "first" + `names` + "last"."""

    def one(match: re.Match[str]) -> str:
        name, part = match.groups()
        if part is None and names and f"{name}.first" in values:
            return values[f"{name}.first"] + names + values[f"{name}.last"]
        return values[f"{name}.{part}" if part else name]

    return _SLOT.sub(one, text)


def _draw(slots: Mapping[str, Mapping[str, Any]], taken: str, rng: Random) -> Values:
    people = _people(taken, rng)
    days: dict[str, int] = {}
    numbers: dict[str, int] = {}
    values: Values = {}
    for name, slot in slots.items():
        ((kind, given),) = slot.items()
        if kind == "person":
            first, last = next(people)
            values |= {name: f"{first} {last}", f"{name}.first": first, f"{name}.last": last}
        elif kind == "date":
            days[name] = _day(days, given, rng)
            values[name] = f"{days[name] % DAYS + 1} {MONTHS[days[name] // DAYS]}"
        elif kind in ("number", "percent", "plus", "minus", "times"):
            numbers[name] = _number(kind, given, numbers, rng)
            values[name] = f"{numbers[name]:,}"
        else:
            values[name] = _text(kind, given, rng)
            if values[name].isdecimal():
                numbers[name] = int(values[name])
    return values


def _people(taken: str, rng: Random) -> Iterator[tuple[str, str]]:
    """First and last names, each used once."""
    words = set(re.findall(r"\w+", taken))
    firsts, lasts = ([name for name in names if name not in words] for names in (FIRST_NAMES, LAST_NAMES))
    return zip(rng.sample(firsts, len(firsts)), rng.sample(lasts, len(lasts)), strict=False)


def _day(days: Mapping[str, int], given: Any, rng: Random) -> int:
    """A day of the year, or a later one than another slot's; three in a row still end before the year does."""
    if given is True:
        return rng.randint(20, 200)
    return days[given.removeprefix("after ")] + rng.randint(5, 40)


def _number(kind: str, given: Any, numbers: Mapping[str, int], rng: Random) -> int:
    if kind in ("number", "percent"):
        low, high, step = (*given, 1)[:3]
        return rng.randrange(low, high + 1, step)
    terms = [numbers[term] if isinstance(term, str) else term for term in given]
    if kind == "minus":
        return terms[0] - sum(terms[1:])
    return sum(terms) if kind == "plus" else round(terms[0] * terms[1])


def _text(kind: str, given: Any, rng: Random) -> str:
    if kind == "choice":
        return str(rng.choice(given))
    if kind == "weekday":
        return rng.choice(WEEKDAYS)
    if kind == "year":
        return str(rng.randint(*given))
    if kind == "decimal":
        low, high, step = given
        return f"{low + step * rng.randint(0, round((high - low) / step)):.{len(str(step).partition('.')[2])}f}"
    raise ValueError(f"unknown kind of slot {kind!r}")
