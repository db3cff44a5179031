"""Letters to use or to leave out, and capital and small ones."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from random import Random

import regex

from ifeval.checks.ifeval.arguments import Count, Letter
from ifeval.checks.library.draft import Draft, Material
from ifeval.checks.library.instruction import EXACT_WORDS, Arguments, InstructionType, Stage
from ifeval.checks.text.counting import Relation, compare, compare_occurrences, none, plural, quoted
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult

_TWO_LETTERS = regex.compile(r"\p{Lu}\p{Lu}")


RARE_LETTERS = "bgkvw"
"""Letters that a short reply has a few of."""
_ABSENT_LETTERS = ("j", "q", "x", "z")


def _letter_arguments(rng: Random, material: Material) -> Arguments:
    """A few more than the shortest reply would have by itself."""
    letter = rng.choice(RARE_LETTERS)
    often = " ".join(material.least()).lower().count(letter) + rng.randint(2, 4)
    return {"letter": letter, "let_frequency": often, "let_relation": "at least"}


def _build_letter(draft: Draft, arguments: Arguments) -> None:
    while draft.render().lower().count(arguments["letter"]) < arguments["let_frequency"]:
        draft.add(draft.further(lambda sentence: arguments["letter"] in sentence))


def _capitalize(text: str) -> str:
    """The first letter of every word in upper case; the rest and the white space as they are."""
    out, fresh = [], True
    for character in text:
        out.append(character.upper() if fresh else character)
        fresh = character.isspace() or (fresh and not character.isalpha())
    return "".join(out)


def _shout(draft: Draft, arguments: Arguments) -> None:
    """Put the last words of as many sentences as it takes in capitals."""
    missing = arguments["capital_frequency"]
    for block, index in sorted(draft.sentences(), key=lambda place: -len(place[0][place[1]])):
        words = block[index].split()
        for place in range(len(words) - 1, max(0, len(words) - 3), -1):
            if missing and sum(map(str.isalpha, words[place])) > 1:
                words[place] = words[place].upper()
                missing -= 1
        block[index] = " ".join(words)


def letter_frequency(reply: Reading, *, letter: Letter, let_frequency: Count, let_relation: Relation) -> CheckResult:
    """The letter (or mark) occurs fewer than, or at least, the given number of times, small and capital alike, accents aside."""
    return compare_occurrences(quoted(letter.strip()), _times(reply, letter), let_relation, let_frequency)


def no_letter(reply: Reading, *, letter: Letter) -> CheckResult:
    """The letter doesn't occur, neither small nor as a capital, nor with an accent."""
    return none(_times(reply, letter), f"letter {quoted(letter)}/letters {quoted(letter)}")


def uppercase(reply: Reading) -> CheckResult:
    """There are letters, none of them lower-case; Markdown's and HTML's own marks aside."""
    return _one_case(reply, str.islower, "lower-case")


def lowercase(reply: Reading) -> CheckResult:
    """There are letters, none of them upper-case; Markdown's and HTML's own marks aside."""
    return _one_case(reply, str.isupper, "upper-case")


def title_case(reply: Reading) -> CheckResult:
    """Every word starts with a capital letter; one that starts with a digit or has a capital inside ("iPhone") may stay."""
    wrong = [word for word in reply.words if word[0].islower() and word.islower()]
    if not reply.words or not wrong:
        return CheckResult(bool(reply.words), "every word starts with a capital" if reply.words else "no words")
    return CheckResult(False, f"{plural(len(wrong), 'word')} without a capital, {quoted(wrong[0])} first")


def capital_word_frequency(reply: Reading, *, capital_frequency: Count, capital_relation: Relation) -> CheckResult:
    """Fewer than, or at least, the given number of words hold two letters or more, side by side and all of them capitals."""
    count = sum(1 for word in reply.words if word.isupper() and _TWO_LETTERS.search(word))
    return compare(count, capital_relation, capital_frequency, "word in capitals/words in capitals")


def _one_case(reply: Reading, wrong: Callable[[str], bool], name: str) -> CheckResult:
    letters = [letter for letter in reply.text if letter.isalpha()]
    found = sum(map(wrong, letters))
    if not letters:
        return CheckResult(False, "no letters")
    first = next((word for word in reply.words if any(map(wrong, word))), "")
    return CheckResult(
        not found,
        f"{plural(found, f'{name} letter')}, wanted none (first in {quoted(first)})" if found else f"no {name} letters",
    )


def _times(reply: Reading, letter: str) -> int:
    """How often a letter occurs, one character at a time, so that hostile runs of accents take linear time."""
    wanted = _base(letter.strip())
    return sum(count for found, count in Counter(reply.text).items() if _base(found) == wanted)


def _base(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[:1].lower()


LETTERS = (
    InstructionType(
        id="keywords:letter_frequency",
        group="keywords:letter_frequency",
        difficulty="hard",
        order=(
            "Use the letter '{letter}' at least {let_frequency} times.",
            "Make sure the letter '{letter}' occurs at least {let_frequency} times, in upper or lower case.",
        ),
        requirement=(
            "The letter '{letter}' must appear at least {let_frequency} times.",
            "The reply must contain the letter '{letter}' {let_frequency} or more times.",
        ),
        note=(
            "the letter '{letter}' at least {let_frequency} times",
            "the letter '{letter}' {let_frequency} or more times",
        ),
        sample=_letter_arguments,
        build=_build_letter,
        check=letter_frequency,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="keywords:no_letter",
        group="keywords:no_letter",
        difficulty="easy",
        excludes=frozenset({"keywords:letter_frequency"}),
        order=("Do not use the letter '{letter}' anywhere.", "Avoid all words with the letter '{letter}'."),
        requirement=(
            "The letter '{letter}' must not appear anywhere in the reply.",
            "No word in the reply may contain the letter '{letter}'.",
        ),
        note=("no letter '{letter}'", "without the letter '{letter}'"),
        sample=lambda rng, material: {"letter": rng.choice(_ABSENT_LETTERS)},
        build=lambda draft, arguments: draft.keep(lambda sentence: arguments["letter"] not in sentence.lower()),
        check=no_letter,
        stage=Stage.CHOICE,
    ),
    InstructionType(
        id="case:uppercase",
        group="case",
        excludes=EXACT_WORDS,
        order=(
            "Write the entire reply in capital letters.",
            "Use only capital letters, with no lower-case letters anywhere.",
        ),
        requirement=(
            "All letters in the reply must be capitals.",
            "The reply must not contain any lower-case letters.",
        ),
        note=("capital letters only", "everything in upper case"),
        build=lambda draft, arguments: draft.edits.append(str.upper),
        check=uppercase,
        stage=Stage.SURFACE,
    ),
    InstructionType(
        id="case:lowercase",
        group="case",
        excludes=EXACT_WORDS,
        order=(
            "Write the entire reply in lower-case letters.",
            "Use lower-case letters only, even at the start of sentences.",
        ),
        requirement=("All letters in the reply must be lower-case.", "The reply must not contain any capital letters."),
        note=("lower-case letters only", "no capital letters"),
        build=lambda draft, arguments: draft.edits.append(str.lower),
        check=lowercase,
        stage=Stage.SURFACE,
    ),
    InstructionType(
        id="case:title",
        group="case",
        difficulty="hard",
        excludes=EXACT_WORDS,
        order=(
            "Start every word with a capital letter.",
            "Capitalise the first letter of every word, however short.",
        ),
        requirement=(
            "Every word in the reply must start with a capital letter, however short.",
            "No word may start with a lower-case letter.",
        ),
        note=("a capital letter at the start of every word", "every word capitalised, however short"),
        build=lambda draft, arguments: draft.edits.append(_capitalize),
        check=title_case,
        stage=Stage.SURFACE,
    ),
    InstructionType(
        id="change_case:capital_word_frequency",
        group="case",
        order=(
            "Write at least {capital_frequency} words (of two letters or more) in all capitals.",
            "Put {capital_frequency} or more words of at least two letters in full capitals, LIKE THIS.",
        ),
        requirement=(
            "At least {capital_frequency} words of two or more letters must be in all capitals.",
            "There must be {capital_frequency} or more words of at least two letters in full capitals, LIKE THIS.",
        ),
        note=(
            "at least {capital_frequency} words (two letters or more) in ALL CAPITALS",
            "{capital_frequency} or more words of two or more letters in ALL CAPITALS",
        ),
        sample=lambda rng, material: {"capital_frequency": rng.randint(2, 5), "capital_relation": "at least"},
        build=_shout,
        check=capital_word_frequency,
        stage=Stage.CONTENT,
    ),
)
