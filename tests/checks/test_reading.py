"""One reading of a reply: what a word, a sentence, a paragraph, a list point is; and that no text takes long."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ifeval.checks.library import CHECKS
from ifeval.checks.text.reading import Reading, read
from ifeval.checks.text.words import spans_of

WORDS = [
    ("Don’t worry, it's fine", ["Don't", "worry", "it's", "fine"]),
    ("a well-known – and state‑of‑the‑art — lamp", ["a", "well-known", "and", "state-of-the-art", "lamp"]),
    ("the U.S. paid 3.14 or 1,000 at 10:30, e.g. AT&T", ["the", "U.S", "paid", "3.14", "or", "1,000", "at", "10:30", "e.g", "AT&T"]),
    ("ask info@example.com or www.example.com/a?b=c.", ["ask", "info@example.com", "or", "www.example.com/a?b=c"]),
    ("1. one\n- two\n* [ ] three 🙂", ["one", "two", "three"]),
    ("| a | b |\n|---|---|\n| c | d |", ["a", "b", "c", "d"]),
    ("**bold**_ly_ `code` [text](url) &amp; <b>tag</b>", ["boldly", "code", "text", "tag"]),
    ("rise.Tides fall", ["rise", "Tides", "fall"]),
]  # fmt: skip

SENTENCES = [
    (["Dr. Lee met J. K. Rowling at 6 a.m. on Jan. 5, e.g. Friday.", "She waved."]),
    (["He asked “Why?” and left…", "She stayed!"]),
    (["**It is bold.**", "*It is not.*"]),
    (["I live in the U.S.", "The tide is high.", "Take vitamin C.", "Rest."]),
    (["the tide rises.", "it falls, etc. and so on."]),
    (["Bring food, water, etc.", "We leave at six 🙂."]),
    (["潮は満ちる。", "月が決める。"]),
]

PARAGRAPHS = [
    ("one.\n\ntwo.", 2),
    ("one.\r\n\r\ntwo.", 2),
    ("one.\n\u200b\ntwo.", 2),
    ("# Title\n\none.\n\n---\n\ntwo.\n\n* * *", 2),
    ("Dear Sue,\n\none.\n\ntwo.\n\nBest,\nTom", 2),
    ("one:\n- a\n- b\n\n- c", 1),
    ("one.\n\n.\n\n🌊", 1),
    ("a b\n\nc d", 2),
]


@pytest.mark.parametrize(("text", "words"), WORDS, ids=[text for text, _ in WORDS])
def test_words(text: str, words: list[str]) -> None:
    assert read(text).words == words


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("今天天气很好", None, ["今天", "天气", "很", "好"]),
        ("潮は満ちて、月が海を引きます。", "ja", ["潮は", "満ちて", "月が", "海を", "引きます"]),
        ("เราไปเดินเล่น", "th", ["เรา", "ไป", "เดิน", "เล่น"]),
    ],
)
def test_scripts_without_spaces(text: str, language: str | None, words: list[str]) -> None:
    assert Reading(text, language).words == words
    assert CHECKS["length:least_words"](Reading(text, language), words=len(words)).ok


@pytest.mark.parametrize("sentences", SENTENCES, ids=lambda found: found[0])
def test_sentences(sentences: list[str]) -> None:
    plain = [sentence.replace("*", "").replace("“", '"').replace("”", '"') for sentence in sentences]
    assert read(" ".join(sentences)).sentences == plain


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Tides rise. Tides fall.\n\nMarta", 2),
        ("Tides rise. Tides fall. #tides #sea", 2),
        ("## Why?\n\nTides rise. Tides fall. 🌊", 2),
        ("<answer>\nTides rise. Tides fall.\n</answer>", 2),
        ("Tides rise. Tides fall\n\nP.S. Bring a boat.", 3),
        ("- tides rise\n- tides fall", 1),
        ("A. ⭐ B. 🌊 C. 😊", 1),
        ("*** !!! ...", 0),
    ],
)
def test_what_is_no_sentence(text: str, count: int) -> None:
    assert len(read(text).sentences) == count


@pytest.mark.parametrize(("text", "count"), PARAGRAPHS)
def test_paragraphs(text: str, count: int) -> None:
    assert len(read(text).paragraphs) == count


def test_lists_nest_by_indentation() -> None:
    reply = read("1.Rise\n  - twice\n2.Fall\n\n• a\n• b\n\n* * *\n\n> - c\n\n```\n- d\n```\n-")
    assert [item.number for item in reply.numbered] == [1, 2]
    assert [item.text for item in reply.bullets] == ["twice", "a", "b", "c"]
    assert reply.numbered[0].below[0].text == "twice"


def test_a_fence_around_everything_is_none() -> None:
    assert read("```markdown\n## One\n\n- a\n```").headings[0].text == "One"
    assert read("```python\n# One\n```").headings == []


def test_keywords_are_words_of_their_own() -> None:
    assert len(spans_of("moon", "Moon's full-moon, moons MOON moonlight")) == 3
    assert spans_of("rush hour", "the rush\nhour")
    assert spans_of("天气", "今天天气很好")
    assert not spans_of("c++", "c+")


HOSTILE = {
    "brackets": "[" * 100_000,
    "images": "![" * 50_000,
    "quotes": ">" * 100_000,
    "deep list": "\n".join(" " * depth + "- a" for depth in range(440)),
    "table": "a|b\n-|-\n" + "a|b\n" * 25_000,
    "stars": "*a **b " * 14_000,
    "angles": "<" * 100_000,
    "stops": ". " * 50_000,
    "abbreviations": "e.g. A. " * 12_000,
    "backticks": "".join("`" * (count % 300 + 1) + " " for count in range(600)),
    "fences": "```\n" * 25_000,
    "accents": "a" + "\u0301\u0316" * 50_000,
    "emoji": "👩‍👩‍👧" * 20_000,
    "japanese": "潮は満ちて" * 20_000,
    "surrogates": "\ud800 \udfff." * 20_000,
    "links": "[a](" * 25_000,
    "long": "a b. " * 100_000,
    "addresses": "a@" * 50_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    reply = Reading(text)
    for part in ("words", "sentences", "paragraphs", "lines", "bullets", "numbered", "numbers", "headings"):
        getattr(reply, part)
    assert time.process_time() - started < 20


@given(st.text("aB1.,?!*-_#>|`\"'()[]<& \n\t😀あ。", max_size=120))
@example("1a.あ?")  # initials go on after a full stop, but not in a script without spaces
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(text: str) -> None:
    reply = Reading(text)
    assert len(reply.sentences) <= len(reply.words)
    assert all(any(map(str.isalnum, word)) for word in reply.words)
    assert len(reply.paragraphs) <= 1 + text.count("\n")
