"""IFEval-FC's checks by example, and that no text makes one raise or take long. Parity: tests/tasks/test_ifeval_fc.py."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.checks.ifeval.arguments import validate
from ifeval.checks.ifeval_fc import IFEVAL_FC_CHECKS
from ifeval.checks.ifeval_fc.sentences import count_sentences

PATIENCE = 5.0
"""Seconds one check may take on one text: a guard against hanging, far above what any needs."""

EXACTLY_TWO = {"N": 2, "comparison_option": "exactly"}
CASES: list[tuple[str, dict[str, Any], str, bool]] = [
    ("KeywordsPresenceChecker", {"list_of_keywords": ["odd", "bad"], "must_include": True}, "Odd,bad!", True),
    ("KeywordsPresenceChecker", {"list_of_keywords": ["odd", "bad"], "must_include": True}, "oddly bad", False),
    ("KeywordsPresenceChecker", {"list_of_keywords": ["odd", "bad"], "must_include": False}, "oddly", True),
    ("KeywordFrequencyChecker", {"keyword": "end", **EXACTLY_TWO}, "End_end, ending", True),
    ("LetterFrequencyChecker", {"letter": "n", **EXACTLY_TWO}, "Nun", True),
    ("WordCountChecker", {"N": 2, "comparison_option": "at most"}, "don't go", False),
    ("SentenceCountChecker", {"N": 2, "comparison_option": "at most"}, "Mr. A. B. Smith left. He is 3.5", True),
    ("PlaceholderCountChecker", EXACTLY_TWO, "[] [a\nb] [c]", True),
    ("HighlightedSectionsCountChecker", EXACTLY_TWO, "**a** and **a** and **", True),
    ("HighlightedSectionsCountChecker", EXACTLY_TWO, "**a\nb** *c* * *", True),
    ("NAllCapitalWordsChecker", EXACTLY_TWO, "DON'T", True),
    ("NCommasChecker", {"N": 1, "comparison_option": "at least"}, "，", False),
    ("CyrillicGreekChecker", {"script": "cyrillic"}, "Привет, мир 12!", True),
    ("CyrillicGreekChecker", {"script": "cyrillic"}, "Привет_", False),
    ("CyrillicGreekChecker", {"script": "greek"}, "", True),
    ("CyrillicGreekChecker", {"script": "greek"}, "Γειά ٣", False),
    ("SpacesInBetweenChecker", {"N": 3}, "a   b   c", True),
    ("SpacesInBetweenChecker", {"N": 3}, "a    b", False),
    ("SpacesInBetweenChecker", {"N": 3}, "word", True),
    ("SpacesInBetweenChecker", {"N": 3}, "a   b\n", False),
    ("TitleFormatChecker", {}, "text <<title>> text", True),
    ("TitleFormatChecker", {}, "<<<>>>", False),
    ("JsonFormatChecker", {}, "```json\nNaN\n```", True),
    ("JsonFormatChecker", {}, "{'a': 1}", False),
    ("PythonListFormatChecker", {}, "```python\n['a', # one\n \"b\"]\n```", True),
    ("PythonListFormatChecker", {}, "['a', 1]", False),
    ("PythonListFormatChecker", {}, "['a'] + ['b']", False),
    ("PythonListFormatChecker", {}, "('a',)", False),
    ("QuotationChecker", {"quotation_type": "single"}, "'a'", True),
    ("QuotationChecker", {"quotation_type": "single"}, "'a' ", False),
    ("QuotationChecker", {"quotation_type": "double"}, '"', False),
]
ARGUMENTS = {name: arguments for name, arguments, *_ in CASES}
LONG = 300_000
NASTY = {
    "empty": "",
    "NUL and surrogates": "a\0b. \ud800",
    "letters": "a" * LONG,
    "capitals and periods": "A." * (LONG // 2),
    "spaces": " " * LONG,
    "words": "a " * (LONG // 2),
    "asterisks": "*" * LONG,
    "different bold spans": " ".join(f"**{number}**" for number in range(LONG // 10)),
    "blank bold spans": " ".join(f"**{' ' * width}**" for width in range(700)),
    "angle brackets": "<" * LONG,
    "opening brackets": "[" * LONG,
    "signs": "-" * LONG + "1",
    "a long list": "[" + "'a'," * 100_000 + "]",
    "a long number": "9" * LONG,
    "quotation marks": '"' * LONG,
}


@pytest.mark.parametrize(("name", "arguments", "text", "ok"), CASES)
def test_a_rule(name: str, arguments: dict[str, Any], text: str, ok: bool) -> None:
    validate(name, IFEVAL_FC_CHECKS[name], arguments, "here")
    verdict = IFEVAL_FC_CHECKS[name](text, **arguments)
    assert verdict.ok == ok, verdict.reason


def test_every_checker_has_a_case() -> None:
    assert {name for name, *_ in CASES} == set(IFEVAL_FC_CHECKS)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Hi!!", 2),
        ("Wait... what", 2),
        ("See example.com. Done.", 2),
        ("Version 1.2.3 is out.", 2),
        ("Made in the U.S. He left.", 2),
        ("Made in the U.S. and sold.", 1),
        ("Acme Inc. He left.", 2),
        ("Ph.D. students wait.", 1),
        ('He said "Go." Then he left.', 2),
        ("“Go.” He left", 2),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert count_sentences(text) == count


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_bounded_on_nasty_text(text: str) -> None:
    for name, check in IFEVAL_FC_CHECKS.items():
        start = time.process_time()
        verdict = check(text, **ARGUMENTS[name])
        assert time.process_time() - start < PATIENCE, name
        assert 0 < len(verdict.reason) < 400, name


@given(st.text(st.characters(), max_size=200) | st.text("aB1.,?!*-\"'()[]<> \n", max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_text_raises(text: str) -> None:
    for name, check in IFEVAL_FC_CHECKS.items():
        assert check(text, **ARGUMENTS[name]).reason
