"""What no reply earns anything by, whatever it was asked: loops, words strung together, and length for its own sake.

Blank and cut replies, echoes and copies are the business of the tasks' own scorers. The limits are measured on oracles
and decoys (docs/rewards.md): an oracle's longest stretch has 21 words, that of a prompt's words strung together 63.
"""

import re
from typing import TYPE_CHECKING

from ifeval.checks.guards import repetition

if TYPE_CHECKING:
    from ifeval.rewards.row import RewardRow

STRETCH = 60
"""Words without an end of a sentence, a line or a clause that nobody writes; facts "stand together" in such a stretch."""

SHORT = 20
"""Runs of four words in fewer words than these may repeat."""

FREE = 60
"""Words that a reply may have more than three times its oracle's."""

SLACK = 0.2
"""The share of repeated runs that a reply may have more than its oracle."""

_WORD = re.compile(r"\w+")
_BREAK = re.compile(r"[.!?…:;|\n。！？]")


def guarded(answer: str, row: "RewardRow") -> tuple[float, str]:
    """What a reply's reward is multiplied by, from 0 to 1, and why it is less than 1. Linear in the reply's length."""
    words = _WORD.findall(answer.casefold())
    share = repetition(words)
    if len(words) >= SHORT and share > row.repeats:
        return 0.0, f"{share:.0%} of the runs of four words are repeats"
    if stretch(answer) > STRETCH:
        return 0.0, f"a stretch of {stretch(answer)} words without an end"
    if len(words) > row.longest:
        return row.longest / len(words), f"{len(words)} words, more than {row.longest}"
    return 1.0, ""


def stretch(text: str) -> int:
    """The most words between two ends of sentences, lines or clauses."""
    return max(len(_WORD.findall(part)) for part in _BREAK.split(text))


def limits(oracle: str) -> tuple[int, float]:
    """`longest` and `repeats` of a row whose right reply is `oracle`."""
    words = _WORD.findall(oracle.casefold())
    return 3 * len(words) + FREE, min(0.9, repetition(words) + SLACK)
