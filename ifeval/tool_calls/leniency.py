"""A reply's calls against those wanted, strictly and leniently: the form that was asked for, and any form at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ifeval.records import CheckResult, ToolCall
from ifeval.tool_calls.any_form import any_form
from ifeval.tool_calls.dialects.base import Parsed, Tools
from ifeval.tool_calls.matching import Expected, match


@dataclass(frozen=True, slots=True)
class Matched:
    """checks: as `match` gives them for the form asked for, a right call in another form being "wrong_form". in_any_form:
    the same whatever the form. attempted: the reply holds a call, or something that was meant as one, in any form.
    """

    checks: tuple[CheckResult, ...]
    in_any_form: tuple[CheckResult, ...]
    attempted: bool


def match_leniently(
    calls: Sequence[ToolCall] | None, error: str | None, answer: str, expected: Sequence[Expected], tools: Tools
) -> Matched:
    """Match the calls that were read (or why none could be) and, where there are none, those in any other form.

    answer: the reply's text, calls and all.
    """
    strict = match(calls, expected, tools, error)
    if calls and error is None:
        return Matched(strict, strict, True)
    found = any_form(answer, tools)
    lenient = match(found.calls, expected, tools, None if found.calls else found.error or error)
    attempted = bool(calls or found.calls) or (found.error or error) is not None
    if not found.calls or calls or error is not None:
        return Matched(_unparsable(strict, found), lenient, attempted)
    if not expected:
        return Matched(lenient, lenient, attempted)
    reason = f"{', '.join(call.name for call in found.calls[:5])} called in another form than asked for"
    wrong = tuple(replace(check, reason=reason, failure="wrong_form") for check in strict)
    return Matched(wrong, lenient, attempted)


def _unparsable(strict: tuple[CheckResult, ...], found: Parsed) -> tuple[CheckResult, ...]:
    """What looked like a call in some form and could not be read is an attempt that failed, not the lack of one."""
    if found.error is None or found.calls or strict[0].failure != "no_call":
        return strict
    return (replace(strict[0], reason=f"the call cannot be read: {found.error}", failure="unparsable"),)
