"""IFEval's `length_constraints:` group: sentences, paragraphs, words."""

import re
from collections.abc import Callable

from ifeval.checks.ifeval.arguments import Count, Ordinal
from ifeval.checks.text.counting import Relation, compare, count_words, exactly, shorten
from ifeval.checks.text.punkt import count_sentences
from ifeval.records import CheckResult

_DIVIDER = re.compile(r"\s?\*\*\*\s?")
_ENDS_FIRST_WORD = frozenset(".,?!'\"")


def number_sentences(text: str, *, num_sentences: Count, relation: Relation) -> CheckResult:
    """Less than, or at least, `num_sentences` sentences as Punkt splits them."""
    return compare(count_sentences(text), relation, num_sentences, "sentence")


def number_words(text: str, *, num_words: Count, relation: Relation) -> CheckResult:
    """Less than, or at least, `num_words` words."""
    return compare(count_words(text), relation, num_words, "word")


def number_paragraphs(text: str, *, num_paragraphs: Count) -> CheckResult:
    """Exactly `num_paragraphs` paragraphs between `***` dividers; only the first and last part may be blank."""
    parts = [part.strip() for part in _DIVIDER.split(text)]
    if not all(parts[1:-1]):
        return CheckResult(False, "a paragraph between two *** dividers is empty")
    return exactly(sum(map(bool, parts)), num_paragraphs, "paragraph")


def nth_paragraph_first_word(
    text: str, *, num_paragraphs: Count, nth_paragraph: Ordinal, first_word: str
) -> CheckResult:
    """Exactly `num_paragraphs` paragraphs, and the `nth_paragraph` (from 1) starts with `first_word`, ignoring case.

    Upstream counts the non-blank chunks but indexes the list with the blank ones left in it; so does this
    (`ifeval.checks.ifeval.repaired` doesn't).
    """
    return nth_paragraph_start(text, num_paragraphs, nth_paragraph, first_word, _first_word)


def nth_paragraph_start(
    text: str, num_paragraphs: int, nth_paragraph: int, wanted: str, start_of: Callable[[str], str]
) -> CheckResult:
    """The same with a start of the paragraph that `start_of` reads from it (in lower case where `wanted` is)."""
    chunks = text.split("\n\n")
    count = sum(1 for chunk in chunks if chunk.strip())
    if nth_paragraph > count:
        return CheckResult(
            False, f"there is no paragraph {nth_paragraph}: {exactly(count, num_paragraphs, 'paragraph').reason}"
        )
    paragraph = chunks[nth_paragraph - 1].strip()
    if not paragraph:
        return CheckResult(False, f"paragraph {nth_paragraph} is blank")
    return starts_with_word(start_of(paragraph), wanted, nth_paragraph, count, num_paragraphs)


def starts_with_word(found: str, wanted: str, nth_paragraph: int, count: int, num_paragraphs: int) -> CheckResult:
    """The verdict on a first word (lower case) and a number of paragraphs."""
    if found != wanted.lower():
        return CheckResult(False, f"paragraph {nth_paragraph} starts with {shorten(found)!r}, wanted {wanted!r}")
    verdict = exactly(count, num_paragraphs, "paragraph")
    return CheckResult(verdict.ok, f"paragraph {nth_paragraph} starts with {wanted!r}; {verdict.reason}")


def _first_word(paragraph: str) -> str:
    """The first white-space token, without quotes before it, up to its first punctuation mark, in lower case."""
    word = paragraph.split(maxsplit=1)[0].lstrip("'").lstrip('"')
    end = next((index for index, letter in enumerate(word) if letter in _ENDS_FIRST_WORD), len(word))
    return "".join(letter.lower() for letter in word[:end])
