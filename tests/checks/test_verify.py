"""Strict and loose, errors, and patterns that would never end."""

import time

import pytest

from ifeval.checks import CHECKS
from ifeval.checks.text import patterns
from ifeval.checks.verify import TIMEOUT, by_instruction, loose_variants, verify
from ifeval.records import CheckResult

NO_COMMA = ("punctuation:no_comma", {})
QUOTED = ("startend:quotation", {})


def test_the_eight_variants() -> None:
    assert loose_variants("Sure, *ok*\n a, b \nBye") == (
        "Sure, *ok*\n a, b \nBye",
        "a, b \nBye",
        "Sure, *ok*\n a, b",
        "a, b",
        "Sure, ok\n a, b \nBye",
        "a, b \nBye",
        "Sure, ok\n a, b",
        "a, b",
    )


def test_loose_forgives_an_introduction() -> None:
    score = verify('Sure, here:\n"Some text"', [NO_COMMA, QUOTED], CHECKS)
    assert score.strict == (False, False)
    assert score.loose == (True, True)
    assert score.metrics == {"prompt_strict": 0.0, "prompt_loose": 1.0}
    assert score.counts == {"instruction_strict": (0, 2), "instruction_loose": (2, 2)}
    assert [verdict.name for verdict in score.checks] == ["punctuation:no_comma", "startend:quotation"]
    assert by_instruction([score, score])["punctuation:no_comma"] == {"count": 2, "strict": 0.0, "loose": 1.0}


@pytest.mark.parametrize("reply", ["", " \n\t"])
def test_a_blank_reply_follows_nothing(reply: str) -> None:
    score = verify(reply, [NO_COMMA], CHECKS)
    assert score.strict == score.loose == (False,)
    assert score.checks[0].reason == "the reply is empty"


def test_a_checker_that_raises_is_not_taken_for_a_verdict() -> None:
    def broken(text: str) -> CheckResult:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        verify("text", [("x:broken", {})], {"x:broken": broken})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("keywords:forbidden_words", {"forbidden_words": ["(a|aa)+$"]}),
        ("keywords:frequency", {"keyword": "(a+)+$", "frequency": 1, "relation": "less than"}),
    ],
)
def test_a_catastrophic_keyword_is_stopped(name: str, arguments: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "TIME_LIMIT", 0.25)
    started = time.process_time()
    score = verify("a" * 5_000 + "!\nb\nc", [(name, arguments)], CHECKS)
    assert time.process_time() - started < 5
    assert score.strict == score.loose == (False,)
    assert score.checks[0].failure == TIMEOUT
    assert "took longer than 0.25 s" in score.checks[0].reason


def test_keywords_are_regular_expressions_as_upstream_has_them() -> None:
    assert CHECKS["keywords:existence"]("colour", keywords=["colou?r"]).ok
    assert CHECKS["keywords:frequency"]("a1 a2", keyword=r"a\d", frequency=2, relation="at least").ok
