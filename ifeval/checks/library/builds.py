"""What several instructions do to a draft."""

from collections.abc import Callable
from random import Random

from ifeval.checks.library.draft import CannotBuild, Draft, Material
from ifeval.checks.library.instruction import Arguments, Build
from ifeval.checks.text.reading import read

QUESTIONS = ("Do you want to know", "Are you wondering", "Have you asked yourself", "Would you like to know")
"""What an indirect question makes a question with."""

_SMALL = frozenset(
    """A About After All Among An And Another Any As At Because Before Below Between Both But By Every For From Half Her
    Here His How If In Instead It Its Last Let Many Members Most My Never New No Nobody Not Now On Once One Only Our
    Out People Please Put Readers She So Some Take Thank That The Their Then There These They This Those Three To Two
    Under Until We What When Where Which While Who With Without Work You Your""".split()  # noqa: SIM905 - easier to read
)
"""First words of sentences that are no names."""

MOST_GROWTH = 80
"""How often a draft may grow before it is given up."""


def amount(name: str, least: int, most: int) -> Callable[[Random, Material], Arguments]:
    """A sampler of one number from `least` to `most`."""
    return lambda rng, material: {name: rng.randint(least, most)}


def weave(words: str) -> Build:
    """A build that puts `words` into the text."""
    return lambda draft, arguments: draft.weave(words)


def mention_each(draft: Draft, words: list[str]) -> None:
    """Add the sentences that use `words`, each once."""
    for sentence in dict.fromkeys(map(draft.using, words)):
        if not any(sentence == block[index] for block, index in draft.sentences()):
            draft.add(sentence)


def exclaim(draft: Draft, count: int) -> None:
    """End the shortest `count` sentences with an exclamation mark."""
    while len(draft.sentences()) < count:
        draft.grow()
    stops = [(block, index) for block, index in draft.sentences() if block[index].endswith(".")]
    for block, index in sorted(stops, key=lambda place: len(place[0][place[1]]))[:count]:
        block[index] = block[index][:-1] + "!"


def ask(draft: Draft, count: int) -> None:
    """Put a question before each of `count` points: "Do you want to know what the roof costs?"."""
    label = {sentence: point.label for point in draft.material.points for sentence in point.sentences}
    for opening in QUESTIONS[:count]:
        block, index = next(
            ((b, i) for b, i in draft.sentences() if b[i] in label and not (i and b[i - 1].endswith("?"))), (None, 0)
        )
        if block is None:
            raise CannotBuild
        block.insert(index, f"{opening} {label[block[index]]}?")


def first(line: str) -> Build:
    """A build that opens the reply with `line`, its arguments filled in."""
    return lambda draft, arguments: draft.head.insert(0, line.format(**arguments))


def last(line: str) -> Build:
    """A build that closes the reply with `line`, its arguments filled in."""
    return lambda draft, arguments: draft.tail.append(line.format(**arguments))


def begin(word: str, sentence: str) -> str:
    """The sentence with `word` before its first, which loses its capital where it is no name."""
    return f"{word} {uncapitalised(sentence)}"


def uncapitalised(sentence: str) -> str:
    """The sentence as it goes on after another word."""
    return f"{sentence[0].lower()}{sentence[1:]}" if sentence.split()[0] in _SMALL else sentence


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


def count_sentences(text: str) -> int:
    """How many sentences the checks find in it."""
    return len(read(text).sentences)


build_least_sentences = until(count_sentences, "sentences")
build_least_words = until(count_words, "words")


def build_exact_sentences(draft: Draft, arguments: Arguments) -> None:
    """Make the text exactly as many sentences as the argument `sentences` says."""
    build_least_sentences(draft, arguments)
    draft.fixed_sentences = True


def bound(arguments: Arguments) -> str:
    """The relation in words: "fewer than", "at least"."""
    return "fewer than" if arguments["relation"] == "less than" else arguments["relation"]
