"""What several checks share: counting words, comparing a count with what was wanted, and saying so."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from typing import Literal, TypeVar

from ifeval.records import CheckResult

Relation = Literal["less than", "at least"]
Result = TypeVar("Result")

_WORD = re.compile(r"\w+")
_REMEMBERED = 1 << 14
_LONGEST_REMEMBERED = 200


def remembered(function: Callable[[str], Result]) -> Callable[[str], Result]:
    """`function` with its results for short texts kept, at most `_REMEMBERED` of them.

    Words and sentences repeat: between the loose variants of a reply, and most of all in text made to take long.
    """
    known = lru_cache(_REMEMBERED)(function)

    @wraps(function)
    def of(text: str) -> Result:
        return known(text) if len(text) <= _LONGEST_REMEMBERED else function(text)

    return of


def words(text: str) -> list[str]:
    """The maximal runs of word characters (`\\w+`): "don't" is two words, "well-known" too (IFEval's tokenizer)."""
    return _WORD.findall(text)


def count_words(text: str) -> int:
    """How many `words` there are."""
    return len(words(text))


def spans(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """Start and end of each span from an opening mark to the next closing one, marks included; they don't overlap."""
    end = 0
    while (start := text.find(opening, end)) >= 0 and (mark := text.find(closing, start + len(opening))) >= 0:
        end = mark + len(closing)
        yield start, end


def plural(count: int, noun: str) -> str:
    """ "1 word", "3 words"; a noun that needs more than an s is given whole: "entry/entries"."""
    one, _, many = noun.partition("/")
    return f"{count} {one if count == 1 else many or one + 's'}"


def shorten(text: str, limit: int = 60) -> str:
    """`text` on one line and at most `limit` characters, for quoting in a reason."""
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def quoted(text: str) -> str:
    """`text`, shortened, in single quotes."""
    return f"'{shorten(text)}'"


def compare(count: int, relation: Relation, wanted: int, noun: str) -> CheckResult:
    """Whether `count` is less than or at least `wanted`: "412 words, wanted fewer than 400"."""
    ok = count < wanted if relation == "less than" else count >= wanted
    return CheckResult(ok, f"{plural(count, noun)}, wanted {_spoken(relation)} {wanted}")


def compare_occurrences(what: str, count: int, relation: Relation, wanted: int) -> CheckResult:
    """The same for something named: "'river' appears 2 times, wanted at least 4"."""
    verdict = compare(count, relation, wanted, "time")
    return CheckResult(verdict.ok, f"{what} appears {verdict.reason}")


def exactly(count: int, wanted: int, noun: str) -> CheckResult:
    """Whether `count` equals `wanted`: "3 of 5 bullet points", "5 bullet points, as wanted", "7 …, wanted 5"."""
    if count == wanted:
        return CheckResult(True, f"{plural(count, noun)}, as wanted")
    return CheckResult(
        False, _short_of(count, wanted, noun) if count < wanted else f"{plural(count, noun)}, wanted {wanted}"
    )


def at_least(count: int, wanted: int, noun: str) -> CheckResult:
    """Whether `count` reaches `wanted`: "3 of 5 placeholders", "7 placeholders, wanted at least 5"."""
    if count >= wanted:
        return CheckResult(True, f"{plural(count, noun)}, wanted at least {wanted}")
    return CheckResult(False, _short_of(count, wanted, noun))


def at_most(count: int, most: int, noun: str) -> CheckResult:
    """Whether `count` stays within `most`: "7 words, wanted at most 5"."""
    return CheckResult(count <= most, f"{plural(count, noun)}, wanted at most {most}")


def none(count: int, noun: str) -> CheckResult:
    """Whether `count` is zero: "2 commas, wanted none"."""
    return CheckResult(not count, f"{plural(count, noun)}, wanted none" if count else f"no {noun.partition('/')[0]}")


def _short_of(count: int, wanted: int, noun: str) -> str:
    return f"{count} of {plural(wanted, noun)}"


def _spoken(relation: Relation) -> str:
    return "fewer than" if relation == "less than" else relation
