"""Bullet points and numbered items."""

from functools import partial

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.library.draft import Blocks, Draft, marked
from ifeval.checks.library.instruction import AROUND, Arguments, InstructionType, Stage
from ifeval.checks.text.counting import at_least, exactly, plural, shorten
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult

MARKS = ("=>", "~", "->", ">>", "@@")


def _build_sub_bullets(draft: Draft, arguments: Arguments) -> None:
    """What each point is about, and what there is to say of it below."""
    draft.arrange(arguments["bullets"])
    draft.layout = partial(_sub_bullets, draft.labels())


def _sub_bullets(labels: list[str], blocks: Blocks) -> str:
    return "\n".join(f"* {label}\n  - {' '.join(block)}" for label, block in zip(labels, blocks, strict=True))


def least_bullets(reply: Reading, *, bullets: Count) -> CheckResult:
    """At least the given number of bullet points with text (lines that start with -, *, + or •); points below a point don't count."""
    return at_least(len(reply.bullets), bullets, "bullet point")


def bullets(reply: Reading, *, num_bullets: Count) -> CheckResult:
    """Exactly the given number of bullet points with text (lines that start with -, *, + or •), with the points below points or without."""
    count = len(reply.bullets)
    every = sum(item.number is None and any(map(str.isalnum, item.text)) for item in reply.structure.items)
    return exactly(every if every == num_bullets else count, num_bullets, "bullet point")


def numbered_list(reply: Reading, *, items: Count) -> CheckResult:
    """Exactly the given number of numbered items with text, numbered from 1 on in order; items below an item don't count."""
    numbers = [item.number for item in reply.numbered]
    counted = exactly(len(numbers), items, "numbered item")
    if counted.ok and numbers != list(range(1, items + 1)):
        return CheckResult(
            False, f"the items are numbered {shorten(', '.join(map(str, numbers)))}, wanted 1 to {items}"
        )
    return counted


def sub_bullets(reply: Reading, *, bullets: Count) -> CheckResult:
    """Exactly the given number of bullet points that start with `*`, each with an indented point that starts with `-` below it."""
    found = [item for item in reply.bullets if item.mark == "*"]
    bare = sum(not any(below.mark == "-" and below.text.strip() for below in item.below) for item in found)
    if bare:
        return CheckResult(False, f"{bare} of {plural(len(found), 'bullet point')} without a sub-bullet '- '")
    return exactly(len(found), bullets, "bullet point '* '/bullet points '* '")


def marked_list(reply: Reading, *, mark: Word, items: Count) -> CheckResult:
    """Exactly the given number of lines start with the mark and go on after it; a longer run of the mark is another mark."""
    mark = mark.strip()
    rests = [line.strip()[len(mark) :] for line in reply.source.split("\n") if line.strip().startswith(mark)]
    found = sum(any(map(str.isalnum, rest)) and not rest.startswith(mark[-1]) for rest in rests)
    return exactly(found, items, f"item marked {mark}/items marked {mark}")


LISTS = (
    InstructionType(
        id="layout:least_bullets",
        group="layout",
        difficulty="easy",
        excludes=frozenset({"wrapper"}),
        order=(
            "Use at least {bullets} bullet points.",
            "Use {bullets} or more bullet points, each on a line that starts with '- '.",
        ),
        requirement=(
            "The reply must have at least {bullets} bullet points.",
            "There must be {bullets} or more bullet points (lines that start with '- ').",
        ),
        note=("at least {bullets} bullet points", "{bullets} or more bullet points"),
        sample=lambda rng, material: {"bullets": rng.randint(2, 3)},
        build=lambda draft, arguments: draft.arrange(arguments["bullets"], marked(lambda number: "- ")),
        check=least_bullets,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="detectable_format:number_bullet_lists",
        group="layout",
        excludes=frozenset({"wrapper"}),
        order=(
            "Use exactly {num_bullets} bullet points, each on a line that starts with '* '.",
            "Write a Markdown list of exactly {num_bullets} bullet points (lines that start with '* ').",
        ),
        requirement=(
            "The reply must have exactly {num_bullets} Markdown bullet points (lines that start with '* ').",
            "There must be {num_bullets} Markdown bullet points, no more and no fewer.",
        ),
        note=(
            "exactly {num_bullets} Markdown bullet points",
            "{num_bullets} bullet points, each a line that starts with '* '",
        ),
        sample=lambda rng, material: {"num_bullets": max(3, material.wanted + rng.randint(0, 1))},
        build=lambda draft, arguments: draft.arrange(arguments["num_bullets"], marked(lambda number: "* ")),
        check=bullets,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:numbered_list",
        group="layout",
        excludes=frozenset({"digits", "wrapper"}),
        order=(
            "Write a numbered list of exactly {items} items (1., 2. and so on).",
            "Number your points from 1. to {items}., one per line.",
        ),
        requirement=(
            "The reply must contain a numbered list of exactly {items} items, starting with '1.'.",
            "There must be a list numbered from 1. to {items}., each item on its own line.",
        ),
        note=(
            "a numbered list of exactly {items} items (1., 2. ...)",
            "{items} items, numbered 1. to {items}., one per line",
        ),
        sample=lambda rng, material: {"items": max(3, material.wanted + rng.randint(0, 1))},
        build=lambda draft, arguments: draft.arrange(arguments["items"], marked("{}. ".format)),
        check=numbered_list,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:sub_bullets",
        group="layout",
        excludes=AROUND,
        order=(
            "Write exactly {bullets} bullet points that start with '* ', and give each of them at least one indented "
            "sub-bullet that starts with '- '.",
            "Make a list of {bullets} bullet points (lines that start with '* ') and put one or more indented sub-bullets "
            "(lines that start with '- ') below each of them.",
        ),
        requirement=(
            "The reply must have exactly {bullets} bullet points that start with '* ' and, below each, at least one "
            "indented sub-bullet that starts with '- '.",
            "There must be {bullets} bullet points ('* '), each with one or more indented sub-bullets ('- ') below it.",
        ),
        note=(
            "{bullets} '* ' bullet points, each with at least one indented '- ' sub-bullet",
            "{bullets} bullets ('* ') with one or more indented sub-bullets ('- ') each",
        ),
        sample=lambda rng, material: {"bullets": rng.randint(2, 4)},
        build=_build_sub_bullets,
        check=sub_bullets,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:marked_list",
        group="layout",
        excludes=AROUND,
        order=(
            "Write a list of exactly {items} items, each on a line that starts with {mark} instead of a bullet.",
            "Answer in {items} list items, one per line, and mark each with {mark} in place of a bullet.",
        ),
        requirement=(
            "The reply must list exactly {items} items, one per line, with {mark} instead of bullet points.",
            "There must be {items} list items, each on a line that starts with {mark}.",
        ),
        note=("{items} list items, {mark} instead of bullet points", "a list of {items} lines that start with {mark}"),
        sample=lambda rng, material: {"mark": rng.choice(MARKS), "items": max(3, material.wanted + rng.randint(0, 1))},
        build=lambda draft, arguments: draft.arrange(
            arguments["items"], marked(lambda number: f"{arguments['mark']} ")
        ),
        check=marked_list,
        stage=Stage.LAYOUT,
    ),
)
