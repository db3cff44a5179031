"""The calls of a reply in whatever known form they are written: what the lenient numbers rest on."""

import re

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects import DIALECTS, Dialect
from ifeval.tool_calls.dialects.base import Parsed, Tools

LONGEST = 100_000
"""Characters that are looked at; a reply that says nothing so long calls nothing."""

_CALL_LIKE = re.compile(r"[{\[(<]")


def any_form(text: str, tools: Tools) -> Parsed:
    """The calls in `text` in the first of the known forms that gives some, JSON in a fence and bare JSON among them.

    A form whose calls all name functions of `tools` goes before one that names others; then more calls go before
    fewer. Where no form gives a call, `error` is why something that looked like one of them could not be read.
    """
    text = text[:LONGEST]
    if not _CALL_LIKE.search(text):
        return Parsed(text=text)
    known = {str(tool.get("function", tool).get("name", "")) for tool in tools}
    readings = [(dialect, dialect.parse(text, tools)) for dialect in DIALECTS.values()]
    found = [parsed for _, parsed in readings if parsed.calls]
    if found:
        return max(found, key=lambda parsed: (_known(parsed.calls, known), parsed.error is None, len(parsed.calls)))
    errors = (parsed.error for dialect, parsed in readings if parsed.error and _meant(dialect, text, known))
    return Parsed(error=next(errors, None), text=text)


def _known(calls: tuple[ToolCall, ...], known: set[str]) -> bool:
    return all(call.name in known for call in calls)


def _meant(dialect: Dialect, text: str, known: set[str]) -> bool:
    """Whether an unreadable piece was meant as a call: it names one of the functions, or bears the dialect's own mark."""
    return any(name and name in text for name in known) or any(sign in text for sign in dialect.signs)
