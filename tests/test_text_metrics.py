"""Exact match and ROUGE against the reference scorer's stored numbers, and their laws."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.tasks.superni.porter import stem
from ifeval.tasks.superni.rouge import exact_match, longest_common_subsequence, normalise, rouge_l
from ifeval.util.jsonio import read_jsonl

WORDS = st.lists(st.sampled_from("abcd"), max_size=12)


def test_every_golden_row_is_reproduced(golden):
    rows = list(read_jsonl(golden / "superni" / "golden_rouge_em.jsonl"))
    assert len(rows) == 1759
    for row in rows:
        prediction, references = row["prediction"], row["references"]
        assert exact_match(prediction, references) is row["exact_match"], row
        assert rouge_l(prediction, references) == pytest.approx(row["rougeL"], abs=5e-5), row


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("caresses", "caress"), ("ponies", "poni"), ("flies", "fli"), ("dies", "die"), ("cats", "cat"),
        ("agreed", "agre"), ("feed", "feed"), ("plastered", "plaster"), ("sing", "sing"), ("conflated", "conflat"),
        ("hopping", "hop"), ("falling", "fall"), ("filing", "file"), ("happy", "happi"), ("enjoy", "enjoy"),
        ("relational", "relat"), ("vietnamization", "vietnam"), ("hopefulness", "hope"), ("electrical", "electr"),
        ("adoption", "adopt"), ("controlling", "control"), ("rate", "rate"), ("skies", "sky"), ("dying", "die"),
        ("tied", "tie"), ("geology", "geolog"), ("be", "be"), ("abc123", "abc123"),
    ],
)  # fmt: skip
def test_stems(word, expected):
    assert stem(word) == expected


def test_normalisation_keeps_articles_and_other_scripts():
    assert normalise("  The  Cat's\tout! ") == "the cats out"
    assert normalise("«Été»") == "«été»"


def test_the_best_reference_counts():
    assert rouge_l("red car", ["a blue boat", "the red car"]) == pytest.approx(0.8)
    assert exact_match("Yes.", ["no", "yes"])


def test_nothing_in_common_with_nothing():
    assert rouge_l("", ["x"]) == rouge_l("x", [""]) == rouge_l("x", []) == 0.0


@given(WORDS, WORDS)
def test_longest_common_subsequence_equals_the_textbook_table(first, second):
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, a in enumerate(first, start=1):
        for j, b in enumerate(second, start=1):
            table[i][j] = table[i - 1][j - 1] + 1 if a == b else max(table[i - 1][j], table[i][j - 1])
    assert longest_common_subsequence(first, second) == table[-1][-1]


@settings(max_examples=30)
@given(st.text(max_size=60), st.text(max_size=60))
def test_scores_are_symmetric_and_bounded(first, second):
    assert 0.0 <= rouge_l(first, [second]) <= 1.0
    assert rouge_l(first, [second]) == rouge_l(second, [first])


def test_a_megabyte_of_reply_is_scored():
    assert 0 < rouge_l("word " * 200_000, ["a word or two " * 20]) < 0.01
