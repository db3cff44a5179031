"""IFEval-FC's demands on the form of the whole value."""

import ast
import re
import warnings
from typing import Literal

from ifeval.checks.ifeval import format
from ifeval.checks.ifeval.arguments import Ordinal
from ifeval.checks.text.counting import shorten
from ifeval.records import CheckResult

LONGEST_LIST = 100_000
"""Characters of a Python list that are read at all."""

_SCRIPTS = {
    # Letters of the script, ASCII digits, white space, and whatever is no word character.
    "cyrillic": re.compile(r"[\u0400-\u052f\u2de0-\u2dff\ua640-\ua69f0-9\s\W]*"),
    "greek": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff0-9\s\W]*"),
}
_MARKS = {"single": "'", "double": '"'}
_FENCES = ("```python", "```Python", "```PYTHON", "```")


def cyrillic_greek(text: str, *, script: Literal["cyrillic", "greek"]) -> CheckResult:
    """No letter of another script, no digit but 0 to 9, no `_`; the empty value passes."""
    end = _SCRIPTS[script].match(text).end()  # type: ignore[union-attr]  # it matches the empty text
    if end == len(text):
        return CheckResult(True, f"in {script} letters")
    return CheckResult(False, f"{text[end]!r} is not a {script} letter")


def spaces_in_between(text: str, *, N: Ordinal) -> CheckResult:
    """Exactly `N` spaces wherever there are any, and no white space at the ends; one word passes, as the empty value."""
    if text.strip() != text:
        return CheckResult(False, "white space at an end")
    if " " not in text:
        return CheckResult(True, "no space")
    parts = text.split(" " * N)
    ok = len(parts) > 1 and all(part and " " not in part for part in parts)
    return CheckResult(ok, f"{'' if ok else 'not '}{N} spaces between all words")


def title_format(text: str) -> CheckResult:
    """A non-blank `<<title>>` on one line."""
    return format.title(text)


def json_format(text: str) -> CheckResult:
    """The whole value parses as JSON of any kind, NaN included, a code fence around it aside."""
    return format.json_format(text)


def python_list_format(text: str) -> CheckResult:
    """The whole value is a Python list literal of strings, a code fence around it aside; `[]` passes."""
    if len(text) > LONGEST_LIST:
        return CheckResult(False, f"longer than {LONGEST_LIST:,} characters")
    source = text.strip()
    for fence in _FENCES:
        source = source.removeprefix(fence)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a string
            value = ast.literal_eval(source.removesuffix("```").strip())
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        return CheckResult(False, f"not a Python literal: {shorten(str(error)) or type(error).__name__}")
    if not isinstance(value, list):
        return CheckResult(False, f"a {type(value).__name__}, wanted a list")
    other = next((item for item in value if not isinstance(item, str)), None)
    if other is None:
        return CheckResult(True, f"a list of {len(value)} strings")
    return CheckResult(False, f"{shorten(repr(other))} is no string")


def quotation(text: str, *, quotation_type: Literal["single", "double"]) -> CheckResult:
    """The value starts and ends with the mark; white space outside of it fails."""
    mark = _MARKS[quotation_type]
    ok = len(text) > 1 and text[0] == text[-1] == mark
    return CheckResult(ok, f"{'' if ok else 'not '}wrapped in {quotation_type} quotation marks")
