"""Values against what was expected, difference by difference, each with its JSON path."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ifeval.structured.schema.validator import json_path

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Rules:
    """The declared leniency of a comparison; everything else must be equal, and of the same JSON type.

    `tolerance`: how far a number may be off, absolutely. `unordered`: paths of arrays whose order does not matter,
    `[*]` standing for any index ("$.orders[*].tags").
    """

    tolerance: float = 0.0
    unordered: frozenset[str] = frozenset()


EXACT = Rules()


def differences(actual: Any, expected: Any, rules: Rules = EXACT, path: tuple[str | int, ...] = ()) -> Iterator[str]:
    """One line per difference ("$.items[2].price: 3, wanted 4"), outermost first.

    1 and 1.0 are equal, 1 and true are not. Values nest at most `ifeval.structured.schema.validator.MAX_DEPTH` levels.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from (f"{json_path((*path, name))} is missing" for name in expected if name not in actual)
        yield from (f"{json_path((*path, name))} was not asked for" for name in actual if name not in expected)
        for name in expected:
            if name in actual:
                yield from differences(actual[name], expected[name], rules, (*path, name))
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(actual) != len(expected):
            yield f"{json_path(path)} has {len(actual)} items, wanted {len(expected)}"
        elif rules.unordered and _INDEX.sub("[*]", json_path(path)) in rules.unordered:
            yield from _unordered(actual, expected, rules, path)
        else:
            for index, (item, wanted) in enumerate(zip(actual, expected, strict=True)):
                yield from differences(item, wanted, rules, (*path, index))
    elif not _same_scalar(actual, expected, rules.tolerance):
        yield f"{json_path(path)}: {_show(actual)}, wanted {_show(expected)}"


def _unordered(actual: list[Any], expected: list[Any], rules: Rules, path: tuple[str | int, ...]) -> Iterator[str]:
    left = list(actual)
    for wanted in expected:
        # any index will do below: what is inside an unordered array is matched whole
        match = next((i for i, item in enumerate(left) if not any(differences(item, wanted, rules, (*path, 0)))), None)
        if match is None:
            yield f"{json_path(path)} lacks {_show(wanted)}"
        else:
            del left[match]


def _same_scalar(actual: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    if isinstance(actual, (int, float)) and isinstance(expected, (int, float)):
        return actual == expected or abs(Fraction(actual) - Fraction(expected)) <= tolerance
    return type(actual) is type(expected) and actual == expected


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
