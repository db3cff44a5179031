"""No text, however odd or long, makes a check of IFBench raise or take long."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ifeval.checks.ifbench import IFBENCH_CHECKS

ARGUMENTS = {
    "count:conjunctions": {"small_n": 4.0},
    "count:keywords_multiple": {f"keyword{number}": word for number, word in enumerate("abcde", start=1)},
    "count:numbers": {"N": 3.0},
    "count:person_names": {"N": 2},
    "count:pronouns": {"N": 5.0},
    "count:unique_word_count": {"N": 3.0},
    "count:word_count_range": {"min_words": 1.0, "max_words": 5.0},
    "count:words_japanese": {"N": 2.0},
    "format:list": {"sep": "..."},
    "format:options": {"options": "yes/no/maybe"},
    "ratio:overlap": {"reference_text": "a b c, d e f.", "percentage": 10.0},
    "ratio:stop_words": {"percentage": 20.0},
    "repeat:repeat_change": {"prompt_to_repeat": "Say it again."},
    "repeat:repeat_span": {"prompt_to_repeat": "Say it again.", "n_start": 1, "n_end": 5},
    "sentence:increment": {"small_n": 1.0},
    "sentence:keyword": {"word": "a(b", "N": 1.0},
    "words:keywords_specific_position": {"keyword": "a", "n": 1, "m": 1},
    "words:repeats": {"small_n": 2.0},
    "words:words_position": {"keyword": "a"},
}
LONG = 300_000
"""Characters: what grows with the square of the text would take minutes."""

NASTY = {
    "empty": "",
    "NUL": "a\0b. \0",
    "lone surrogates": "\ud800 \udfff. \ud83d!",
    "only marks": "... !? ;: \"' () [] {}",
    "carriage returns": "a\rb\r\nc",
    "brackets": "([{" * 33_000 + "}])" * 33_000,
    "one letter": "a" * LONG,
    "newlines": "\n" * LONG,
    "spaces after a period": "A." + " " * 300_000 + "b",
    "quotes": "\"' " * 66_000,
    "blank lines": "a\n \n\n" * 40_000,
    "combining marks": "Zimbabwe" + "\u0301\u0316" * 50_000,
    "a quoted field": "ProductID,Category,Brand,Price,Stock\n" + '"' * 60_000 + "a,b,c,d" + "\n1,2,3,4,5" * 13,
    "Question, newlines": "Question" + "\n" * 200_000 + "Question 1" * 3,
}
PATIENCE = 5.0
"""Seconds one check may take on one text: a guard against hanging, far above what any needs."""


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_bounded_on_nasty_text(text: str) -> None:
    for name, check in IFBENCH_CHECKS.items():
        start = time.process_time()
        verdict = check(text, **ARGUMENTS.get(name, {}))
        assert time.process_time() - start < PATIENCE, name
        assert verdict.reason, name
        assert len(verdict.reason) < 400, name


@given(st.text(st.characters(), max_size=200) | st.text("aB1.,?!*-\"'()[] \n\t\r😀あ", max_size=200))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_raises(text: str) -> None:
    for name, check in IFBENCH_CHECKS.items():
        assert check(text, **ARGUMENTS.get(name, {})).reason
