"""What is wrapped around the whole reply."""

from ifeval.checks.ifeval import startend
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import Arguments, Build, InstructionType, Stage
from ifeval.records import CheckResult

TAGS = ("answer", "reply", "text", "result", "output")


def _around(before: str, after: str) -> Build:
    """A build that puts the whole reply between two marks, on their own lines where the body is no plain prose."""

    def build(draft: Draft, arguments: Arguments) -> None:
        line = "" if draft.inline else "\n"
        opening, closing = before.format(**arguments), after.format(**arguments)
        draft.edits.append(lambda text: f"{opening}{line}{text.strip()}{line}{closing}")

    return build


def tags(text: str, *, tag: str) -> CheckResult:
    """Everything stands between `<tag>` and `</tag>`, and each occurs once."""
    text = text.strip()
    opening, closing = f"<{tag}>", f"</{tag}>"
    ok = text.startswith(opening) and text.endswith(closing) and text.count(opening) == text.count(closing) == 1
    return CheckResult(ok, f"{'' if ok else 'not '}wrapped in {opening} and {closing}")


def code_block(text: str) -> CheckResult:
    """Everything stands in one fence of three backticks."""
    text = text.strip()
    ok = text.startswith("```") and text.endswith("```") and text.count("```") == 2
    return CheckResult(ok, f"{'' if ok else 'not '}one fenced code block")


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
            "The first and the last character of the reply have to be double quotation marks.",
        ),
        note=("everything in double quotation marks", "whole reply between double quotation marks"),
        build=_around('"', '"'),
        check=startend.quotation,
        stage=Stage.WRAPPER,
    ),
    InstructionType(
        id="layout:tags",
        group="wrapper",
        excludes=frozenset({"opening", "closing", "label", "case:uppercase", "case:title"}),
        order=(
            "Wrap the whole reply in <{tag}> and </{tag}>.",
            "Write everything between the tags <{tag}> and </{tag}>, with nothing outside.",
        ),
        requirement=(
            "The whole reply must stand between <{tag}> and </{tag}>.",
            "Nothing may stand outside the tags <{tag}> and </{tag}>, each of which is used once.",
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
            "Put the whole reply in a single code block fenced by ```.",
            "Write everything inside one fenced code block (``` before and after).",
        ),
        requirement=(
            "The whole reply must stand in one code block fenced by ```.",
            "There has to be one fenced code block (```) and nothing outside it.",
        ),
        note=("everything in one ``` code block", "one fenced code block, nothing outside it"),
        build=_around("```\n", "\n```"),
        check=code_block,
        stage=Stage.WRAPPER,
    ),
)
