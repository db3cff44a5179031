"""IFBench's `count:` group: how many words, names, numbers, pronouns or marks a reply holds."""

import re

from ifeval.checks.ifbench.arguments import Number, Position, Whole, Word
from ifeval.checks.ifbench.tokens import EDGES, without_punctuation
from ifeval.checks.ifbench.wordlists import NAMES, PRONOUNS
from ifeval.checks.text.counting import at_least, count_words, exactly, plural, shorten
from ifeval.checks.text.treebank import tokens as treebank_tokens
from ifeval.records import CheckResult

CONJUNCTIONS = frozenset(("and", "but", "for", "nor", "or", "so", "yet"))

MARKS = ".,!?;:"
INTERROBANGS = ("?!", "!?", "‽")

_NAME = re.compile(rf"\b(?:{'|'.join(NAMES)})\b")
_NUMBER = re.compile(r"\d+")
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_TIMES_WANTED = (1, 2, 3, 5, 7)


def word_count_range(text: str, *, min_words: Number, max_words: Number) -> CheckResult:
    """From `min_words` to `max_words` words, both included."""
    count = count_words(text)
    return CheckResult(
        min_words <= count <= max_words, f"{plural(count, 'word')}, wanted {min_words:g} to {max_words:g}"
    )


def unique_word_count(text: str, *, N: Whole) -> CheckResult:
    """At least `N` different words, whatever their case; a lone punctuation mark counts as one (upstream's rule)."""
    return at_least(len({word.strip(EDGES) for word in text.lower().split()}), int(N), "different word")


def conjunctions(text: str, *, small_n: Whole) -> CheckResult:
    """At least `small_n` different coordinating conjunctions; "and", "And" and "and," count as three upstream."""
    found = {word for word in text.split() if word.strip(EDGES).lower() in CONJUNCTIONS}
    return _with_list(at_least(len(found), int(small_n), "coordinating conjunction"), found)


def person_names(text: str, *, N: Whole) -> CheckResult:
    """At least `N` different names of `NAMES`, spelled with the capital."""
    found = set(_NAME.findall(text))
    return _with_list(at_least(len(found), int(N), "different listed name"), found)


def numbers(text: str, *, N: Whole) -> CheckResult:
    """Exactly `N` runs of digits once punctuation is gone, so that 3.14 and 100,000 are one number each."""
    return exactly(len(_NUMBER.findall(without_punctuation(text))), int(N), "number")


def pronouns(text: str, *, N: Whole) -> CheckResult:
    """At least `N` pronouns; "she/her" is two."""
    tokens = treebank_tokens(text.lower().replace("/", " "))
    return at_least(sum(token in PRONOUNS for token in tokens), int(N), "pronoun")


def punctuation(text: str) -> CheckResult:
    """Each of . , ! ? ; : and an interrobang besides (its own two marks don't count for the rest)."""
    if not any(mark in text for mark in INTERROBANGS):
        return CheckResult(False, "no interrobang (?!, !? or ‽)")
    pair = "?!" if "?!" in text else "!?"
    rest = text.replace(pair, "", 1)
    missing = [mark for mark in MARKS if mark not in rest]
    if missing:
        return CheckResult(False, f"missing beside the interrobang: {' '.join(missing)}")
    return CheckResult(True, "every punctuation mark is there, and an interrobang")


def words_japanese(text: str, *, N: Position) -> CheckResult:
    """Every `N`th word holds Hiragana, Katakana or Kanji; numbers and lone punctuation marks may stand there too."""
    step = int(N)
    for place, word in enumerate(text.split()[step - 1 :: step], start=1):
        bare = word.strip(EDGES)
        if bare and not bare.isdigit() and not _JAPANESE.search(bare):
            return CheckResult(False, f"word {place * step} is '{shorten(word)}', not Japanese")
    return CheckResult(True, f"every word whose place is a multiple of {step} is Japanese, or a number or mark")


def keywords_multiple(
    text: str, *, keyword1: Word, keyword2: Word, keyword3: Word, keyword4: Word, keyword5: Word
) -> CheckResult:
    """The five keywords 1, 2, 3, 5 and 7 times, no more and no less, in any case and also inside longer words."""
    wrong, lower = [], text.lower()
    for keyword, wanted in zip((keyword1, keyword2, keyword3, keyword4, keyword5), _TIMES_WANTED, strict=True):
        count = lower.count(keyword.strip().lower())
        if count != wanted:
            wrong.append(f"'{shorten(keyword)}' {plural(count, 'time')}, wanted {wanted}")
    if wrong:
        return CheckResult(False, f"{5 - len(wrong)} of 5 keywords as often as wanted: {'; '.join(wrong)}")
    return CheckResult(True, "all 5 keywords as often as wanted")


def _with_list(verdict: CheckResult, found: set[str]) -> CheckResult:
    return CheckResult(
        verdict.ok, f"{verdict.reason}: {shorten(', '.join(sorted(found)))}" if found else verdict.reason
    )
