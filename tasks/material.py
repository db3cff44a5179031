"""Names, figures and dates for hand-written material, drawn afresh for every seed.

A writer leaves slots in a text ("{owner} moved in on {day}") and says in a few words how each is drawn ("person",
"date", "int 3 40"). Drawing gives a slot its value, as an answer must write it, and the words of the text for it.
"""

import re
import string
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from ifeval.checks.text.english import MONTHS, ONES, in_words, ordinal

WORDS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))

_BEGINNING = re.compile(r"(?:\A|[.!?]\s|\n)\Z")
_TIME = re.compile(r"\d\d:\d\d")
_SLOT = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A slot filled in: the `value` of an answer, the `words` of the text, and `parts` such as a person's first name."""

    value: Any
    words: str
    parts: Mapping[str, str] = field(default_factory=dict)


def draw_slots(rng: Random, slots: Mapping[str, str], before: Mapping[str, Drawn] | None = None) -> dict[str, Drawn]:
    """Every slot drawn by its rule, in order; no two persons, places, dates or codes of one text are the same.

    `before`: slots drawn earlier, which these may use and must not repeat. Raises ValueError for a rule that does not
    exist.
    """
    drawn: dict[str, Drawn] = dict(before or {})
    taken: set[Any] = {mark for slot in drawn.values() for mark in _marks(slot)}
    for name, rule in slots.items():
        kind, _, rest = rule.partition(" ")
        if kind == "=":
            drawn[name] = derived(rest.split(), drawn)
            continue
        if kind not in KINDS:
            raise ValueError(f"slot {name}: no rule {kind!r}")
        drawn[name] = KINDS[kind](rng, rest) if kind == "pick" else _fresh(rng, KINDS[kind], rest, taken)
    return drawn


def _fresh(rng: Random, kind: Callable[[Random, str], Drawn], rest: str, taken: set[Any]) -> Drawn:
    """A value unlike those `taken`, where the rule has enough of them."""
    for _ in range(60):
        found = kind(rng, rest)
        if not _marks(found) & taken:
            break
    taken |= _marks(found)
    return found


def _marks(drawn: Drawn) -> set[Any]:
    """What two slots of one text must not share: a name, a date, a time, a code."""
    names = {drawn.parts["first"], drawn.parts["last"]} if "first" in drawn.parts else set()
    return {drawn.value} | names if isinstance(drawn.value, str) else set()


def fill(text: str, drawn: Mapping[str, Drawn]) -> str:
    """The text with the words of every slot, `{owner.first}` being a part of one. Raises KeyError for an unknown slot."""

    def words(match: re.Match[str]) -> str:
        slot = drawn[match[1]]
        said = slot.parts[match[2]] if match[2] else slot.words
        counted = isinstance(slot.value, int) or _TIME.fullmatch(str(slot.value))
        if counted and _BEGINNING.search(text, match.start() - 2 if match.start() > 1 else 0, match.start()):
            return said[0].upper() + said[1:]
        return said

    return _SLOT.sub(words, text)


def slots_of(text: str) -> set[str]:
    """The names of the slots that a text says as a whole; a person's first name alone is not the person."""
    return {match[1] for match in _SLOT.finditer(text) if not match[2]}


def derived(formula: list[str], drawn: Mapping[str, Drawn]) -> Drawn:
    """A value that a reader works out: `a + b * c`, from left to right; a date plus days, a time plus minutes.

    Terms are slots or numbers. Raises KeyError for an unknown slot.
    """
    result = _term(formula[0], drawn)
    for sign, term in zip(formula[1::2], formula[2::2], strict=True):
        result = _combined(result, sign, _term(term, drawn))
    if isinstance(result, float):
        result = round(result, 2)
        result = int(result) if result.is_integer() else result
    if isinstance(result, str):
        return Drawn(result, spoken_date(result) if _is_date(result) else clock(result))
    return Drawn(result, str(result))


def _term(term: str, drawn: Mapping[str, Drawn]) -> Any:
    return float(term) if re.fullmatch(r"\d+(\.\d+)?", term) else drawn[term].value


def _combined(left: Any, sign: str, right: Any) -> Any:
    if _is_date(left):
        shift = timedelta(days=int(right))
        return (date.fromisoformat(left) + (shift if sign == "+" else -shift)).isoformat()
    if isinstance(left, str):
        hours, minutes = map(int, left.split(":"))
        total = hours * 60 + minutes + (int(right) if sign == "+" else -int(right))
        return f"{total // 60 % 24:02}:{total % 60:02}"
    return {"+": left + right, "-": left - right, "*": left * right}[sign] * 1.0


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def spoken_date(iso: str) -> str:
    """14 March 2027."""
    day = date.fromisoformat(iso)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clock(time: str) -> str:
    """4.15 pm for 16:15, and 12 noon for 12:00."""
    if time == "12:00":
        return "12 noon"
    hour, minute = map(int, time.split(":"))
    return f"{(hour - 1) % 12 + 1}.{minute:02} {'am' if hour < 12 else 'pm'}"


def _person(rng: Random, rest: str) -> Drawn:
    first, last = rng.choice(WORDS["first"]), rng.choice(WORDS["last"])
    return Drawn(f"{first} {last}", f"{first} {last}", {"first": first, "last": last})


def _first(rng: Random, rest: str) -> Drawn:
    first = rng.choice(WORDS["first"])
    return Drawn(first, first)


def _date(rng: Random, rest: str) -> Drawn:
    """`date`, or `date 5 9` for a day of the months May to September; always of 2027 and 2028."""
    low, high = map(int, rest.split() or (1, 12))
    day = date(rng.choice((2027, 2028)), rng.randint(low, high), rng.randint(2, 27))
    month = MONTHS[day.month - 1]
    words = rng.choice(
        (
            f"{day.day} {month} {day.year}",
            f"{month} {day.day}, {day.year}",
            f"the {ordinal(day.day)} of {month} {day.year}",
        )
    )
    return Drawn(day.isoformat(), words, {"weekday": day.strftime("%A"), "slashed": day.strftime("%d/%m/%Y")})


def _time(rng: Random, rest: str) -> Drawn:
    """`time`, or `time 8 17` for a full or quarter hour from eight in the morning to a quarter to six."""
    low, high = map(int, rest.split() or (7, 21))
    hour, minute = rng.randint(low, high), rng.choice((0, 15, 30, 45))
    part = "in the morning" if hour < 12 else "in the afternoon" if hour < 18 else "in the evening"
    on_dial = (hour - 1) % 12 + 1
    following = hour % 12 + 1
    said = {
        0: f"{ONES[on_dial]} o'clock {part}",
        15: f"a quarter past {ONES[on_dial]} {part}",
        30: f"half past {ONES[on_dial]} {part}",
        45: f"a quarter to {ONES[following]} {part}",
    }[minute]
    value = f"{hour:02}:{minute:02}"
    if hour == 12 or (hour == 11 and minute == 45):
        said = clock(value)
    return Drawn(value, rng.choice((said, clock(value))), {"clock": clock(value)})


def _int(rng: Random, rest: str) -> Drawn:
    """`int 3 40`, or `int 100 900 50` in steps of 50."""
    low, high, step = (*map(int, rest.split()), 1)[:3]
    value = rng.randrange(low, high + 1, step)
    return Drawn(value, f"{value:,}" if value >= 1000 else str(value))


def _plain(rng: Random, rest: str) -> Drawn:
    """A whole number without a comma in it: a page, a room, a year."""
    value = rng.randint(*map(int, rest.split()))
    return Drawn(value, str(value))


def _words(rng: Random, rest: str) -> Drawn:
    value = rng.randint(*map(int, rest.split()))
    return Drawn(value, in_words(value))


def _decimal(rng: Random, rest: str) -> Drawn:
    """One decimal, never a whole number."""
    low, high = map(int, rest.split())
    value = round(rng.randint(low, high - 1) + rng.randint(1, 9) / 10, 1)
    return Drawn(value, str(value))


def _money(rng: Random, rest: str) -> Drawn:
    """Two decimals, in steps of five hundredths."""
    low, high = map(int, rest.split())
    cents = rng.randint(low * 20, high * 20 - 1) * 5
    value = cents / 100
    return Drawn(int(value) if value.is_integer() else value, f"{cents // 100}.{cents % 100:02}")


def _code(rng: Random, rest: str) -> Drawn:
    """`code AA-000`: a letter for every A, a digit for every 0; without letters that look like digits, and without E, so that no code reads as a number."""
    letters, digits = "".join(sorted(set(string.ascii_uppercase) - set("EIOSZ"))), "23456789"
    value = "".join(
        rng.choice(letters) if sign == "A" else rng.choice(digits) if sign == "0" else sign for sign in rest
    )
    return Drawn(value, value)


def _tag(rng: Random, rest: str) -> Drawn:
    """`tag AC`: AC-4711, or any other four digits."""
    value = f"{rest}-{rng.randint(1001, 9998)}"
    return Drawn(value, value)


def _pick(rng: Random, rest: str) -> Drawn:
    """`pick calm=quiet as a lamb|wild=fought us all the way`: a value and how it is said; the same where there is no =."""
    value, _, said = rng.choice(rest.split("|")).partition("=")
    return Drawn({"true": True, "false": False}.get(value, value), said or value)


def _town(rng: Random, rest: str) -> Drawn:
    town = rng.choice(WORDS["towns"])
    return Drawn(town, town)


def _street(rng: Random, rest: str) -> Drawn:
    address = f"{rng.randint(2, 98)} {rng.choice(WORDS['streets'])}"
    return Drawn(address, address)


def _mail(rng: Random, rest: str) -> Drawn:
    address = f"{rng.choice(WORDS['last']).lower()}{rng.randint(10, 99)}@{rng.choice(WORDS['towns']).lower()}.example"
    return Drawn(address, address)


def _phone(rng: Random, rest: str) -> Drawn:
    number = f"0{rng.randint(100, 989)} {rng.randint(200, 989)} {rng.randint(100, 989)}"
    return Drawn(number, number)


KINDS: dict[str, Callable[[Random, str], Drawn]] = {
    "person": _person, "first": _first, "date": _date, "time": _time, "int": _int, "plain": _plain, "words": _words,
    "decimal": _decimal, "money": _money, "code": _code, "tag": _tag, "pick": _pick, "town": _town, "street": _street,
    "mail": _mail, "phone": _phone,
}  # fmt: skip
"""How a slot is drawn, by the first word of its rule."""
