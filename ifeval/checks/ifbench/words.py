"""IFBench's `words:` group, first half: a rule that the letters or length of every word must keep."""

import re
import string
from collections import Counter
from itertools import pairwise

from ifeval.checks.ifbench.arguments import Whole
from ifeval.checks.ifbench.tokens import bare_words, without_punctuation
from ifeval.checks.text.counting import at_least, plural, shorten
from ifeval.records import CheckResult

PRIMES = frozenset((2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97))
"""The primes that a word length may be; upstream's list ends at 97."""

_CONSONANT_CLUSTER = re.compile(f"[{''.join(sorted(set(string.ascii_lowercase) - set('aeiou')))}]{{2}}")


def alphabet(text: str) -> CheckResult:
    """Each word starts with the letter after that of the word before; a follows z."""
    found = without_punctuation(text).split()
    if not found:
        return CheckResult(False, "no words")
    letter = found[0][0].lower()
    if letter not in string.ascii_lowercase:
        return CheckResult(False, f"the first word, '{shorten(found[0])}', does not start with a letter from a to z")
    for number, word in enumerate(found[1:], start=2):
        letter = chr((ord(letter) - ord("a") + 1) % 26 + ord("a"))
        if word.lower()[0] != letter:
            return CheckResult(False, f"word {number} is '{shorten(word)}', wanted one that starts with '{letter}'")
    return CheckResult(True, f"the {plural(len(found), 'word')} follow the alphabet")


def vowel(text: str) -> CheckResult:
    """One paragraph (no line break inside), with at most three of the vowels a, e, i, o, u."""
    lines = text.strip().count("\n") + 1
    if lines > 1:
        return CheckResult(False, f"{lines} lines, wanted one paragraph")
    used = sorted(set("aeiou") & set(text.lower()))
    return CheckResult(len(used) <= 3, f"{plural(len(used), 'vowel')} used ({' '.join(used)}), wanted at most 3")


def consonants(text: str) -> CheckResult:
    """Each word holds two consonants in a row; y is one."""
    for word in text.lower().split():
        if not _CONSONANT_CLUSTER.search(word):
            return CheckResult(False, f"'{shorten(word)}' has no two consonants together")
    return CheckResult(True, "every word has two consonants together")


def palindrome(text: str) -> CheckResult:
    """At least 10 words of 5 letters or more that read the same backwards; one may be repeated."""
    count = sum(len(word) >= 5 and word == word[::-1] for word in bare_words(text))
    return at_least(count, 10, "palindrome")


def prime_lengths(text: str) -> CheckResult:
    """The length of each word, punctuation aside, is a prime number."""
    for word in without_punctuation(text).split():
        if len(word) not in PRIMES:
            return CheckResult(False, f"'{shorten(word)}' has {plural(len(word), 'letter')}, wanted a prime number")
    return CheckResult(True, "the length of every word is a prime number")


def repeats(text: str, *, small_n: Whole) -> CheckResult:
    """No word occurs more than `small_n` times, whatever its case."""
    (word, count), *_ = Counter(bare_words(text)).most_common(1) or [("", 0)]
    wanted = f"wanted at most {small_n:g}"
    if count > small_n:
        return CheckResult(False, f"'{shorten(word)}' appears {plural(count, 'time')}, {wanted}")
    return CheckResult(True, f"no word appears more than {plural(count, 'time')}, {wanted}")


def no_consecutive(text: str) -> CheckResult:
    """No two neighbouring words start with the same letter."""
    for left, right in pairwise(bare_words(text)):
        if left[0] == right[0]:
            return CheckResult(False, f"'{shorten(left)}' and '{shorten(right)}' start with the same letter")
    return CheckResult(True, "no two neighbouring words start with the same letter")


def odd_even_syllables(text: str) -> CheckResult:
    """Words of an odd and of an even number of syllables take turns (syllapy's count, 0 for words with digits)."""
    import syllapy  # reads its dictionary when imported

    found = bare_words(text)
    counts = map(syllapy.count, found)
    for (left, right), (before, here) in zip(pairwise(found), pairwise(counts), strict=True):
        if before % 2 == here % 2:
            parity = "an odd" if here % 2 else "an even"
            return CheckResult(
                False, f"'{shorten(left)}' and '{shorten(right)}' both have {parity} number of syllables"
            )
    return CheckResult(True, "words of an odd and of an even number of syllables take turns")
