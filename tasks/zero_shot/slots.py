"""What changes with the seed in hand-written material: names, figures, dates, choices.

A template's `draw` maps a slot to what is drawn for it; slots are drawn in order, and later ones may use earlier ones.

| draw | value |
|---|---|
| `person`, `name`, `place` | a full name (with `.first` and `.last`), a first name, a town; no two slots share one |
| `weekday`, `date`, `time`, `code` | "Tuesday", "14 March", "14:35", "QK-4071" |
| `phone`, `coined`, `LABEL` | "555 0143", "kralbok", "KRALBOK" |
| `12..48`, `20..90/5` | a whole number, in steps |
| `red \\| green \\| blue` | one of these |
| `sample: red \\| green \\| blue` | one that no earlier `sample` of the template has taken |
| `lines 3..5: a; b; c; d; e; f` | this many of these, one per line with a dash; their number is in the slot `..._count` |
| `= n + 2 * m` | a sum of earlier slots |
| `after start 3` | the date 3 days after the date `start`; of a weekday, the weekday |
| `later start 95` | the time 95 minutes after the time `start` |
| `largest a b of m n` | the slot (`m` or `n`) that belongs to the largest of some numbers (`a`, `b`) |
| `word n`, `Word n` | the number in words, the second with a capital |
| `upper line` | an earlier slot in capital letters |
| `if n > 40: yes \\| no` | one of two texts, by a comparison of earlier slots |

Texts may hold earlier slots in braces.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from ifeval.checks.text.english import MONTHS, WEEKDAYS, in_words

from . import stock

Values = dict[str, Any]

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.Gt: operator.gt, ast.Lt: operator.lt, ast.GtE: operator.ge, ast.LtE: operator.le,
    ast.Eq: operator.eq,
}  # fmt: skip
_RANGE = re.compile(r"(-?\d+)\.\.(\d+)(?:/(\d+))?")
_IF = re.compile(r"if (.+?): (.*?) \| (.*)", re.DOTALL)
_LINES = re.compile(r"lines (\d+)\.\.(\d+): (.*)", re.DOTALL)
_DAY = re.compile(r"(\d+) (\w+)")


class Person(str):
    """A full name."""

    @property
    def first(self) -> str:
        return self.partition(" ")[0]

    @property
    def last(self) -> str:
        return self.partition(" ")[2]


class Lines(str):
    """A list, one item per line."""


class Count(int):
    """A whole number, written with commas from a thousand on."""

    def __format__(self, spec: str) -> str:
        return format(int(self), spec or ",")

    def __str__(self) -> str:
        return format(self)


@dataclass(slots=True)
class Draw:
    """The values drawn so far, and what may not be drawn again."""

    rng: Random
    values: Values = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(self, slots: Mapping[str, Any]) -> None:
        """Draw every slot; ValueError names one whose description is not understood."""
        for slot, told in slots.items():
            self.values[slot] = value = self._value(slot, told)
            if isinstance(value, Lines):
                self.values[f"{slot}_count"] = Count(value.count("\n") + 1)

    def fill(self, text: str) -> str:
        """The text with its slots filled."""
        return text.format_map(self.values)

    def _value(self, slot: str, told: Any) -> Any:
        if not isinstance(told, str):
            return Count(told) if isinstance(told, int) else told
        kind, _, rest = told.partition(" ")
        if told in _SIMPLE:
            return self._fresh(_SIMPLE[told])
        if match := _RANGE.fullmatch(told):
            low, high, step = (int(digits or 1) for digits in match.groups())
            return Count(self.rng.randrange(low, high + 1, step))
        if kind == "=":
            return Count(evaluate(rest, self.values))
        if match := _IF.fullmatch(told):
            return self.fill(match[2] if evaluate(match[1], self.values) else match[3]).strip()
        if kind in ("after", "later"):
            start, amount = rest.split()
            return (_days_after if kind == "after" else _minutes_after)(
                self.values[start.strip()], evaluate(amount, self.values)
            )
        if kind == "sample:":
            return self._fresh(lambda rng: self.fill(rng.choice(rest.split("|")).strip()))
        if kind == "largest":
            numbers, owners = (part.split() for part in rest.split(" of "))
            return self.values[max(zip(numbers, owners, strict=True), key=lambda pair: int(self.values[pair[0]]))[1]]
        if kind in ("word", "Word"):
            word = in_words(self.values[rest])
            return word if kind == "word" else word.capitalize()
        if kind == "upper":
            return str(self.values[rest]).upper()
        if match := _LINES.fullmatch(told):
            chosen = self.rng.sample(match[3].split(";"), self.rng.randint(int(match[1]), int(match[2])))
            return Lines("\n".join(f"- {self.fill(line.strip())}" for line in chosen))
        if "|" in told:
            return self.fill(self.rng.choice(told.split("|")).strip())
        if "{" in told:
            return self.fill(told)
        raise ValueError(f"slot {slot}: {told!r} is no description of a draw")

    def _fresh(self, make: Callable[[Random], str]) -> str:
        """A value that no earlier slot has; of two people, not even the first or the last name is the same."""
        while True:
            value = make(self.rng)
            parts = {value, *value.split(" ")} if isinstance(value, Person) else {value}
            if not parts & self.taken:
                self.taken |= parts
                return value


def evaluate(expression: str, values: Mapping[str, Any]) -> int:
    """A sum or comparison of whole numbers and slots; nothing else is understood."""

    def of(node: ast.AST) -> Any:
        match node:
            case ast.Expression():
                return of(node.body)
            case ast.Constant(value=int()):
                return node.value
            case ast.Name():
                return values[node.id]
            case ast.BinOp():
                return _OPERATORS[type(node.op)](int(of(node.left)), int(of(node.right)))
            case ast.Compare(ops=[op], comparators=[right]):
                return _OPERATORS[type(op)](of(node.left), of(right))
            case ast.BoolOp(op=ast.And()):
                return all(of(part) for part in node.values)
        raise ValueError(f"{expression!r} is no sum")

    return of(ast.parse(expression, mode="eval"))


def _days_after(start: str, days: int) -> str:
    if start in WEEKDAYS:
        return WEEKDAYS[(WEEKDAYS.index(start) + days) % 7]
    match = _DAY.fullmatch(start)
    assert match is not None
    return written(date(2025, MONTHS.index(match[2]) + 1, int(match[1])) + timedelta(days=days))


def _minutes_after(start: str, minutes: int) -> str:
    hour, minute = start.split(":")
    return clock(int(hour) * 60 + int(minute) + minutes)


def written(day: date) -> str:
    """ "14 March"."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def clock(minutes: int) -> str:
    """ "08:05", of minutes since midnight."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def person(rng: Random) -> Person:
    return Person(f"{rng.choice(stock.NAMES)} {rng.choice(stock.SURNAMES)}")


_SIMPLE: dict[str, Callable[[Random], str]] = {
    "person": person,
    "name": lambda rng: rng.choice(stock.NAMES),
    "place": lambda rng: rng.choice(stock.CITIES),
    "weekday": lambda rng: rng.choice(WEEKDAYS),
    "date": lambda rng: written(date(2025, 1, 5) + timedelta(days=rng.randrange(300))),
    "time": lambda rng: clock(rng.randrange(8 * 60, 19 * 60, 5)),
    "code": stock.code,
    "phone": lambda rng: f"555 {rng.randrange(100, 10_000):04}",
    "coined": stock.invented,
    "LABEL": lambda rng: stock.invented(rng).upper(),
}
