"""How many sentences the reply has."""

from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.library.builds import (
    bound,
    build_exact_sentences,
    build_least_sentences,
    build_relation,
    count_sentences,
)
from ifeval.checks.library.instruction import ALONE, InstructionType, Stage
from ifeval.checks.text.counting import Relation, at_least, at_most, compare, exactly, plural
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult


def most_sentences(reply: Reading, *, sentences: Count) -> CheckResult:
    """At most the given number of sentences; each ends with a stop; signatures, headings and hashtags don't count."""
    return at_most(len(reply.sentences), sentences, "sentence")


def least_sentences(reply: Reading, *, sentences: Count) -> CheckResult:
    """At least the given number of sentences; each ends with a stop; signatures, headings and hashtags don't count."""
    return at_least(len(reply.sentences), sentences, "sentence")


def number_sentences(reply: Reading, *, num_sentences: Count, relation: Relation) -> CheckResult:
    """Fewer than, or at least, the given number of sentences; each ends with a stop; signatures, headings and hashtags don't count."""
    return compare(len(reply.sentences), relation, num_sentences, "sentence")


def exact_sentences(reply: Reading, *, sentences: Count) -> CheckResult:
    """Exactly the given number of sentences; each ends with a stop; signatures, headings and hashtags don't count."""
    return exactly(len(reply.sentences), sentences, "sentence")


SENTENCE_COUNTS = (
    InstructionType(
        id="length:most_sentences",
        group="length",
        difficulty="easy",
        excludes=frozenset({"layout"}),
        order=("Use at most {sentences} sentences.", "Write no more than {sentences} sentences."),
        requirement=(
            "The reply must have at most {sentences} sentences.",
            "The reply must have no more than {sentences} sentences.",
        ),
        note=("at most {sentences} sentences", "no more than {sentences} sentences"),
        sample=lambda rng, material: {"sentences": material.wanted + rng.randint(1, 3)},
        build=lambda draft, arguments: None,
        check=most_sentences,
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="length:least_sentences",
        group="length",
        difficulty="easy",
        excludes=frozenset({"layout"}),
        order=("Use at least {sentences} sentences.", "Write {sentences} or more sentences."),
        requirement=(
            "The reply must have at least {sentences} sentences.",
            "The reply must have {sentences} or more sentences.",
        ),
        note=("at least {sentences} sentences", "{sentences} or more sentences"),
        sample=lambda rng, material: {"sentences": material.wanted + rng.randint(1, 3)},
        build=build_least_sentences,
        check=least_sentences,
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="length_constraints:number_sentences",
        group="length",
        excludes=frozenset({"layout"}),
        order=("Write {bound} {num_sentences} sentences.", "Use {bound} {num_sentences} sentences."),
        requirement=(
            "The reply must have {bound} {num_sentences} sentences.",
            "There must be {bound} {num_sentences} sentences.",
        ),
        note=("{bound} {num_sentences} sentences", "length: {bound} {num_sentences} sentences"),
        spoken=lambda arguments: {"bound": bound(arguments)},
        sample=lambda rng, material: (
            {"num_sentences": material.wanted + rng.randint(1, 3), "relation": "at least"}
            if rng.random() < 0.5
            else {"num_sentences": material.wanted + rng.randint(2, 4), "relation": "less than"}
        ),
        build=build_relation(count_sentences, "num_sentences"),
        check=number_sentences,
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="sentence:exact_count",
        group="length",
        excludes=ALONE,
        order=("Write exactly {sentences}.", "Use {sentences} in all."),
        requirement=(
            "The reply must have exactly {sentences}.",
            "There must be {sentences} in all.",
        ),
        note=("exactly {sentences}", "{sentences} in all"),
        spoken=lambda arguments: {"sentences": plural(arguments["sentences"], "sentence")},
        sample=lambda rng, material: {"sentences": material.wanted + rng.randint(0, 2)},
        build=build_exact_sentences,
        check=exact_sentences,
        stage=Stage.LENGTH,
    ),
)
