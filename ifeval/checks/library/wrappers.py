"""What is wrapped around the whole reply."""

import re

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import Arguments, Build, InstructionType, Stage
from ifeval.checks.text.counting import plural
from ifeval.checks.text.marks import QUOTE, normalised
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult

_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_FENCED = re.compile(r"(`{3,})[^\n`]*\n(.*)\n[ \t]*\1", re.DOTALL)


TAGS = ("answer", "reply", "text", "result", "output")


def _around(before: str, after: str) -> Build:
    """A build that puts the whole reply between two marks, on their own lines where the body is no plain prose."""

    def build(draft: Draft, arguments: Arguments) -> None:
        line = "" if draft.inline else "\n"
        opening, closing = before.format(**arguments), after.format(**arguments)
        draft.edits.append(lambda text: f"{opening}{line}{text.strip()}{line}{closing}")

    return build


def quotation(reply: Reading) -> CheckResult:
    """All of the text is in double quotation marks, straight or curly: as a whole, or every paragraph by itself."""
    text = reply.source.strip()
    ok = _one_quotation(text) or all(map(_one_quotation, map(str.strip, _BLANK_LINE.split(text))))
    return CheckResult(ok, f"{'' if ok else 'not '}wrapped in double quotation marks")


def tags(reply: Reading, *, tag: Word) -> CheckResult:
    """Everything is between `<tag>` and `</tag>`, each of which occurs once, with text between them."""
    text = reply.raw.strip()
    opening, closing = f"<{tag}>", f"</{tag}>"
    if text.count(opening) != 1 or text.count(closing) != 1:
        return CheckResult(
            False,
            f"{plural(text.count(opening), 'time')} {opening} and {plural(text.count(closing), 'time')} {closing}, wanted one each",
        )
    if not (text.startswith(opening) and text.endswith(closing)):
        return CheckResult(False, f"text outside {opening} and {closing}")
    inside = any(map(str.isalnum, text[len(opening) : -len(closing)]))
    return CheckResult(inside, f"{'everything' if inside else 'nothing'} between {opening} and {closing}")


def code_block(reply: Reading) -> CheckResult:
    """Everything is in one fenced code block of Markdown (``` or ~~~), with text in it."""
    match = _FENCED.fullmatch(normalised(reply.raw).strip())
    if match is None or match[1] in match[2]:
        return CheckResult(False, "not one fenced code block with nothing outside it")
    inside = any(map(str.isalnum, match[2]))
    return CheckResult(inside, "one fenced code block" if inside else "nothing in the code block")


def _one_quotation(text: str) -> bool:
    if len(text) < 2 or text[0] != QUOTE or text[-1] != QUOTE or not any(map(str.isalnum, text)):
        return False
    depth = 1
    for place in (match.start() for match in re.finditer(QUOTE, text[1:-1])):
        before, after = text[place], text[place + 2]
        opens = not (before.isalnum() or before in ".,!?…;:)") and not after.isspace()
        depth += 1 if opens else -1
        if not depth:
            return False
    return True


WRAPPERS = (
    InstructionType(
        id="startend:quotation",
        group="wrapper",
        excludes=frozenset({"opening", "closing", "label"}),
        order=(
            "Wrap your entire reply in double quotation marks.",
            "Put the whole reply between double quotation marks.",
        ),
        requirement=(
            "The whole reply must be wrapped in double quotation marks.",
            "The entire reply must be inside double quotation marks.",
        ),
        note=("everything in double quotation marks", "whole reply between double quotation marks"),
        build=_around('"', '"'),
        check=quotation,
        stage=Stage.WRAPPER,
    ),
    InstructionType(
        id="layout:tags",
        group="wrapper",
        excludes=frozenset({"opening", "closing", "label", "case:uppercase", "case:title"}),
        order=(
            "Wrap the whole reply in <{tag}> and </{tag}>.",
            "Write everything between the tags <{tag}> and </{tag}>, with nothing outside them.",
        ),
        requirement=(
            "The whole reply must be between <{tag}> and </{tag}>.",
            "Nothing may be outside the tags <{tag}> and </{tag}>, each used once.",
        ),
        note=("everything between <{tag}> and </{tag}>", "wrapped in <{tag}>...</{tag}>"),
        sample=lambda rng, material: {"tag": rng.choice(TAGS)},
        build=_around("<{tag}>\n", "\n</{tag}>"),
        check=tags,
        stage=Stage.WRAPPER,
    ),
    InstructionType(
        id="layout:code_block",
        group="wrapper",
        excludes=frozenset({"opening", "closing", "label"}),
        order=(
            "Put the whole reply in a single code block fenced with ```.",
            "Write everything inside one fenced code block (``` before and after).",
        ),
        requirement=(
            "The whole reply must be in one code block fenced with ```.",
            "There must be one fenced code block (```) and nothing outside it.",
        ),
        note=("everything in one ``` code block", "one fenced code block, nothing outside it"),
        build=_around("```\n", "\n```"),
        check=code_block,
        stage=Stage.WRAPPER,
    ),
)
