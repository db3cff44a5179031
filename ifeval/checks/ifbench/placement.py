"""IFBench's `words:` group, second half: which word is where."""

import string
from itertools import pairwise

from ifeval.checks.ifbench.arguments import Position, Word
from ifeval.checks.ifbench.tokens import EDGES, treebank_words
from ifeval.checks.text.counting import plural, shorten
from ifeval.checks.text.punkt import sentences
from ifeval.checks.text.treebank import tokens as treebank_tokens
from ifeval.records import CheckResult


def last_first(text: str) -> CheckResult:
    """The last word of each sentence is the first of the next, in any case."""
    for number, (left, right) in enumerate(pairwise(sentences(text)), start=2):
        before, after = left.rstrip(EDGES).split()[-1:], right.lstrip(EDGES).split(maxsplit=1)[:1]
        if not before or not after:
            return CheckResult(False, f"sentence {number} or the one before it has no word")
        if before[0].lower() != after[0].lower():
            return CheckResult(
                False, f"sentence {number} starts with '{shorten(after[0])}', wanted '{shorten(before[0])}' again"
            )
    return CheckResult(True, "each sentence starts with the last word of the one before")


def paragraph_last_first(text: str) -> CheckResult:
    """Each line that has words ends with the word it starts with, in any case."""
    for line in text.split("\n"):
        found = line.strip().lower().strip(EDGES).split()
        if found and found[0] != found[-1]:
            return CheckResult(
                False, f"a paragraph starts with '{shorten(found[0])}' and ends with '{shorten(found[-1])}'"
            )
    return CheckResult(True, "each paragraph ends with the word it starts with")


def keywords_specific_position(text: str, *, keyword: Word, n: Position, m: Position) -> CheckResult:
    """Word `m` of sentence `n` is `keyword`, in any case; punctuation marks are not words, clitics are."""
    wanted, sentence, place = keyword.strip(), int(n), int(m)
    found = sentences(text)
    if len(found) < sentence:
        return CheckResult(False, f"{plural(len(found), 'sentence')}, wanted '{shorten(wanted)}' in number {sentence}")
    tokens = treebank_words(found[sentence - 1])
    if len(tokens) < place:
        return CheckResult(False, f"sentence {sentence} has {plural(len(tokens), 'word')}, wanted at least {place}")
    word = tokens[place - 1]
    ok = word.lower() == wanted.lower()
    wish = "as wanted" if ok else f"wanted '{shorten(wanted)}'"
    return CheckResult(ok, f"word {place} of sentence {sentence} is '{shorten(word)}', {wish}")


def words_position(text: str, *, keyword: Word) -> CheckResult:
    """The second token and the second to last are `keyword`, in any case; one mark at the very end doesn't count."""
    wanted, tokens = keyword.strip(), treebank_tokens(text)
    if tokens and tokens[-1] in string.punctuation:
        tokens.pop()
    if len(tokens) < 2:
        return CheckResult(False, f"no second word, wanted '{shorten(wanted)}'")
    second, second_to_last = tokens[1], tokens[-2]
    ok = second.lower() == second_to_last.lower() == wanted.lower()
    wish = "as wanted" if ok else f"wanted '{shorten(wanted)}' twice"
    return CheckResult(
        ok, f"the second and the second to last word are '{shorten(second)}' and '{shorten(second_to_last)}', {wish}"
    )
