"""The second half of IFBench's repaired checks: `format:` and `custom:`."""

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from string import ascii_lowercase

from ifeval.checks.ifbench import IFBENCH_CHECKS as FAITHFUL
from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.ifbench.format import TEMPLATE
from ifeval.checks.text.counting import at_least, plural, quoted
from ifeval.checks.text.markdown import without_fence
from ifeval.checks.text.marks import QUOTE
from ifeval.checks.text.reading import Reading, read
from ifeval.checks.text.sentences import pieces_of
from ifeval.checks.text.words import fold
from ifeval.records import CheckResult

MINOR_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "but",
        "or",
        "nor",
        "for",
        "so",
        "yet",
        "as",
        "at",
        "by",
        "from",
        "if",
        "in",
        "into",
        "of",
        "off",
        "on",
        "onto",
        "out",
        "over",
        "per",
        "than",
        "that",
        "to",
        "up",
        "via",
        "vs",
        "with",
        "when",
    ]
)
"""Words that title case may leave small."""

_INNER_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


def line_indent(reply: Reading) -> CheckResult:
    """Each line of text is indented by more spaces than the one before; there are two at least, blank lines aside."""
    found = [line for line in reply.source.split("\n") if any(map(str.isalnum, line))]
    indents = [len(line) - len(line.lstrip()) for line in map(str.expandtabs, found)]
    if len(indents) < 2:
        return CheckResult(False, f"{plural(len(indents), 'line')}, wanted at least 2")
    flat = next((n for n, (above, here) in enumerate(pairwise(indents), 2) if here <= above), None)
    return CheckResult(
        flat is None, f"line {flat} is not indented more" if flat else f"{len(indents)} lines like stairs"
    )


def list_items(reply: Reading, *, sep: Word) -> CheckResult:
    """The separator is before, or between, at least two items that hold text."""
    items = [part for part in reply.source.split(sep) if any(map(str.isalnum, part))]
    counted = at_least(len(items), 2, f"item marked {sep}/items marked {sep}")
    return counted if sep in reply.source else CheckResult(False, f"no {quoted(sep)}")


def sub_bullets(reply: Reading) -> CheckResult:
    """At least one bullet point `*`, and after each one a point `-` with text before the next."""
    below: list[int] = []
    for item in reply.structure.items:
        if item.mark == "*":
            below.append(0)
        elif below and item.mark == "-" and item.text.strip():
            below[-1] += 1
    bare = below.count(0)
    if bare or not below:
        return CheckResult(
            False,
            f"{bare} of {plural(len(below), 'bullet point')} without a sub-bullet" if bare else "no bullet point *",
        )
    return CheckResult(True, f"{plural(len(below), 'bullet point')}, each with a sub-bullet")


def no_bullets_bullets(reply: Reading) -> CheckResult:
    """At least two sentences that end in a full stop, and after them at least two bullet points `*`."""
    blocks = reply.structure.blocks
    first = next((place for place, block in enumerate(blocks) if block.kind == "item"), len(blocks))
    before = [piece for block in blocks[:first] if block.kind == "paragraph" for piece in pieces_of(block.text)]
    count = sum(piece.ended and piece.text.rstrip("\"')] ").endswith(".") for piece in before)
    if count < 2:
        return CheckResult(False, f"{plural(count, 'sentence')} before the first bullet point, wanted at least 2")
    return at_least(
        sum(item.mark == "*" for item in reply.bullets),
        2,
        "bullet point * after the sentences/bullet points * after the sentences",
    )


def options(reply: Reading, *, options: Word) -> CheckResult:
    """One of the options and nothing else; case and marks around it don't matter."""
    separator = "/" if "/" in options else " or " if " or " in options else ","
    offered = [read(option).folded for option in options.split(separator)]
    letters = [words[:1] for words in offered if len(words) > 1 and len(words[0]) == 1]
    ok = bool(reply.folded) and reply.folded in (*offered, *letters)
    return CheckResult(ok, "one of the options" if ok else f"{quoted(reply.text)}, wanted one of: {options}")


def output_template(reply: Reading) -> CheckResult:
    """The three labels of the template, in order, each followed by text of its own."""
    rest, texts = reply.text, []
    for label in TEMPLATE:
        before, found, rest = rest.partition(label)
        if not found:
            return CheckResult(False, f"{quoted(label)} missing, or not in its place")
        texts.append(before)
    empty = next(
        (label for label, text in zip(TEMPLATE, [*texts[1:], rest], strict=True) if not any(map(str.isalnum, text))),
        None,
    )
    return CheckResult(
        empty is None, f"nothing after {quoted(empty)}" if empty else "every label of the template, in order"
    )


def no_whitespace(reply: Reading) -> CheckResult:
    """Text, and no white space within it."""
    count = sum(map(str.isspace, reply.raw.strip()))
    if not any(map(str.isalnum, reply.raw)):
        return CheckResult(False, "no text")
    return CheckResult(
        not count, f"{plural(count, 'white-space character')}, wanted none" if count else "no white space"
    )


def quotes(reply: Reading) -> CheckResult:
    """Double and single quotation marks nested at least 3 deep, each inside the other, and closed; apostrophes are none."""
    return FAITHFUL["format:quotes"](_INNER_APOSTROPHE.sub("", reply.text))


def quote_unquote(reply: Reading) -> CheckResult:
    """There is a quoted phrase, and text comes after each one before the next and before the end."""
    if reply.text.count(QUOTE) < 2:
        return CheckResult(False, "no quoted phrase")
    return FAITHFUL["format:quote_unquote"](reply.text)


def thesis(reply: Reading) -> CheckResult:
    """An italic passage in HTML with something in it and something after it."""
    return FAITHFUL["format:thesis"](reply.raw)


def title_case(reply: Reading) -> CheckResult:
    """Every word starts with a capital, short ones like "of" and "the" aside; the first word always does."""
    for place, word in enumerate(reply.words):
        if word[0].islower() and word.islower() and (not place or word not in MINOR_WORDS):
            return CheckResult(False, f"{quoted(word)} starts with a small letter")
    return CheckResult(bool(reply.words), "every major word starts with a capital" if reply.words else "no words")


def sentence_alphabet(reply: Reading) -> CheckResult:
    """26 sentences whose first letters are a to z in order; marks before a letter don't matter."""
    found = reply.sentences
    if len(found) != 26:
        return CheckResult(False, f"{plural(len(found), 'sentence')}, wanted 26")
    for sentence, letter in zip(found, ascii_lowercase, strict=True):
        if fold(next(filter(str.isalnum, sentence), "")) != letter:
            return CheckResult(False, f"{quoted(sentence)} does not start with {quoted(letter)}")
    return CheckResult(True, "26 sentences that start with a to z")


def date_format_list(reply: Reading) -> CheckResult:
    """Dates that exist, written YYYY-MM-DD and separated by commas, in Napoleon's lifetime, and nothing else."""
    for written in reply.text.split(","):
        try:
            date.fromisoformat(written.strip())
        except ValueError:
            return CheckResult(False, f"{quoted(written.strip())} is not a date written YYYY-MM-DD")
    return FAITHFUL["custom:date_format_list"](reply.text)


def reverse_newline(reply: Reading) -> CheckResult:
    """The countries of Africa in reverse alphabetical order, one per line, list marks aside."""
    return FAITHFUL["custom:reverse_newline"]("\n".join(reply.lines))


def _unfenced(name: str) -> Callable[..., CheckResult]:
    """Upstream's check of CSV, a code fence around the data aside."""

    def check(reply: Reading) -> CheckResult:
        return FAITHFUL[name](without_fence(reply.raw))

    check.__doc__ = FAITHFUL[name].__doc__
    return check


OWN: dict[str, Callable[..., CheckResult]] = {
    "custom:csv_city": _unfenced("custom:csv_city"),
    "custom:csv_quotes": _unfenced("custom:csv_quotes"),
    "custom:csv_special_character": _unfenced("custom:csv_special_character"),
    "custom:date_format_list": date_format_list,
    "custom:reverse_newline": reverse_newline,
    "custom:sentence_alphabet": sentence_alphabet,
    "format:line_indent": line_indent,
    "format:list": list_items,
    "format:no_bullets_bullets": no_bullets_bullets,
    "format:no_whitespace": no_whitespace,
    "format:options": options,
    "format:output_template": output_template,
    "format:quote_unquote": quote_unquote,
    "format:quotes": quotes,
    "format:sub-bullets": sub_bullets,
    "format:thesis": thesis,
    "format:title_case": title_case,
}
