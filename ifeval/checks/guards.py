"""Replies that satisfy a format by accident: the blank, the echo, the stub and the cut one.

A base model that echoes its prompt passes title, keyword and no-comma checks; a three-word reply passes "no comma".
Tasks written for this harness therefore ask `guard` first: a reply it catches follows no instruction. The ports of
published benchmarks don't, since their scorers don't.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ifeval.checks.text.counting import plural
from ifeval.checks.text.marks import normalised
from ifeval.checks.text.words import words_of
from ifeval.records import CheckResult, Score

SHINGLE = 3
"""Words in a row that must match before a stretch of the reply counts as copied from the prompt."""

NEW_WORDS = 10
"""Words that a reply which begins with the whole prompt may add and still be an echo."""

ECHO_SHARE = 0.8
"""A reply with at least this share of its stretches copied from the prompt is an echo."""

JUMBLED_WORDS = 4
"""A jumble has at least so many words; the order of fewer says nothing."""

JUMBLED_SHARE = 0.25
"""In a jumble fewer than this share of the pairs of neighbours are neighbours in the prompt."""

_WORD = re.compile(r"\w+")


def guard(answer: str, prompt: str, *, truncated: bool = False, min_words: int = 5) -> CheckResult | None:
    """The verdict that fails a whole reply, or None for a reply that deserves to be checked.

    `answer` is blank, was `truncated` at max_tokens, has fewer than `min_words` words (`ifeval.checks.text.words`),
    or repeats the user's `prompt`: see `is_echo`. Linear in the length of both texts.
    """
    if not answer.strip():
        return CheckResult(False, "the reply is empty", failure="empty")
    if truncated:
        return CheckResult(False, "the reply was cut at the token limit or in a loop", failure="truncated")
    if is_echo(answer, prompt):
        return CheckResult(False, "the reply repeats the prompt and adds next to nothing", failure="echo")
    if len(answer.split(maxsplit=min_words)) < min_words:
        words = len(words_of(normalised(answer)))  # not every script has spaces
        if words < min_words:
            reason = f"{plural(words, 'word')}, wanted a reply of at least {min_words}"
            return CheckResult(False, reason, failure="too_short")
    return None


def failed(caught: CheckResult, names: Sequence[str]) -> Score:
    """The score of a reply that `guard` caught: every instruction of `names` failed, for that reason, loosely too.

    Metrics and counts are those of `ifeval.checks.verify.verify`.
    """
    return Score(
        checks=tuple(replace(caught, name=name) for name in names),
        metrics={"prompt_strict": 0.0, "prompt_loose": 0.0},
        counts={"instruction_strict": (0, len(names)), "instruction_loose": (0, len(names))},
        loose=(False,) * len(names),
    )


def is_echo(answer: str, prompt: str) -> bool:
    """Whether `answer` is little more than `prompt`; case, spacing and punctuation don't matter.

    True when the reply is a piece of the prompt, begins with all of it and adds `NEW_WORDS` at most, or when at least `ECHO_SHARE` of its runs of
    `SHINGLE` words occur in the prompt.
    """
    said = _WORD.findall(answer.casefold())
    asked = _WORD.findall(prompt.casefold())
    if not said or not asked:
        return False
    if f" {' '.join(said)} " in f" {' '.join(asked)} " or (
        said[: len(asked)] == asked and len(said) <= len(asked) + NEW_WORDS
    ):
        return True
    return _shared(said, asked) >= ECHO_SHARE


def is_jumble(answer: str, prompt: str) -> bool:
    """Whether `answer` is words of `prompt` in no order; case, spacing and punctuation don't matter.

    A sentence that is made of the prompt's words keeps some of them together, such as "the repair costs" or "is in".
    """
    said = _WORD.findall(answer.casefold())
    asked = _WORD.findall(prompt.casefold())
    if len(said) < JUMBLED_WORDS or not set(said) <= set(asked):
        return False
    there = set(pairwise(asked))
    return sum(pair in there for pair in pairwise(said)) < JUMBLED_SHARE * (len(said) - 1)


def copied(answer: str, text: str) -> float:
    """The share of the runs of `SHINGLE` words of `answer` that occur in `text`, 0 to 1; 0 for an answer without any."""
    return _shared(_WORD.findall(answer.casefold()), _WORD.findall(text.casefold()))


def _shared(said: list[str], asked: list[str]) -> float:
    there, runs = set(_shingles(asked)), _shingles(said)
    return sum(run in there for run in runs) / len(runs) if runs else 0.0


def repetition(words: Sequence[str]) -> float:
    """Share of the runs of four words that occurred before, 0 to 1; 0 for fewer than four words."""
    runs = [tuple(words[start : start + 4]) for start in range(len(words) - 3)]
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def _shingles(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)]
