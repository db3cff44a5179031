"""IFBench's `format:` group, second half: brackets, quotation marks and emoji."""

import string
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from ifeval.checks.ifbench.tokens import without_punctuation
from ifeval.checks.text.counting import shorten
from ifeval.checks.text.punkt import sentences
from ifeval.records import CheckResult

BRACKET_DEPTH = 5
QUOTE_DEPTH = 3

_OPENS = {")": "(", "]": "[", "}": "{"}
_AROUND_QUOTES = string.digits + string.punctuation.replace('"', "")


def parentheses(text: str) -> CheckResult:
    """Brackets of the kinds ( [ { nested at least 5 deep; the innermost is closed properly, the rest need not be."""
    levels: list[str] = []
    depth = deepest = 0
    for mark in filter("()[]{}".__contains__, text):
        if mark not in _OPENS:
            levels.append(mark)
            depth = max(depth, len(levels))
        elif levels and levels[-1] == _OPENS[mark]:
            levels.pop()
            if depth >= BRACKET_DEPTH:
                return CheckResult(True, f"brackets {depth} levels deep, wanted at least {BRACKET_DEPTH}")
            deepest = max(deepest, depth)
        else:
            levels.clear()
            depth = 0
    return CheckResult(False, f"brackets {deepest} levels deep, wanted at least {BRACKET_DEPTH}")


def quotes(text: str) -> CheckResult:
    """Double and single quotation marks nested at least 3 deep, each inside the other, and closed."""
    levels: list[str] = []
    deepest = closed = 0
    for mark in filter("\"'".__contains__, text):
        if levels and mark == levels[-1]:
            levels.pop()
            closed = max(closed, deepest - len(levels))
            if closed >= QUOTE_DEPTH:
                break
        else:
            levels.append(mark)
            deepest = max(deepest, len(levels))
    return CheckResult(closed >= QUOTE_DEPTH, f"quotes closed {closed} levels deep, wanted at least {QUOTE_DEPTH}")


def quote_unquote(text: str) -> CheckResult:
    """No quoted phrase right after another, and none at the end: an explanation comes between and after them."""
    squeezed = "".join(text.replace("'\"'", "").split())
    if '""' in squeezed:
        return CheckResult(False, "two quotation marks with nothing between them")
    if squeezed.strip(_AROUND_QUOTES).endswith('"'):
        return CheckResult(False, "the reply ends with a quoted phrase")
    return CheckResult(True, "text follows every quoted phrase")


def emoji(text: str) -> CheckResult:
    """An emoji ends each sentence, or starts the next one (where sentence splitting puts one after the period).

    The last two characters are looked at, since a variation selector may follow the emoji itself.
    """
    bare = [without_punctuation(sentence).strip() for sentence in sentences(text)]
    for number, (sentence, following) in enumerate(zip_longest(bare, bare[1:], fillvalue=""), start=1):
        if not sentence or not (_emoji().search(sentence[-2:]) or _emoji().match(following)):
            return CheckResult(False, f"sentence {number} does not end with an emoji: '{shorten(sentence[-40:])}'")
    return CheckResult(True, "every sentence ends with an emoji")


@lru_cache(maxsize=1)
def _emoji() -> Any:
    """Single characters of the `emoji` package (2.16): Unicode's Emoji property, less keycaps and flag letters."""
    import regex

    return regex.compile(r"[\p{Emoji}--[0-9#*]--\p{Regional_Indicator}]", regex.VERSION1)
