"""What several instructions do to a draft."""

from collections.abc import Callable
from random import Random

from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import Arguments, Build, Material
from ifeval.checks.text.reading import read

MOST_GROWTH = 80
"""How often a draft may grow before it is given up."""


def amount(name: str, least: int, most: int) -> Callable[[Random, Material], Arguments]:
    """A sampler of one number from `least` to `most`."""
    return lambda rng, material: {name: rng.randint(least, most)}


def weave(words: str) -> Build:
    """A build that puts `words` into the text."""
    return lambda draft, arguments: draft.weave(words)


def weave_all(draft: Draft, words: list[str]) -> None:
    """Mention each of `words`."""
    for word in words:
        draft.weave(f"with {word} in mind")


def weave_each(counted: str, pieces: Callable[[int], str]) -> Build:
    """A build that puts `pieces(0)`, `pieces(1)` ... into the text, as many as the argument `counted` says."""

    def build(draft: Draft, arguments: Arguments) -> None:
        for index in range(arguments[counted]):
            draft.weave(pieces(index))

    return build


def end_with(mark: str) -> Build:
    """A build that ends as many sentences with `mark` as the only argument says."""

    def build(draft: Draft, arguments: Arguments) -> None:
        (count,) = arguments.values()
        while len(draft.sentences()) < count:
            draft.grow()
        stops = [(block, index) for block, index in draft.sentences() if block[index].endswith(".")]
        for block, index in stops[:count]:
            block[index] = block[index][:-1] + mark

    return build


def first(line: str) -> Build:
    """A build that opens the reply with `line`, its arguments filled in."""
    return lambda draft, arguments: draft.head.insert(0, line.format(**arguments))


def last(line: str) -> Build:
    """A build that closes the reply with `line`, its arguments filled in."""
    return lambda draft, arguments: draft.tail.append(line.format(**arguments))


def begin(word: str, sentence: str) -> str:
    """The sentence with `word` before its first, which loses its capital."""
    return f"{word} {sentence[0].lower()}{sentence[1:]}"


def until(measure: Callable[[str], int], wanted: str) -> Build:
    """A build that lets the draft grow until `measure` of it reaches the argument `wanted`."""

    def build(draft: Draft, arguments: Arguments) -> None:
        for _ in range(MOST_GROWTH):
            if measure(draft.render()) >= arguments[wanted]:
                break
            draft.grow()

    return build


def build_relation(measure: Callable[[str], int], wanted: str) -> Build:
    """The same where the relation is "at least"; otherwise the draft stays as it is."""
    grow = until(measure, wanted)
    return lambda draft, arguments: grow(draft, arguments) if arguments["relation"] == "at least" else None


def count_words(text: str) -> int:
    """How many words the checks find in it."""
    return len(read(text).words)


def count_different_words(text: str) -> int:
    """How many different words the checks find in it."""
    return len(set(read(text).folded))


def count_sentences(text: str) -> int:
    """How many sentences the checks find in it."""
    return len(read(text).sentences)


build_least_sentences = until(count_sentences, "sentences")
build_least_words = until(count_words, "words")


def build_exact_sentences(draft: Draft, arguments: Arguments) -> None:
    """Make the first block exactly as many sentences as the argument `sentences` says."""
    del draft.blocks[0][arguments["sentences"] :]
    build_least_sentences(draft, arguments)
    draft.fixed_sentences = True


def bound(arguments: Arguments) -> str:
    """The relation in words: "fewer than", "at least"."""
    return "fewer than" if arguments["relation"] == "less than" else arguments["relation"]
