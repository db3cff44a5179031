"""Guards that hold for every reply, whatever was asked: against loops, words strung together, and padding.

Blank and cut replies, echoes and copies are handled by the tasks' own scorers. The limits come from oracles and decoys
(docs/rewards.md): the longest stretch of words in an oracle's prose is 21, that of a prompt's words strung together at least 63.
"""

import re
from typing import TYPE_CHECKING, Any

from ifeval.checks.guards import repetition

if TYPE_CHECKING:
    from ifeval.rewards.row import RewardRow

STRETCH = 60
"""Words in a row without the end of a sentence, line or clause, above which they are strung together: every fact of a
prompt "stands together" in such a stretch. Twice the oracle's longest stretch is always allowed."""

SHORT = 20
"""Replies with fewer words than this may repeat themselves."""

FREE = 60
"""A reply may have three times as many words as the oracle, and this many more."""

SLACK = 0.2
"""How much the share of repeated runs may exceed the oracle's."""

_WORD = re.compile(r"\w+")
_BREAK = re.compile(r"[.!?…:;|\n。！？]")


def guarded(answer: str, row: "RewardRow") -> tuple[float, str]:
    """The factor that the guards put on a reply's reward, from 0 to 1, and the reason for one below 1. Linear in time."""
    words = _WORD.findall(answer.casefold())
    share = repetition(words)
    if len(words) >= SHORT and share > row.repeats:
        return 0.0, f"{share:.0%} of the runs of four words are repeats"
    if (run := stretch(answer)) > row.stretch:
        return 0.0, f"{run} words in a row without the end of a sentence or line"
    if len(words) > row.longest:
        return row.longest / len(words), f"{len(words)} words, more than {row.longest}"
    return 1.0, ""


def stretch(text: str) -> int:
    """The largest number of words between two ends of sentences, lines or clauses."""
    return max(len(_WORD.findall(part)) for part in _BREAK.split(text))


def limits(oracle: str) -> dict[str, Any]:
    """The limits of a row whose right reply is `oracle`, by the names of `RewardRow`'s fields."""
    words = _WORD.findall(oracle.casefold())
    return {
        "longest": 3 * len(words) + FREE,
        "repeats": min(0.9, repetition(words) + SLACK),
        "stretch": max(STRETCH, 2 * stretch(oracle)),
    }
