"""The checks of the easy instructions: bounds and presence where `house` counts exactly. `CHECKS` maps ids to them."""

import re
from collections.abc import Callable

from ifeval.checks.ifeval.repaired import existence
from ifeval.checks.library.house import blocks_of_text
from ifeval.checks.text.counting import at_least, count_words, plural, shorten
from ifeval.checks.text.punkt import count_sentences
from ifeval.records import CheckResult

_BULLET = re.compile(r"^[^\S\n]*[*+•-][^\S\n]+\S", re.MULTILINE)
_WORD = re.compile(r"\w+")


def mention(text: str, *, keyword: str) -> CheckResult:
    """The word occurs as a word of its own; case doesn't matter."""
    return existence(text, keywords=[keyword])


def mention_any(text: str, *, keywords: list[str]) -> CheckResult:
    """At least one of the words occurs as a word of its own; case doesn't matter."""
    found = next((word for word in keywords if mention(text, keyword=word).ok), None)
    return CheckResult(found is not None, f"{found!r} appears" if found else f"none of {', '.join(keywords)} appears")


def no_letter(text: str, *, letter: str) -> CheckResult:
    """The letter doesn't occur, neither small nor as a capital."""
    return _none(text.lower().count(letter.lower()), f"letter {letter!r}/letters {letter!r}")


def some_number(text: str) -> CheckResult:
    """At least one decimal digit."""
    found = any(map(str.isdecimal, text))
    return CheckResult(found, "a number in digits" if found else "no number in digits")


def some_question(text: str) -> CheckResult:
    """At least one question mark."""
    return at_least(text.count("?"), 1, "question mark")


def some_exclamation(text: str) -> CheckResult:
    """At least one exclamation mark."""
    return at_least(text.count("!"), 1, "exclamation mark")


def no_questions(text: str) -> CheckResult:
    """No question mark."""
    return _none(text.count("?"), "question mark")


def no_exclamations(text: str) -> CheckResult:
    """No exclamation mark."""
    return _none(text.count("!"), "exclamation mark")


def one_paragraph(text: str) -> CheckResult:
    """No line break within the text."""
    return _none(text.strip().count("\n"), "line break")


def least_bullets(text: str, *, bullets: int) -> CheckResult:
    """At least so many lines that start with a bullet (`*`, `-`, `+` or `•`) and go on after it."""
    return at_least(len(_BULLET.findall(text)), bullets, "bullet point")


def least_paragraphs(text: str, *, paragraphs: int) -> CheckResult:
    """At least so many blocks of text with blank lines between them."""
    return at_least(len(blocks_of_text(text)), paragraphs, "paragraph")


def first_word(text: str, *, word: str) -> CheckResult:
    """The first word is this one; case and marks around it don't matter."""
    found = _WORD.search(text)
    first = found[0] if found else ""
    return CheckResult(first.lower() == word.lower(), f"starts with {shorten(first)!r}, wanted {word!r}")


def full_stop(text: str) -> CheckResult:
    """The last character is a full stop."""
    last = text.rstrip()[-1:]
    return CheckResult(last == ".", f"ends with {last!r}, wanted a full stop")


def most_words(text: str, *, words: int) -> CheckResult:
    """At most so many words."""
    return _at_most(count_words(text), words, "word")


def least_words(text: str, *, words: int) -> CheckResult:
    """At least so many words."""
    return at_least(count_words(text), words, "word")


def most_sentences(text: str, *, sentences: int) -> CheckResult:
    """At most so many sentences, as Punkt splits them."""
    return _at_most(count_sentences(text), sentences, "sentence")


def least_sentences(text: str, *, sentences: int) -> CheckResult:
    """At least so many sentences, as Punkt splits them."""
    return at_least(count_sentences(text), sentences, "sentence")


CHECKS: dict[str, Callable[..., CheckResult]] = {
    "keywords:topic": mention,
    "keywords:mention": mention,
    "keywords:any": mention_any,
    "keywords:no_letter": no_letter,
    "content:some_number": some_number,
    "content:some_question": some_question,
    "content:some_exclamation": some_exclamation,
    "content:no_questions": no_questions,
    "content:no_exclamations": no_exclamations,
    "layout:one_paragraph": one_paragraph,
    "layout:least_bullets": least_bullets,
    "layout:least_paragraphs": least_paragraphs,
    "edge:first_word": first_word,
    "edge:full_stop": full_stop,
    "length:most_words": most_words,
    "length:least_words": least_words,
    "length:most_sentences": most_sentences,
    "length:least_sentences": least_sentences,
}


def _none(count: int, noun: str) -> CheckResult:
    return CheckResult(not count, f"{plural(count, noun)}, wanted none")


def _at_most(count: int, most: int, noun: str) -> CheckResult:
    return CheckResult(count <= most, f"{plural(count, noun)}, wanted at most {most}")
