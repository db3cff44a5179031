"""What single checks of IFBench decide where neither the unit cases nor the sample replies look."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.checks.ifbench import count, custom, format, marks, placement, ratio, repeat, sentence, tables, words
from ifeval.checks.ifbench.tokens import to_ascii
from ifeval.checks.ifbench.verbs import start_verb
from ifeval.checks.text.treebank import tokens as treebank_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("I can't say; they'd rather wait.", ["I", "ca", "n't", "say", ";", "they", "'d", "rather", "wait", "."]),
        ('"Stop," she said. (Twice...)', ["``", "Stop", ",", "''", "she", "said", ".", "(", "Twice", "...", ")"]),
        ("It costs $3.88, or 3,36 euros.", ["It", "costs", "$", "3.88", ",", "or", "3,36", "euros", "."]),
        ("'Tis gonna rain, I cannot stay.", ["'T", "is", "gon", "na", "rain", ",", "I", "can", "not", "stay", "."]),
        ("a,,b -- John's ‘dog’", ["a", ",", ",b", "--", "John", "'s", "‘", "dog", "’"]),
        ("```x``", ["``", "`", "x", "``"]),
        ("", []),
    ],
)
def test_treebank_tokens(text: str, tokens: list[str]) -> None:
    assert treebank_tokens(text) == tokens


def test_to_ascii_drops_what_has_no_ascii_letter() -> None:
    assert to_ascii("Chișinău, Åland, 東京 \ud800!") == "Chisinau, Aland,  !"


def stairs_as_upstream_reads_them(text: str) -> bool:
    """The rule as published: blank lines are removed from the list that is being walked."""
    lines = text.split("\n")
    for line in lines:
        if not line.strip():
            lines.remove(line)
    indents = [len(line) - len(line.lstrip(" ")) for line in lines]
    return all(before < here for before, here in pairwise(indents))


@given(st.lists(st.sampled_from(["", " ", "  ", "\t", "a", " a", "  b", "   c", "    d"]), max_size=14))
def test_line_indent_keeps_the_blank_lines_that_upstream_keeps(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert format.line_indent(text).ok == stairs_as_upstream_reads_them(text)


def test_reasons_name_what_is_missing() -> None:
    keywords = {"keyword1": "nebula", "keyword2": "moon", "keyword3": "sun", "keyword4": "star", "keyword5": "sky"}
    verdict = count.keywords_multiple("Nebula moon moon sun sun sun" + " star" * 5 + " sky" * 6, **keywords)
    assert verdict.reason == "4 of 5 keywords as often as wanted: 'sky' 6 times, wanted 7"
    assert count.punctuation("Really?! Yes. No, no: well; fine!").reason == "missing beside the interrobang: ?"
    assert sentence.keyword("One. Two.", word="x", N=3.0).reason == "2 sentences, wanted 'x' in number 3"
    assert words.prime_lengths("To be four").reason == "'four' has 4 letters, wanted a prime number"
    assert format.options("perhaps", options="yes/no").reason == "'perhaps', wanted one of: yes/no"


@pytest.mark.parametrize(
    ("text", "ok"),
    [("The vibrant sea is vibrant now", True), ("The vibrant sea is vibrant now!", True), ("A vibrant.", False)],
)
def test_words_position_passes_over_one_final_mark(text: str, ok: bool) -> None:
    assert placement.words_position(text, keyword="vibrant").ok is ok


def test_words_position_with_too_few_words() -> None:
    assert not placement.words_position("vibrant.", keyword="vibrant").ok
    assert not placement.words_position(".", keyword="vibrant").ok


def test_repeat_span_counts_characters_as_upstream_does() -> None:
    assert repeat.repeat_span("walls", prompt_to_repeat="The walls are solid.", n_start=4, n_end=8).ok
    assert not repeat.repeat_span("The walls", prompt_to_repeat="The walls are solid.", n_start=0, n_end=1).ok


def test_overlap_is_of_characters() -> None:
    assert ratio.overlap("abcd", reference_text="abcx", percentage=50.0).ok


def test_malformed_csv_has_not_followed() -> None:
    assert not tables.csv_city("ID,Country\rCity").ok
    assert not tables.csv_city("a" * 140_000).ok
    header = '"StudentID"\t"Subject"\t"Grade"\t"Semester"\t"Score"'
    assert tables.csv_quotes("\n".join([header] * 4)).ok
    assert (
        tables.csv_quotes("\n".join([*[header] * 3, '"1"\t\t"3"\t"4"\t"5"'])).reason
        == "the field '' is not in double quotes"
    )


def test_dates_of_napoleons_life() -> None:
    assert custom.date_format_list("1769-08-15, 1821-05-05").ok
    assert not custom.date_format_list("1815-06-31").ok
    assert not custom.date_format_list("1822-01-01").ok


@pytest.mark.parametrize(
    ("text", "ok"), [("Hi 👋🏽! Bye ❤️.", True), ("Hi! 👋 Bye 1", False), ("©", True), ("🇫🇷", False)]
)
def test_emoji_are_those_of_the_emoji_package(text: str, ok: bool) -> None:
    assert marks.emoji(text).ok is ok


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("Consider the lily.", True),
        ("Don't panic.", True),
        ("Running late again.", True),
        ("Works by Bach.", True),
        ("Work is hard.", False),
        ("The end.", False),
        ("Bed and breakfast.", False),
        ("Can you?", False),
        ("Otherwise, go.", False),
        ("**Consider** this.", False),
        ("Modernizing it helps.", True),
        ("Planned in May, built in June.", True),
        ("Tried it.", True),
    ],
)
def test_start_verb(text: str, ok: bool) -> None:
    assert start_verb(text).ok is ok
