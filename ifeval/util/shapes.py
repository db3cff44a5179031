"""What a foreign JSON value must look like, said once and checked at the door: behind it, code need not doubt it.

A shape is a function that returns None for a value that fits, else where and how it does not: ".model.name is not text".
"""

from collections.abc import Callable, Mapping
from typing import Any

Shape = Callable[[Any], str | None]

LARGEST = 1e18
"""No number of ours comes near it; what is larger overflows somewhere."""


def anything(_: Any) -> str | None:
    return None


def nothing(value: Any) -> str | None:
    return None if value is None else " is not null"


def text(value: Any) -> str | None:
    return None if isinstance(value, str) else " is not text"


def flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else " is not true or false"


def whole(value: Any) -> str | None:
    """An integer from 0."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST
    return None if fits else " is not a whole number from 0"


def number(value: Any) -> str | None:
    """A finite number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return None if abs(value) <= LARGEST else " is too large"  # not a number and infinity are neither
    return " is not a number"


def either(*shapes: Shape) -> Shape:
    """One of the shapes; where none fits, it is the first that is named."""

    def fits(value: Any) -> str | None:
        problems = [problem for shape in shapes if (problem := shape(value))]
        return problems[0] if len(problems) == len(shapes) else None

    return fits


def or_null(shape: Shape) -> Shape:
    return either(shape, nothing)


def items(shape: Shape) -> Shape:
    """A list of such values."""

    def fits(value: Any) -> str | None:
        if not isinstance(value, list):
            return " is not a list"
        for place, item in enumerate(value):
            if problem := shape(item):
                return f"[{place}]{problem}"
        return None

    return fits


def every(shape: Shape) -> Shape:
    """An object with any names, all of whose values fit."""

    def fits(value: Any) -> str | None:
        if not isinstance(value, dict):
            return " is not an object"
        for name, item in value.items():
            if problem := shape(item):
                return f".{name[:80]}{problem}"
        return None

    return fits


def fields(
    required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None, *, closed: bool = False
) -> Shape:
    """An object with these names; others may stand beside them unless `closed`."""
    known = {**required, **(optional or {})}

    def fits(value: Any) -> str | None:
        if not isinstance(value, dict):
            return " is not an object"
        for name in required:
            if name not in value:
                return f" has no {name!r}"
        for name, item in value.items():
            if (shape := known.get(name)) is None:
                if closed:
                    return f" has {name[:80]!r}, which is unknown"
            elif problem := shape(item):
                return f".{name}{problem}"
        return None

    return fits


JSON_SCALAR = either(text, number, flag, nothing)
