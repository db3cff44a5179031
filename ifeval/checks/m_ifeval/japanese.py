"""M-IFEval's Japanese instructions that are not IFEval's own rule, `letters:` aside."""

import re
from itertools import pairwise
from typing import Annotated

from ifeval.checks.ifeval import format, length
from ifeval.checks.ifeval.arguments import Count, Ordinal, Pattern
from ifeval.checks.ifeval.content import POSTSCRIPT
from ifeval.checks.ifeval.keywords import all_present, none_present
from ifeval.checks.m_ifeval import japanese_text, shared
from ifeval.checks.m_ifeval.relations import JapaneseRelation, compare, compare_occurrences
from ifeval.checks.text import patterns
from ifeval.checks.text.counting import at_least, exactly, plural, shorten
from ifeval.records import CheckResult

ANSWERS = ("はい、そうです。", "いいえ、違います。", "どちらとも言えません。")
TO_KATAKANA = 96
"""How many code points a katakana letter comes after its hiragana."""

Hiragana = Annotated[str, lambda value: None if len(value) == 1 and "ぁ" <= value <= "ん" else "must be one hiragana"]

_BULLET = re.compile(r"^[^\S\n]*・[^・].*$", re.MULTILINE)
_NUMBERED = re.compile(r"^[^\S\n]*\d+\.\s.*$", re.MULTILINE)
_HIGHLIGHT = re.compile(r"《([^\n《》]*)》")
_FULL_STOP = re.compile("[。！？]")
_STOPS = frozenset({"。", "！", "？", "。！", "！？", "。！？"})
"""The tokens that end a sentence: upstream asks what is part of "。！？"."""


def existence(text: str, *, keywords: list[str]) -> CheckResult:
    """Every keyword is a token of the text."""
    return all_present([keyword for keyword in keywords if not japanese_text.occurrences(keyword, text)], len(keywords))


def frequency(text: str, *, keyword: str, frequency: Count, relation: JapaneseRelation) -> CheckResult:
    """Less than, or at least, `frequency` tokens are the keyword."""
    keyword = keyword.strip()
    return compare_occurrences(repr(keyword), japanese_text.occurrences(keyword, text), relation, frequency)


def forbidden_words(text: str, *, forbidden_words: list[str]) -> CheckResult:
    """None of the words is a token of the text; inside a longer token it may occur."""
    return none_present([word for word in forbidden_words if japanese_text.occurrences(word, text)])


def letter_frequency(
    text: str, *, letter: Hiragana, let_frequency: Count, let_relation: JapaneseRelation
) -> CheckResult:
    """The hiragana and its katakana together occur less than, or at least, `let_frequency` times."""
    count = text.count(letter) + text.count(chr(ord(letter) + TO_KATAKANA))
    return compare_occurrences(repr(letter), count, let_relation, let_frequency)


def number_sentences(text: str, *, num_sentences: Count, relation: JapaneseRelation) -> CheckResult:
    """Less than, or at least, `num_sentences` sentences (see `japanese_text`)."""
    return compare(japanese_text.count_sentences(text), relation, num_sentences, "sentence")


def number_letters(text: str, *, num_letters: Count, relation: JapaneseRelation) -> CheckResult:
    """Less than, or at least, `num_letters` characters, white space and marks included."""
    return compare(len(text), relation, num_letters, "character")


def nth_paragraph_first_word(
    text: str, *, num_paragraphs: Count, nth_paragraph: Ordinal, first_word: str
) -> CheckResult:
    """IFEval's rule of that name; the paragraph has to start with the word, opening brackets 「『 aside."""

    def start_of(paragraph: str) -> str:
        return paragraph.lstrip("「").lstrip("『")[: len(first_word)]

    return length.nth_paragraph_start(text, num_paragraphs, nth_paragraph, first_word, start_of)


def postscript(text: str, *, postscript_marker: str) -> CheckResult:
    """The marker occurs anywhere, ignoring case; "P.S." and "P.P.S" may have spaces after their periods."""
    marker = postscript_marker.strip()
    found = patterns.contains(POSTSCRIPT.get(marker, re.escape(marker)), text)
    return CheckResult(found, f"postscript {marker!r} {'found' if found else 'missing'}")


def number_bullet_lists(text: str, *, num_bullets: Count) -> CheckResult:
    """Exactly `num_bullets` lines starting with one `・`."""
    return exactly(len(_BULLET.findall(text)), num_bullets, "bullet point")


def number_numbered_lists(text: str, *, num_items: Count) -> CheckResult:
    """Exactly `num_items` lines starting with a number, a period and white space; "1．" and "1)" are none."""
    return exactly(len(_NUMBERED.findall(text)), num_items, "numbered item")


def number_highlighted_sections(text: str, *, num_highlights: Count) -> CheckResult:
    """At least `num_highlights` non-blank spans in 《…》 on one line."""
    return at_least(sum(map(bool, map(str.strip, _HIGHLIGHT.findall(text)))), num_highlights, "highlighted section")


def multiple_sections(text: str, *, section_spliter: Pattern, num_sections: Count) -> CheckResult:
    """At least `num_sections` marks such as 第2章, anywhere; kanji numerals are none."""
    splitter = section_spliter.strip()
    parts = patterns.split(splitter, text, r"\s?第\d+", r"\s?")
    return at_least(len(parts) - 1, num_sections, f"第…{splitter} section")


def constrained_response(text: str) -> CheckResult:
    """One of three fixed answers occurs somewhere."""
    return format.one_of(text, ANSWERS)


def title(text: str) -> CheckResult:
    """A non-blank 『title』 on one line."""
    return format.title_between(text, "『", "』")


def nominal_ending(text: str, *, count: Count) -> CheckResult:
    """At least `count` sentences end in a noun (体言止め), those in quotation brackets aside."""
    text = japanese_text.without_quotations(text)
    found = 0
    if _FULL_STOP.search(text):
        tokens = japanese_text.tokens(text)
        found = sum(before.noun and mark.surface in _STOPS for before, mark in pairwise(tokens))
    return at_least(found, count, "nominal ending")


def repeat_prompt(text: str, *, prompt_to_repeat: str) -> CheckResult:
    """The text starts with the request, word for word."""
    ok = text.strip().startswith(prompt_to_repeat.strip())
    return CheckResult(ok, f"the request is {'' if ok else 'not '}repeated word for word at the start")


def end_checker(text: str, *, end_phrase: str) -> CheckResult:
    """The text ends with the phrase, closing brackets 」』 after either aside."""
    ending, wanted = (part.strip().strip("」』") for part in (text, end_phrase))
    ok = ending.endswith(wanted)
    return CheckResult(ok, f"ends with {wanted!r}" if ok else f"ends with {shorten(ending[-40:])!r}, wanted {wanted!r}")


def quotation(text: str) -> CheckResult:
    """The whole text stands in 「…」."""
    return shared.enclosed(text, "「」")


def sentence_unified_end(text: str, *, ending: str) -> CheckResult:
    """What comes before each 。！？, and after the last, ends with `ending`, quotation brackets aside.

    A line end after the last mark is such a piece, and follows nothing.
    """
    pieces = _FULL_STOP.split(japanese_text.without_quotations(text))
    other = next((piece for piece in pieces if piece and not piece.endswith(ending)), None)
    if other is None:
        return CheckResult(True, f"every sentence ends with {ending!r}")
    return CheckResult(False, f"a sentence ends with {shorten(other[-20:])!r}, wanted {ending!r}")


def no_period(text: str) -> CheckResult:
    """No 。 anywhere (｡ of half width is allowed)."""
    return _none(text, "。")


def no_comma(text: str) -> CheckResult:
    """No 、 anywhere (､ of half width is allowed)."""
    return _none(text, "、")


def _none(text: str, mark: str) -> CheckResult:
    count = text.count(mark)
    return CheckResult(not count, f"{mark!r} appears {plural(count, 'time')}, wanted none" if count else f"no {mark!r}")
