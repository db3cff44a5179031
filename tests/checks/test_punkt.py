"""Sentences and capital words against what nltk 3.9.2 makes of the same text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.checks.text.punkt import sentences
from ifeval.checks.text.treebank import capital_words

NLTK_SENTENCES = [
    ["Dr. Smith met J. S. Bach at 5 p.m. on Jan. 3.", "He left."],
    ["Wait... what?", "No!!", "Yes."],
    ['(He said "Go.")', "Then he left."],
    ["See No.", "5.", "It is 3.5 long.", "e.g.", "this one."],
    ["U.S. troops left the U.S.", "They went home."],
    ["Mr.\nSmith.", "A\n\nB. c"],
    ["Item 1.", "Apples\nItem 2.", "Pears"],
    ["Ph.D. students.", "And so on.", "Next one."],
    ['"Stop!"', "she cried.", "'No.'", "He ran."],
]

NLTK_CAPITAL_WORDS = {
    "JOHN'S CANNOT": 4,
    "'TIS U.S. NATO.": 4,
    "WELL-KNOWN I am": 2,
    "WE'LL, I'M DON'T GONNA": 8,
    "A:B A,,B A,5B": 5,
    '("HELLO")A--B...C': 4,
    "Don't STOP'": 1,
    "O'BRIEN AT&T #TAG 'N'": 5,
    "The 'Tis": 1,
    "": 0,
}


@pytest.mark.parametrize("expected", NLTK_SENTENCES, ids=lambda expected: expected[0])
def test_sentences_are_nltks(expected: list[str]) -> None:
    assert list(sentences(" ".join(expected))) == expected


def test_punctuation_in_a_row() -> None:
    assert sentences("end.'next' !!! ?") == ("end.", "'next' !", "!!", "?")
    assert sentences("   leading. Space ") == ("   leading.", "Space")
    assert sentences("") == sentences(" \n ") == ()


@pytest.mark.parametrize("text", NLTK_CAPITAL_WORDS)
def test_capital_words_are_nltks(text: str) -> None:
    assert capital_words(text) == NLTK_CAPITAL_WORDS[text]


@given(st.text(st.sampled_from(list("aA.!? \n'\")-,5\xa0\ud800")), max_size=60))
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize("unit", [".", "!", ". ", ".\xa0", "e.g. ", "'.", "1.", "-", "Mr.\n"])
def test_hostile_text_takes_linear_time(unit: str) -> None:
    started = time.process_time()
    sentences(unit * (30_000 // len(unit)))
    assert time.process_time() - started < 20
