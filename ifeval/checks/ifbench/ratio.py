"""IFBench's `ratio:` group: one share of the text against another."""

from ifeval.checks.ifbench.arguments import Number
from ifeval.checks.ifbench.wordlists import STOP_WORDS
from ifeval.checks.text.counting import plural, words
from ifeval.checks.text.punkt import sentences
from ifeval.records import CheckResult

OVERLAP_TOLERANCE = 2
"""Percentage points that the trigram overlap may miss its target by."""


def stop_words(text: str, *, percentage: Number) -> CheckResult:
    """At most `percentage` % of the words are stop words; a reply without words fails."""
    found = words(text)
    if not found:
        return CheckResult(False, "no words")
    share = sum(word.lower() in STOP_WORDS for word in found) / len(found) * 100
    return CheckResult(share <= percentage, f"{share:.4g} % stop words, wanted at most {percentage:g} %")


def sentence_type(text: str) -> CheckResult:
    """Twice as many sentences that end in a period as in a question mark (none of either is in proportion too)."""
    periods, questions = (_ending_in(mark, text) for mark in ".?")
    return CheckResult(
        periods == 2 * questions,
        f"{plural(periods, 'sentence')} ending in a period and {plural(questions, 'question')}, wanted 2 to 1",
    )


def sentence_balance(text: str) -> CheckResult:
    """As many sentences that end in a period as in a question mark as in an exclamation mark."""
    counts = [_ending_in(mark, text) for mark in ".?!"]
    return CheckResult(
        len(set(counts)) == 1, "sentences ending in . ? !: {}, {} and {}, wanted as many of each".format(*counts)
    )


def sentence_words(text: str) -> CheckResult:
    """Three sentences of the same number of characters; upstream doesn't check that all words are different."""
    lengths = [len(sentence.strip()) for sentence in sentences(text)]
    if len(lengths) != 3:
        return CheckResult(False, f"{plural(len(lengths), 'sentence')}, wanted 3")
    ok = len(set(lengths)) == 1
    return CheckResult(ok, "sentences of {}, {} and {} characters, wanted the same".format(*lengths))


def overlap(text: str, *, reference_text: str, percentage: Number) -> CheckResult:
    """Of the reply's different trigrams, `percentage` % (give or take 2 points) occur in the reference text.

    Upstream's trigrams are of characters, not of words.
    """
    own = _trigrams(text)
    if not own:
        return CheckResult(False, "fewer than three characters, so no trigrams")
    share = len(own & _trigrams(reference_text)) / len(own) * 100
    ok = percentage - OVERLAP_TOLERANCE <= share <= percentage + OVERLAP_TOLERANCE
    return CheckResult(
        ok, f"{share:.4g} % of the trigrams are the reference's, wanted {percentage:g} % ± {OVERLAP_TOLERANCE}"
    )


def _ending_in(mark: str, text: str) -> int:
    return sum(sentence.endswith(mark) for sentence in sentences(text))


def _trigrams(text: str) -> set[tuple[str, str, str]]:
    return set(zip(text, text[1:], text[2:], strict=False))
