"""Lines: how many, how they are indented, what they spell."""

from itertools import pairwise

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.library.builds import begin
from ifeval.checks.library.draft import Draft, joined, marked, prose
from ifeval.checks.library.instruction import AROUND, Arguments, InstructionType, Stage
from ifeval.checks.text.counting import exactly, plural, quoted
from ifeval.checks.text.reading import Reading
from ifeval.checks.text.words import fold, words_of
from ifeval.records import CheckResult

ACROSTICS = ("HINT", "KIND", "MOST", "PATH", "STAR", "WARM", "WIND", "TASK")
_STARTS = {
    "A": "And",
    "D": "Do note that",
    "H": "Here",
    "I": "In addition",
    "K": "Keep in mind that",
    "M": "Moreover",
    "N": "Note that",
    "O": "On top of that",
    "P": "Please note that",
    "R": "Remember that",
    "S": "So",
    "T": "Then",
    "W": "What is more",
}
"""What a line may begin with, by its first letter."""


def _build_acrostic(draft: Draft, arguments: Arguments) -> None:
    draft.arrange(len(arguments["word"]), joined("\n"), inline=True)
    for letter, block in zip(arguments["word"], draft.blocks, strict=True):
        if not block[0].startswith(letter):
            block[0] = begin(_STARTS[letter], block[0])


def lines(reply: Reading, *, lines: Count) -> CheckResult:
    """Exactly the given number of lines that hold a letter, a digit or an emoji; blank lines, rules and fences don't count."""
    return exactly(len(reply.lines), lines, "line of text/lines of text")


def stairs(reply: Reading, *, steps: Count) -> CheckResult:
    """Exactly the given number of lines of text, each indented by more white space than the one before."""
    found = [line.expandtabs(4) for line in reply.source.split("\n") if any(map(str.isalnum, line))]
    indents = [len(line) - len(line.lstrip()) for line in found]
    flat = next((n for n, (above, here) in enumerate(pairwise(indents), 2) if here <= above), None)
    if flat is not None:
        return CheckResult(False, f"line {flat} is not indented more than the one before")
    return exactly(len(indents), steps, "line")


def acrostic(reply: Reading, *, word: Word) -> CheckResult:
    """The first letters of the lines of text spell the word, ignoring case; quotes, list marks and Markdown aside."""
    spelled = "".join(next(filter(str.isalnum, line), "") for line in reply.lines)
    return CheckResult(
        fold(spelled) == fold(word.strip()), f"the lines spell {quoted(spelled.upper())}, wanted {quoted(word.upper())}"
    )


def word_per_line(reply: Reading) -> CheckResult:
    """Every line of text holds one word; there are two words at least."""
    counts = [len(words_of(line, reply.language)) for line in reply.lines]
    crowded = next((n for n, count in enumerate(counts, 1) if count > 1), None)
    if crowded:
        return CheckResult(False, f"line {crowded} holds {counts[crowded - 1]} words, wanted one on each")
    return CheckResult(sum(counts) > 1, f"{plural(sum(counts), 'word')} on {plural(len(counts), 'line')}")


LINES = (
    InstructionType(
        id="layout:lines",
        group="layout",
        excludes=AROUND,
        order=("Write exactly {lines} lines of text.", "Spread the reply over {lines} lines, no more and no fewer."),
        requirement=(
            "The reply must be exactly {lines} lines long; blank lines do not count.",
            "There must be exactly {lines} lines that are not blank.",
        ),
        note=("exactly {lines} lines", "{lines} lines of text, no more and no fewer"),
        sample=lambda rng, material: {"lines": material.wanted + rng.randint(1, 2)},
        build=lambda draft, arguments: draft.arrange(arguments["lines"], joined("\n")),
        check=lines,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:stairs",
        group="layout",
        difficulty="hard",
        excludes=AROUND,
        order=(
            "Write {steps} lines that form stairs: indent each line by more spaces than the one before.",
            "Write the reply as a staircase of {steps} lines, each line indented by more spaces than the last.",
        ),
        requirement=(
            "There must be exactly {steps} lines, each indented by more spaces than the line before it, like stairs.",
            "The reply must have {steps} lines that form stairs, each starting with more spaces than the last.",
        ),
        note=(
            "{steps} lines like stairs, each indented by more spaces",
            "a staircase of {steps} lines: each starts with more spaces than the last",
        ),
        sample=lambda rng, material: {"steps": material.wanted + rng.randint(0, 1)},
        build=lambda draft, arguments: draft.arrange(arguments["steps"], marked(lambda number: "  " * (number - 1))),
        check=stairs,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:acrostic",
        group="layout",
        difficulty="hard",
        excludes=AROUND,
        order=(
            "Make the first letters of the lines spell the word {word}.",
            "Write {letters} lines whose first letters, read downwards, spell {word}.",
        ),
        requirement=(
            "The first letters of the lines must spell the word {word}.",
            "There must be {letters} lines whose first letters, from top to bottom, spell {word}.",
        ),
        note=(
            "an acrostic: the first letters of the lines spell {word}",
            "{letters} lines whose first letters spell {word}",
        ),
        spoken=lambda arguments: {"letters": str(len(arguments["word"]))},
        sample=lambda rng, material: {"word": rng.choice(ACROSTICS)},
        build=_build_acrostic,
        check=acrostic,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="format:newline",
        group="layout",
        difficulty="hard",
        excludes=AROUND | {"sentence", "length", "detectable_format:number_highlighted_sections"},
        order=("Write each word on a new line.", "Put every word on a line of its own."),
        requirement=("Each word must be on a new line.", "Every line of the reply must contain just one word."),
        note=("each word on a new line", "one word per line"),
        build=lambda draft, arguments: draft.arrange(2, lambda blocks: "\n".join(prose(blocks).split())),
        check=word_per_line,
        stage=Stage.LAYOUT,
    ),
)
