"""How long the reply is in words, and how often a word may come."""

from collections import Counter
from math import ceil
from random import Random

from ifeval.checks.ifbench.arguments import Number, Whole
from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.library.builds import (
    bound,
    build_least_words,
    build_relation,
    count_words,
    until,
)
from ifeval.checks.library.draft import Material, bare_words
from ifeval.checks.library.instruction import InstructionType, Stage
from ifeval.checks.text.counting import Relation, at_least, at_most, compare, plural, quoted
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult


def room(material: Material, rng: Random) -> int:
    """A round number of words that leaves some room above the shortest reply."""
    return 10 * ceil(rng.uniform(1.4, 2.2) * count_words(" ".join(material.least())) / 10)


def demand(material: Material, rng: Random) -> int:
    """A round number of words that the shortest reply does not reach and a full one does."""
    least = count_words(" ".join(material.least()))
    everything = sum(count_words(point.sentences[0]) for point in material.points)
    return 5 * ceil(rng.uniform(least + 5, max(least + 15, everything)) / 5)


def _most_repeated(material: Material) -> int:
    return max(3, *Counter(bare_words(" ".join(material.least()))).values())


def most_words(reply: Reading, *, words: Count) -> CheckResult:
    """At most the given number of words; "don't" and "well-known" are one each, list marks, dashes and emoji don't count."""
    return at_most(len(reply.words), words, "word")


def least_words(reply: Reading, *, words: Count) -> CheckResult:
    """At least the given number of words; "don't" and "well-known" are one each, list marks, dashes and emoji don't count."""
    return at_least(len(reply.words), words, "word")


def number_words(reply: Reading, *, num_words: Count, relation: Relation) -> CheckResult:
    """Fewer than, or at least, the given number of words; "don't" and "well-known" are one each."""
    return compare(len(reply.words), relation, num_words, "word")


def word_range(reply: Reading, *, min_words: Number, max_words: Number) -> CheckResult:
    """Words within the two given numbers, both included; "don't" and "well-known" are one each."""
    count = len(reply.words)
    return CheckResult(
        min_words <= count <= max_words, f"{plural(count, 'word')}, wanted {min_words:g} to {max_words:g}"
    )


def different_words(reply: Reading, *, N: Whole) -> CheckResult:
    """At least the given number of different words, ignoring case and the marks around them."""
    return at_least(len(set(reply.folded)), int(N), "different word")


def repeats(reply: Reading, *, small_n: Whole) -> CheckResult:
    """No word occurs more often than the given number of times, ignoring case and the marks around it."""
    (word, count), *_ = Counter(reply.folded).most_common(1) or [("", 0)]
    if not count:
        return CheckResult(False, "no words")
    return CheckResult(
        count <= small_n, f"{quoted(word)} appears {plural(count, 'time')}, wanted no word more than {small_n:g} times"
    )


LENGTH = (
    InstructionType(
        id="length:most_words",
        group="length",
        difficulty="easy",
        order=("Use at most {words} words.", "Write no more than {words} words."),
        requirement=("The reply must have at most {words} words.", "The reply must have no more than {words} words."),
        note=("at most {words} words", "no more than {words} words"),
        sample=lambda rng, material: {"words": room(material, rng)},
        build=lambda draft, arguments: None,
        check=most_words,
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="length:least_words",
        group="length",
        difficulty="easy",
        order=("Use at least {words} words.", "Write {words} or more words."),
        requirement=("The reply must have at least {words} words.", "The reply must have {words} or more words."),
        note=("at least {words} words", "{words} or more words"),
        sample=lambda rng, material: {"words": demand(material, rng)},
        build=build_least_words,
        check=least_words,
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="length_constraints:number_words",
        group="length",
        order=("Write {bound} {num_words} words.", "Use {bound} {num_words} words."),
        requirement=(
            "The reply must have {bound} {num_words} words.",
            "There must be {bound} {num_words} words.",
        ),
        note=("{bound} {num_words} words", "length: {bound} {num_words} words"),
        spoken=lambda arguments: {"bound": bound(arguments)},
        sample=lambda rng, material: (
            {"num_words": demand(material, rng), "relation": "at least"}
            if rng.random() < 0.5
            else {"num_words": room(material, rng), "relation": "less than"}
        ),
        build=build_relation(count_words, "num_words"),
        check=number_words,
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="count:word_count_range",
        group="length",
        difficulty="hard",
        order=(
            "Write between {min_words} and {max_words} words.",
            "Use no fewer than {min_words} and no more than {max_words} words.",
        ),
        requirement=(
            "The reply must have between {min_words} and {max_words} words.",
            "The length must be {min_words} to {max_words} words.",
        ),
        note=("{min_words} to {max_words} words", "between {min_words} and {max_words} words"),
        sample=lambda rng, material: (lambda low: {"min_words": low, "max_words": low + 20})(demand(material, rng)),
        build=until(count_words, "min_words"),
        check=word_range,
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="count:unique_word_count",
        group="length",
        order=("Use at least {N} different words.", "Use {N} or more different words."),
        requirement=(
            "The reply must contain at least {N} different words.",
            "There must be {N} or more different words.",
        ),
        note=("at least {N} different words", "{N} or more different words"),
        sample=lambda rng, material: {"N": 5 * (demand(material, rng) // 7)},
        build=until(lambda text: len({word.strip(".,!?;:()[]{}*\"'#<>|-") for word in text.lower().split()}), "N"),
        check=different_words,
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="words:repeats",
        group="length",
        difficulty="hard",
        excludes=frozenset(
            {"keywords:frequency", "keywords:letter_frequency", "format:parentheses", "sentence", "layout:template"}
        ),
        order=(
            "Do not use any word more than {small_n} times.",
            "Use each word at most {small_n} times, however common.",
        ),
        requirement=(
            "No word may appear more than {small_n} times.",
            "Each word, however common, may appear at most {small_n} times.",
        ),
        note=("no word more than {small_n} times", "each word at most {small_n} times"),
        sample=lambda rng, material: {"small_n": _most_repeated(material)},
        build=lambda draft, arguments: None,
        check=repeats,
        stage=Stage.LENGTH,
    ),
)
