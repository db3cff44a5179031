"""IFBench's `sentence:` group: what a sentence owes to its place, or to the one before it."""

import re
from itertools import pairwise

from ifeval.checks.ifbench.arguments import Position, Whole, Word
from ifeval.checks.ifbench.tokens import EDGES, without_punctuation
from ifeval.checks.text.counting import plural, shorten
from ifeval.checks.text.punkt import sentences
from ifeval.records import CheckResult


def alliteration_increment(text: str) -> CheckResult:
    """Each sentence has more alliterative words (neighbours that start with the same letter) than the one before."""
    counts = [_alliterative_words(sentence) for sentence in sentences(text)]
    for number, (before, here) in enumerate(pairwise(counts), start=2):
        if here <= before:
            return CheckResult(
                False, f"sentence {number} has {plural(here, 'alliterative word')} after {before}, wanted more"
            )
    return CheckResult(True, f"alliterative words grow from sentence to sentence: {_series(counts)}")


def increment(text: str, *, small_n: Whole) -> CheckResult:
    """Each sentence has exactly `small_n` more words than the one before."""
    counts = [len(without_punctuation(sentence).split()) for sentence in sentences(text)]
    if not counts:
        return CheckResult(False, "no sentence")
    for number, (before, here) in enumerate(pairwise(counts), start=2):
        if here != before + small_n:
            wanted = before + int(small_n)
            return CheckResult(
                False, f"sentence {number} has {plural(here, 'word')}, wanted {wanted} ({small_n:g} more)"
            )
    return CheckResult(
        True, f"each sentence has {plural(int(small_n), 'word')} more than the one before: {_series(counts)}"
    )


def keyword(text: str, *, word: Word, N: Position) -> CheckResult:
    """Sentence number `N` holds `word` as a whole word, in any case."""
    found, place = sentences(text), int(N)
    if len(found) < place:
        return CheckResult(False, f"{plural(len(found), 'sentence')}, wanted '{shorten(word)}' in number {place}")
    ok = re.search(rf"\b{re.escape(word)}\b", found[place - 1], re.IGNORECASE) is not None
    return CheckResult(
        ok, f"sentence {place} {'holds' if ok else 'lacks'} '{shorten(word)}': {shorten(found[place - 1])}"
    )


def _alliterative_words(sentence: str) -> int:
    """How many words share their first letter with a neighbour."""
    initials = [bare[0] for word in sentence.lower().split() if (bare := word.lstrip(EDGES))]
    count, joined = 0, False
    for left, right in pairwise(initials):
        if left == right:
            count += 1 if joined else 2
        joined = left == right
    return count


def _series(counts: list[int]) -> str:
    return shorten(", ".join(map(str, counts)))
