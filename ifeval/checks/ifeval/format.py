"""IFEval's `detectable_format:` group."""

import json
import re

from ifeval.checks.ifeval.arguments import Count, Pattern
from ifeval.checks.text import patterns
from ifeval.checks.text.counting import at_least, exactly, shorten
from ifeval.records import CheckResult

CONSTRAINED_RESPONSES = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
FENCES = ("```json", "```Json", "```JSON", "```")

_STAR_BULLET = re.compile(r"^[^\S\n]*\*[^*].*$", re.MULTILINE)
_DASH_BULLET = re.compile(r"^[^\S\n]*-", re.MULTILINE)
_EMPHASIS = re.compile(r"\*[^\n*]*\*")
_STRONG = re.compile(r"\*\*[^\n*]*\*\*")


def number_bullet_lists(text: str, *, num_bullets: Count) -> CheckResult:
    """Exactly `num_bullets` lines starting with `*` (but not `**`) or `-`, white space before it aside."""
    count = len(_STAR_BULLET.findall(text)) + len(_DASH_BULLET.findall(text))
    return exactly(count, num_bullets, "bullet point")


def constrained_response(text: str) -> CheckResult:
    """One of three fixed answers occurs somewhere."""
    return one_of(text, CONSTRAINED_RESPONSES)


def number_highlighted_sections(text: str, *, num_highlights: Count) -> CheckResult:
    """At least `num_highlights` non-blank spans in `*...*` or `**...**` on one line."""
    count = sum(1 for span in _EMPHASIS.findall(text) if span.strip("*").strip())
    count += sum(1 for span in _STRONG.findall(text) if span[2:-2].strip())
    return at_least(count, num_highlights, "highlighted section")


def multiple_sections(text: str, *, section_spliter: Pattern, num_sections: Count) -> CheckResult:
    """At least `num_sections` marks made of the splitter and a number ("Section 2"), anywhere in the text."""
    parts = patterns.split(section_spliter.strip(), text, r"\s?", r"\s?\d+\s?")
    return at_least(len(parts) - 1, num_sections, f"{section_spliter.strip()!r} section")


def json_format(text: str) -> CheckResult:
    """The whole text parses as JSON, a code fence around it aside."""
    try:
        json.loads(unfenced(text))
    except ValueError as error:
        return CheckResult(False, f"not JSON: {error}")
    except RecursionError:
        return CheckResult(False, "not JSON: nested too deeply")
    return CheckResult(True, "parses as JSON")


def title(text: str) -> CheckResult:
    """A non-blank `<<title>>` on one line."""
    return title_between(text, "<<", ">>")


def unfenced(text: str) -> str:
    """`text` without a Markdown code fence around it."""
    text = text.strip()
    for fence in FENCES:
        text = text.removeprefix(fence)
    return text.removesuffix("```").strip()


def one_of(text: str, options: tuple[str, ...]) -> CheckResult:
    """One of the fixed answers occurs somewhere."""
    found = next((option for option in options if option in text), None)
    if found is None:
        return CheckResult(False, f"none of {', '.join(map(repr, options))} found")
    return CheckResult(True, f"{found!r} found")


def title_between(text: str, opening: str, closing: str) -> CheckResult:
    """A non-blank title on one line, between two marks that are each one character repeated."""
    found = next(filter(None, (_enclosed(line, opening, closing) for line in text.split("\n"))), None)
    if found is None:
        return CheckResult(False, f"no {opening}title{closing} found")
    return CheckResult(True, f"title {shorten(found)!r}")


def _enclosed(line: str, opening: str, closing: str) -> str:
    """What is between the first opening and the last closing mark, one character at least; else empty."""
    start, end = line.find(opening), line.rfind(closing)
    if not 0 <= start < end - len(opening):
        return ""
    return line[start : end + len(closing)].lstrip(opening[0]).rstrip(closing[0]).strip()
