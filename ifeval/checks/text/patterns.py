"""Patterns that come from a data set: searched case-insensitively, and never for longer than `TIME_LIMIT`.

IFEval's keywords are regular expressions by accident: they are put into a pattern unescaped. Nearly all are plain
words and take the fast path; one with metacharacters goes to the `regex` module, which can be stopped.
"""

import re
from functools import lru_cache
from typing import Any

from ifeval.util.bounded_regex import PatternError, compile_bounded

TIME_LIMIT = 1.0
"""Seconds one pattern may take on one text."""

_METACHARACTERS = frozenset(".^$*+?{}[]\\|()")
_LONGEST_PLAIN = 200


class PatternTimeout(Exception):
    """A pattern took longer than `TIME_LIMIT` on a text."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"pattern {pattern[:60]!r} took longer than {TIME_LIMIT:g} s")


def is_plain(pattern: str) -> bool:
    """The pattern matches itself and nothing else, and a search for it takes linear time."""
    return len(pattern) <= _LONGEST_PLAIN and _METACHARACTERS.isdisjoint(pattern)


def compile_problem(pattern: str) -> str | None:
    """Why `pattern` is not a regular expression, or None where it is one (plain words are)."""
    try:
        _compiled(pattern, ignore_case=True)
    except PatternError as error:
        return f"cannot be searched for: {error}"
    return None


def contains(pattern: str, text: str, before: str = "", after: str = "", *, ignore_case: bool = True) -> bool:
    """Whether `before` + `pattern` + `after` occurs in `text`. Raises PatternTimeout."""
    return _bounded("search", before + pattern + after, text, is_plain(pattern), ignore_case) is not None


def count(pattern: str, text: str) -> int:
    """The non-overlapping occurrences of `pattern` in `text`, ignoring case. Raises PatternTimeout."""
    return len(_bounded("findall", pattern, text, is_plain(pattern)))


def split(pattern: str, text: str, before: str, after: str) -> list[str | None]:
    """`text` split at `before` + `pattern` + `after`, respecting case. Raises PatternTimeout."""
    return _bounded("split", before + pattern + after, text, is_plain(pattern), ignore_case=False)


def _bounded(method: str, pattern: str, text: str, plain: bool, ignore_case: bool = True) -> Any:
    if plain:
        return getattr(re.compile(pattern, re.IGNORECASE if ignore_case else 0), method)(text)
    try:
        return getattr(_compiled(pattern, ignore_case), method)(text, timeout=TIME_LIMIT)
    except TimeoutError:
        raise PatternTimeout(pattern) from None


@lru_cache(maxsize=512)
def _compiled(pattern: str, ignore_case: bool) -> Any:
    return compile_bounded(pattern, _as_upstream, ignore_case=ignore_case)


def _as_upstream(pattern: str) -> str:
    """The pattern itself. `regex` accepts more than `re` does; what upstream could not run is a mistake in the data."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(str(error)) from None
    return pattern
