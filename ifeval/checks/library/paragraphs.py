"""How the text is divided into paragraphs and answers."""

import re
from itertools import pairwise
from random import Random

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.ifeval.arguments import Count, Ordinal
from ifeval.checks.library.builds import begin
from ifeval.checks.library.draft import Blocks, Draft, Material, joined, prose
from ifeval.checks.library.instruction import AROUND, Arguments, InstructionType, Stage
from ifeval.checks.text.counting import at_least, exactly, none, quoted
from ifeval.checks.text.marks import normalised
from ifeval.checks.text.reading import Reading
from ifeval.checks.text.words import fold, words_of
from ifeval.records import CheckResult

_DIVIDER = re.compile(r"(?<!\S)\*\*\*(?!\S)")
_SEPARATOR = re.compile(r"(?<!\*)\*{6}(?!\*)")


FIRST_WORDS = ("Also", "Next", "Then")
_ECHOES = {
    "Briefly": "That is the point briefly.",
    "Here": "That is all there is to say here.",
    "Today": "That is how matters stand today.",
}
"""First words of paragraphs, each with a sentence that ends in it."""
_ORDINALS = ("first", "second", "third", "fourth")


def _paragraph_start_arguments(rng: Random, material: Material) -> Arguments:
    count = rng.randint(2, 4)
    return {"num_paragraphs": count, "nth_paragraph": rng.randint(2, count), "first_word": rng.choice(FIRST_WORDS)}


def _build_paragraph_start(draft: Draft, arguments: Arguments) -> None:
    draft.arrange(arguments["num_paragraphs"], inline=True)
    block = draft.blocks[arguments["nth_paragraph"] - 1]
    block[0] = begin(arguments["first_word"], block[0])


def _echoed(blocks: Blocks) -> str:
    """Paragraphs that end with their own first word."""
    framed = zip(_ECHOES.items(), blocks, strict=False)
    return prose([[begin(word, block[0]), *block[1:], closing] for (word, closing), block in framed])


def _build_two(draft: Draft, arguments: Arguments) -> None:
    """Two versions: each point in one sentence, then each in another."""
    other = {one: again for point in draft.material.points for one, again in pairwise(point.sentences)}
    first = [sentence for block in draft.blocks for sentence in block]
    second = [other.get(sentence, sentence) for sentence in first]
    draft.blocks, draft.layout, draft.inline = [first, second], joined("\n******\n"), False


def one_paragraph(reply: Reading) -> CheckResult:
    """No line break of any kind within the text, `<br>` included."""
    breaks = reply.source.strip().count("\n")
    return none(breaks, "line break") if reply.words else CheckResult(False, "no words")


def least_paragraphs(reply: Reading, *, paragraphs: Count) -> CheckResult:
    """At least the given number of blocks of text with blank lines between them; headings, rules, greeting and signature don't count."""
    return at_least(len(reply.paragraphs), paragraphs, "paragraph")


def paragraphs(reply: Reading, *, paragraphs: Count) -> CheckResult:
    """Exactly the given number of blocks of text with blank lines between them; headings, rules, greeting and signature don't count."""
    return exactly(len(reply.paragraphs), paragraphs, "paragraph")


def divided_paragraphs(reply: Reading, *, num_paragraphs: Count) -> CheckResult:
    """Exactly the given number of stretches of text with the divider `***` between them, each with text in it."""
    return _parts(reply, _DIVIDER, "***", num_paragraphs, "paragraph")


def paragraph_start(reply: Reading, *, num_paragraphs: Count, nth_paragraph: Ordinal, first_word: Word) -> CheckResult:
    """Exactly the given number of paragraphs (see `layout:paragraphs`), the `nth` of which starts with the word, ignoring case."""
    found = reply.paragraphs
    counted = exactly(len(found), num_paragraphs, "paragraph")
    if nth_paragraph > len(found):
        return CheckResult(False, f"there is no paragraph {nth_paragraph}: {counted.reason}")
    start = (words_of(found[nth_paragraph - 1], reply.language) or [""])[0]
    if fold(start) != fold(normalised(first_word).strip()):
        return CheckResult(False, f"paragraph {nth_paragraph} starts with {quoted(start)}, wanted {quoted(first_word)}")
    return CheckResult(counted.ok, f"paragraph {nth_paragraph} starts with {quoted(first_word)}; {counted.reason}")


def echo_paragraphs(reply: Reading, *, paragraphs: Count) -> CheckResult:
    """Exactly the given number of paragraphs (see `layout:paragraphs`), each of which ends with the word it starts with."""
    counted = exactly(len(reply.paragraphs), paragraphs, "paragraph")
    if not counted.ok:
        return counted
    for number, text in enumerate(reply.paragraphs, 1):
        found = words_of(text, reply.language)
        if len(found) < 2 or fold(found[0]) != fold(found[-1]):
            ends = f"starts with {quoted(found[0])} and ends with {quoted(found[-1])}"
            return CheckResult(False, f"paragraph {number} {ends if len(found) > 1 else 'is a single word'}")
    return CheckResult(True, f"{counted.reason}, each ending with the word it starts with")


def two_responses(reply: Reading) -> CheckResult:
    """Exactly two stretches of text with six asterisks between them, that differ in more than marks and case."""
    counted = _parts(reply, _SEPARATOR, "******", 2, "response")
    if counted.ok:
        one, other = (list(map(fold, words_of(part, reply.language))) for part in _texts(reply, _SEPARATOR))
        if one == other:
            return CheckResult(False, "the two responses have the same words")
    return counted


def _parts(reply: Reading, divider: re.Pattern[str], mark: str, wanted: int, noun: str) -> CheckResult:
    parts = _texts(reply, divider)
    if not all(parts[1:-1]):
        return CheckResult(False, f"no text between two {mark}")
    return exactly(sum(map(bool, parts)), wanted, noun)


def _texts(reply: Reading, divider: re.Pattern[str]) -> list[str]:
    """The text between the dividers, without first and last parts that hold no word."""
    parts = [part.strip() if words_of(part) else "" for part in divider.split(reply.source)]
    return parts[not parts[0] : len(parts) - (len(parts) > 1 and not parts[-1])]


PARAGRAPHS = (
    InstructionType(
        id="layout:one_paragraph",
        group="layout:one_paragraph",
        difficulty="easy",
        excludes=frozenset(
            {"layout", "label", "wrapper", "detectable_format:title", "detectable_content:postscript", "edge:signature"}
        ),
        order=(
            "Write a single paragraph without line breaks.",
            "Keep everything in one paragraph, with no line breaks.",
        ),
        requirement=(
            "The reply must be a single paragraph without line breaks.",
            "Everything must be in one paragraph, with no line breaks.",
        ),
        note=("one paragraph, no line breaks", "a single paragraph without line breaks"),
        build=lambda draft, arguments: None,
        check=one_paragraph,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="layout:least_paragraphs",
        group="layout",
        difficulty="easy",
        order=(
            "Write at least {paragraphs} paragraphs, with blank lines between them.",
            "Use {paragraphs} or more paragraphs, separated by blank lines.",
        ),
        requirement=(
            "The reply must have at least {paragraphs} paragraphs, separated by blank lines.",
            "There must be {paragraphs} or more paragraphs with blank lines between them.",
        ),
        note=(
            "at least {paragraphs} paragraphs, blank lines between them",
            "{paragraphs} or more paragraphs separated by blank lines",
        ),
        sample=lambda rng, material: {"paragraphs": 2},
        build=lambda draft, arguments: draft.arrange(arguments["paragraphs"], inline=True),
        check=least_paragraphs,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:paragraphs",
        group="layout",
        excludes=AROUND,
        order=(
            "Write exactly {paragraphs} paragraphs and leave blank lines between them.",
            "Use {paragraphs} paragraphs, no more and no fewer, separated by blank lines.",
        ),
        requirement=(
            "The reply must have exactly {paragraphs} paragraphs, separated by blank lines.",
            "There must be exactly {paragraphs} paragraphs, with blank lines between them.",
        ),
        note=(
            "exactly {paragraphs} paragraphs separated by blank lines",
            "{paragraphs} paragraphs, blank lines between them",
        ),
        sample=lambda rng, material: {"paragraphs": rng.randint(2, 4)},
        build=lambda draft, arguments: draft.arrange(arguments["paragraphs"], inline=True),
        check=paragraphs,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="length_constraints:number_paragraphs",
        group="layout",
        excludes=AROUND,
        order=(
            "Write exactly {num_paragraphs} paragraphs and put the divider *** between them.",
            "Split the reply into {num_paragraphs} paragraphs, with *** as the only divider between them.",
        ),
        requirement=(
            "There must be exactly {num_paragraphs} paragraphs, separated by ***.",
            "The reply must consist of {num_paragraphs} paragraphs with *** between them.",
        ),
        note=(
            "{num_paragraphs} paragraphs separated by ***",
            "*** between paragraphs, {num_paragraphs} paragraphs in all",
        ),
        sample=lambda rng, material: {"num_paragraphs": rng.randint(2, 4)},
        build=lambda draft, arguments: draft.arrange(arguments["num_paragraphs"], joined("\n***\n")),
        check=divided_paragraphs,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="length_constraints:nth_paragraph_first_word",
        group="layout",
        difficulty="hard",
        excludes=AROUND,
        order=(
            "Write exactly {num_paragraphs} paragraphs with blank lines between them, and start the {ordinal} with "
            "the word '{first_word}'.",
            "Separate exactly {num_paragraphs} paragraphs with blank lines, and begin the {ordinal} with '{first_word}'.",
        ),
        requirement=(
            "There must be exactly {num_paragraphs} paragraphs, separated by blank lines, and the {ordinal} must start "
            "with the word '{first_word}'.",
            "The reply must have {num_paragraphs} paragraphs with blank lines between them; the {ordinal} must begin with "
            "'{first_word}'.",
        ),
        note=(
            "{num_paragraphs} paragraphs separated by blank lines, the {ordinal} starting with '{first_word}'",
            "{num_paragraphs} paragraphs, blank lines between them, first word of the {ordinal}: '{first_word}'",
        ),
        spoken=lambda arguments: {"ordinal": _ORDINALS[arguments["nth_paragraph"] - 1]},
        sample=_paragraph_start_arguments,
        build=_build_paragraph_start,
        check=paragraph_start,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:echo_paragraphs",
        group="layout",
        difficulty="hard",
        excludes=AROUND,
        order=(
            "Write exactly {paragraphs} paragraphs, separated by blank lines, and end each with the word it starts with.",
            "Write exactly {paragraphs} paragraphs with blank lines between them, and make the first word of each its last too.",
        ),
        requirement=(
            "There must be exactly {paragraphs} paragraphs with blank lines between them, each ending with the word it starts with.",
            "The reply must have exactly {paragraphs} paragraphs, separated by blank lines; each must end with its first word.",
        ),
        note=(
            "{paragraphs} paragraphs (blank lines between them), each ending with its own first word",
            "{paragraphs} paragraphs separated by blank lines, first and last word of each the same",
        ),
        sample=lambda rng, material: {"paragraphs": rng.randint(2, 3)},
        build=lambda draft, arguments: draft.arrange(arguments["paragraphs"], _echoed, inline=True),
        check=echo_paragraphs,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="combination:two_responses",
        group="layout",
        excludes=AROUND,
        order=(
            "Give two different replies, separated by six asterisks (******).",
            "Write two different versions and put ****** between them.",
        ),
        requirement=(
            "There must be two different replies, with ****** between them and nowhere else.",
            "The reply must consist of two different versions, separated by six asterisks (******).",
        ),
        note=("two different versions separated by ******", "two different replies, ****** between them"),
        build=_build_two,
        check=two_responses,
        stage=Stage.LAYOUT,
    ),
)
