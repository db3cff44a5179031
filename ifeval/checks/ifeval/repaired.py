"""IFEval's checks with their defects mended, for `ifeval-fixed`. docs/tasks-ifeval.md gives the reason of each.

Only what upstream judges against its own instruction's words is changed; the rest is taken as it is.
"""

import json
import re
from typing import Any

from ifeval.checks import CHECKS as FAITHFUL
from ifeval.checks.ifeval import case
from ifeval.checks.ifeval.arguments import Check, Count, Ordinal
from ifeval.checks.ifeval.content import POSTSCRIPT
from ifeval.checks.ifeval.format import CONSTRAINED_RESPONSES, unfenced
from ifeval.checks.ifeval.keywords import all_present, none_present
from ifeval.checks.ifeval.length import starts_with_word
from ifeval.checks.text import language
from ifeval.checks.text.counting import Relation, at_least, compare, compare_occurrences, exactly, shorten
from ifeval.records import CheckResult

_BULLET = re.compile(r"^[^\S\n]*[*+-][^\S\n]+\S", re.MULTILINE)
_HIGHLIGHT = re.compile(r"(?<!\*)(\*{1,3})(?![\s*])[^\n*]*(?<![\s*])\1(?!\*)")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_LINE_START = r"^[ \t#>*_(\[\"“-]*"


def existence(text: str, *, keywords: list[str]) -> CheckResult:
    """Every keyword occurs as a word of its own, literally, ignoring case."""
    return all_present([keyword for keyword in keywords if not _occurrences(keyword, text)], len(keywords))


def frequency(text: str, *, keyword: str, frequency: Count, relation: Relation) -> CheckResult:
    """The keyword occurs less than, or at least, `frequency` times as a word of its own."""
    return compare_occurrences(repr(keyword.strip()), _occurrences(keyword, text), relation, frequency)


def forbidden_words(text: str, *, forbidden_words: list[str]) -> CheckResult:
    """None of the words occurs as a word of its own."""
    return none_present([word for word in forbidden_words if _occurrences(word, text)])


def response_language(text: str, *, language: str) -> CheckResult:
    """The text is detected as `language`; a text without letters is not."""
    return _detected_as(text, language)


def english_capital(text: str) -> CheckResult:
    """No lower-case letter, and in English as it stands or in lower case: langdetect skips words in capitals."""
    if not text.isupper():
        return case.english_capital(text)
    as_it_stands = _detected_as(text, "en")
    return as_it_stands if as_it_stands.ok else _detected_as(text.lower(), "en")


def english_lowercase(text: str) -> CheckResult:
    """No capital letter, and in English."""
    return _detected_as(text, "en") if text.islower() else case.english_lowercase(text)


def capital_word_frequency(text: str, *, capital_frequency: Count, capital_relation: Relation) -> CheckResult:
    """Less than, or at least, `capital_frequency` words of two or more letters all in capitals; "JOHN'S" is one."""
    count = sum(1 for match in _WORD.finditer(text) if match[0].isupper() and sum(map(str.isalpha, match[0])) > 1)
    return compare(count, capital_relation, capital_frequency, "word in capitals/words in capitals")


def nth_paragraph_first_word(
    text: str, *, num_paragraphs: Count, nth_paragraph: Ordinal, first_word: str
) -> CheckResult:
    """Exactly `num_paragraphs` non-blank paragraphs, the `nth_paragraph` of them starting with `first_word`."""
    paragraphs = [chunk for chunk in text.split("\n\n") if chunk.strip()]
    if nth_paragraph > len(paragraphs):
        return exactly(len(paragraphs), max(num_paragraphs, nth_paragraph), "paragraph")
    word = _WORD.search(paragraphs[nth_paragraph - 1])
    found = word[0].lower() if word else ""
    return starts_with_word(found, first_word, nth_paragraph, len(paragraphs), num_paragraphs)


def postscript(text: str, *, postscript_marker: str) -> CheckResult:
    """The marker follows some text and is not the end of a longer word or abbreviation ("u.p.s."), ignoring case."""
    marker = postscript_marker.strip()
    pattern = r"(?<!\w)(?<!\w\.)" + POSTSCRIPT.get(marker, re.escape(marker))
    found = any(match.start() > 0 for match in re.finditer(pattern, text.strip(), re.IGNORECASE))
    return CheckResult(found, f"postscript {marker!r} {'found' if found else 'missing'} after the text")


def number_bullet_lists(text: str, *, num_bullets: Count) -> CheckResult:
    """Exactly `num_bullets` Markdown list items: `*`, `-` or `+`, white space, text."""
    return exactly(len(_BULLET.findall(text)), num_bullets, "bullet point")


def number_highlighted_sections(text: str, *, num_highlights: Count) -> CheckResult:
    """At least `num_highlights` spans in `*`, `**` or `***` that Markdown would set off, each counted once."""
    return at_least(sum(1 for _ in _HIGHLIGHT.finditer(text)), num_highlights, "highlighted section")


def multiple_sections(text: str, *, section_spliter: str, num_sections: Count) -> CheckResult:
    """At least `num_sections` different marks ("Section 2"), each at the start of a line."""
    marker = section_spliter.strip()
    pattern = re.compile(_LINE_START + re.escape(marker) + r"[^\S\n]*(\d{1,9})", re.IGNORECASE | re.MULTILINE)
    return at_least(len({int(number) for number in pattern.findall(text)}), num_sections, f"{marker!r} section")


def constrained_response(text: str) -> CheckResult:
    """Exactly one of the three fixed answers occurs."""
    found = [option for option in CONSTRAINED_RESPONSES if option in text]
    return exactly(len(found), 1, "of the fixed answers/of the fixed answers")


def json_format(text: str) -> CheckResult:
    """The whole text is a JSON object or array (RFC 8259: no NaN), a code fence around it aside."""
    try:
        value = json.loads(unfenced(text), parse_constant=_not_json)
    except ValueError as error:
        return CheckResult(False, f"not JSON: {error}")
    except RecursionError:
        return CheckResult(False, "not JSON: nested too deeply")
    ok = isinstance(value, dict | list)
    return CheckResult(
        ok, "parses as JSON" if ok else f"a bare JSON value {shorten(text)!r}, wanted an object or array"
    )


CHECKS: dict[str, Check] = FAITHFUL | {
    "keywords:existence": existence,
    "keywords:frequency": frequency,
    "keywords:forbidden_words": forbidden_words,
    "language:response_language": response_language,
    "length_constraints:nth_paragraph_first_word": nth_paragraph_first_word,
    "detectable_content:postscript": postscript,
    "detectable_format:number_bullet_lists": number_bullet_lists,
    "detectable_format:constrained_response": constrained_response,
    "detectable_format:number_highlighted_sections": number_highlighted_sections,
    "detectable_format:multiple_sections": multiple_sections,
    "detectable_format:json_format": json_format,
    "change_case:capital_word_frequency": capital_word_frequency,
    "change_case:english_capital": english_capital,
    "change_case:english_lowercase": english_lowercase,
}


def _occurrences(keyword: str, text: str) -> int:
    """Non-overlapping literal occurrences of `keyword` with no word character on either side, ignoring case."""
    return sum(1 for _ in re.finditer(rf"(?<!\w){re.escape(keyword.strip())}(?!\w)", text, re.IGNORECASE))


def _detected_as(text: str, wanted: str) -> CheckResult:
    detected = language.detect(text)
    return language.in_language(detected, wanted) if detected else CheckResult(False, "the language cannot be told")


def _not_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
