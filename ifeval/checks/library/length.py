"""How long the reply is, in words and sentences."""

from collections.abc import Callable

from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import Arguments, Build, InstructionType, Stage
from ifeval.checks.text.counting import count_words
from ifeval.checks.text.punkt import count_sentences

ALONE = frozenset({"layout", "wrapper", "opening", "closing", "label", "length", "marks"})
"""What may not stand beside a rule about counted sentences: titles and lists leave it open what a sentence is."""

MOST_GROWTH = 80
"""How often a draft may grow before it is given up."""


def _until(measure: Callable[[str], int], wanted: str) -> Build:
    """A build that lets the draft grow until `measure` of it reaches the argument `wanted`."""

    def build(draft: Draft, arguments: Arguments) -> None:
        for _ in range(MOST_GROWTH):
            if measure(draft.render()) >= arguments[wanted]:
                break
            draft.grow()

    return build


def _build_relation(measure: Callable[[str], int], wanted: str) -> Build:
    grow = _until(measure, wanted)
    return lambda draft, arguments: grow(draft, arguments) if arguments["relation"] == "at least" else None


build_least_words = _until(count_words, "words")
build_least_sentences = _until(count_sentences, "sentences")


def build_exact(draft: Draft, arguments: Arguments) -> None:
    del draft.blocks[0][arguments["sentences"] :]
    build_least_sentences(draft, arguments)
    draft.fixed_sentences = True


def _bound(arguments: Arguments) -> str:
    return "fewer than" if arguments["relation"] == "less than" else arguments["relation"]


LENGTH = (
    InstructionType(
        id="length_constraints:number_words",
        group="length",
        order=("Write {bound} {num_words} words.", "Aim for a length of {bound} {num_words} words."),
        requirement=(
            "The reply must have {bound} {num_words} words.",
            "The length has to be {bound} {num_words} words.",
        ),
        note=("{bound} {num_words} words", "length: {bound} {num_words} words"),
        spoken=lambda arguments: {"bound": _bound(arguments)},
        sample=lambda rng, material: (
            {"num_words": 10 * rng.randint(5, 10), "relation": "at least"}
            if rng.random() < 0.5
            else {"num_words": 10 * rng.randint(5, 9), "relation": "less than"}
        ),
        build=_build_relation(count_words, "num_words"),
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
            "The number of words has to lie between {min_words} and {max_words}.",
        ),
        note=("{min_words} to {max_words} words", "between {min_words} and {max_words} words"),
        sample=lambda rng, material: (lambda low: {"min_words": low, "max_words": low + 20})(10 * rng.randint(4, 8)),
        build=_until(count_words, "min_words"),
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="count:unique_word_count",
        group="length",
        order=("Use at least {N} different words.", "Write with a vocabulary of {N} different words or more."),
        requirement=(
            "The reply must contain at least {N} different words.",
            "There have to be {N} or more different words in the reply.",
        ),
        note=("at least {N} different words", "{N} or more different words"),
        sample=lambda rng, material: {"N": 5 * rng.randint(6, 11)},
        build=_until(lambda text: len({word.strip(".,!?;:()[]{}*\"'#<>|-") for word in text.lower().split()}), "N"),
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="length_constraints:number_sentences",
        group="length",
        excludes=frozenset({"layout"}),
        order=("Write {bound} {num_sentences} sentences.", "Let the reply be {bound} {num_sentences} sentences long."),
        requirement=(
            "The reply must have {bound} {num_sentences} sentences.",
            "There have to be {bound} {num_sentences} sentences.",
        ),
        note=("{bound} {num_sentences} sentences", "length: {bound} {num_sentences} sentences"),
        spoken=lambda arguments: {"bound": _bound(arguments)},
        sample=lambda rng, material: (
            {"num_sentences": rng.randint(5, 8), "relation": "at least"}
            if rng.random() < 0.5
            else {"num_sentences": rng.randint(5, 7), "relation": "less than"}
        ),
        build=_build_relation(count_sentences, "num_sentences"),
        stage=Stage.LENGTH,
    ),
    InstructionType(
        id="sentence:exact_count",
        group="length",
        excludes=ALONE,
        order=("Write exactly {sentences} sentences.", "Use {sentences} sentences, no more and no fewer."),
        requirement=(
            "The reply must have exactly {sentences} sentences.",
            "There have to be {sentences} sentences, no more and no fewer.",
        ),
        note=("exactly {sentences} sentences", "{sentences} sentences, no more and no fewer"),
        sample=lambda rng, material: {"sentences": rng.randint(3, 6)},
        build=build_exact,
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
            "Use each word at most {small_n} times, small words included.",
        ),
        requirement=(
            "No word may appear more than {small_n} times.",
            "Every word, small ones included, must appear at most {small_n} times.",
        ),
        note=("no word more than {small_n} times", "each word at most {small_n} times"),
        sample=lambda rng, material: {"small_n": rng.randint(3, 5)},
        build=lambda draft, arguments: None,
        stage=Stage.LENGTH,
    ),
)
