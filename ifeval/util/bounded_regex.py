"""Regular expressions of data sets and schemas: compiled where they are small enough, by a package that can be stopped.

Python's `re` backtracks without limit. The searches of the `regex` package take a `timeout` in seconds and raise
TimeoutError; but it writes every counted repeat out, so what `(a{1000}){1000}` would take is counted before.
"""

from collections.abc import Callable
from typing import Any

import regex

MAX_EXPANSION = 100_000
"""Most atoms a pattern may expand to once every counted repeat is written out."""

_TOKEN = regex.compile(
    r"\\[pP]\{[^{}]*\}|\\k<\w+>|\\c[A-Za-z]|\\.|\{(?:\d+(?:,\d*)?|,\d+)\}|\(\?<?[:=!]|.", regex.DOTALL
)


class PatternError(ValueError):
    """The pattern is not a regular expression, or one too large to run."""


def compile_bounded(pattern: str, translate: Callable[[str], str] = str, *, ignore_case: bool = False) -> Any:
    """The compiled pattern, whose methods take `timeout`.

    translate: puts the pattern into the syntax of the `regex` package. Raises PatternError.
    """
    if _expansion(pattern) > MAX_EXPANSION:
        raise PatternError(f"pattern {pattern[:60]!r} expands to more than {MAX_EXPANSION:,} atoms")
    try:
        return regex.compile(translate(pattern), regex.IGNORECASE if ignore_case else 0)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise PatternError(f"pattern {pattern[:60]!r} is not a regular expression ({error})") from None


def _expansion(pattern: str) -> int:
    """How many atoms the pattern holds once every counted repeat is written out."""
    totals, last = [0], 0
    for token in _TOKEN.findall(pattern):
        if token[0] == "(":
            totals.append(0)
            last = 0
        elif token == ")" and len(totals) > 1:
            last = max(totals.pop(), 1)
            totals[-1] += last
        elif token[0] == "{" and len(token) > 1:
            most = max(int(count) for count in token[1:-1].split(",") if count) if len(token) < 12 else MAX_EXPANSION
            grown = last * max(most, 1)
            totals[-1] += grown - last
            last = grown
        else:
            last = 1
            totals[-1] += 1
        if totals[-1] > MAX_EXPANSION:
            return totals[-1]
    return sum(totals)
