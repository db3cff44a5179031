"""Calls as bare JSON, plain or fenced."""

import re
from collections.abc import Iterable, Sequence

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import (
    Dialect,
    Malformed,
    Parsed,
    Tools,
    calls_of,
    dump_call,
    hide,
    json_spans,
    looks_like_calls,
    parse_json,
)

_EMPTY_FENCE = re.compile(r"```\w{0,10}\s{0,20}```")
_NAMED = re.compile(r'"(?:name|function)"\s*:')


def find_calls(text: str) -> Parsed:
    """The JSON calls anywhere in `text`; other JSON is prose, broken JSON with a name in it an error."""
    calls: list[ToolCall] = []
    prose: list[str] = []
    error: str | None = None
    taken = 0
    for start, end, closed in json_spans(text):
        span = text[start:end]
        try:
            if not closed:
                raise Malformed("the call is cut off or its brackets do not match")
            value = parse_json(span)
            if not looks_like_calls(value):
                continue
            calls += calls_of(value)
        except Malformed as problem:
            if _NAMED.search(span):
                error = error or str(problem)
            continue
        prose.append(text[taken:start])
        taken = end
    return Parsed(tuple(calls), error, _EMPTY_FENCE.sub("", "".join([*prose, text[taken:]])).strip())


class PlainJson(Dialect):
    """One object, or a list of objects, anywhere in the reply."""

    name = "json"
    instructions = (
        "To call functions, reply with a JSON list and nothing else, one object for each call:\n"
        '[{"name": "function_name", "arguments": {"argument_name": value}}]'
    )

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        return find_calls(text)

    def render(self, calls: Sequence[ToolCall]) -> str:
        return "[" + ", ".join(dump_call(call) for call in calls) + "]"


class Xlam(PlainJson):
    """xLAM writes a bare list, sometimes between tags of other families."""

    name = "xlam"
    _tags = re.compile(r"</?tool_call>|\[TOOL_CALLS\]")

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        found = find_calls(text)
        return Parsed(found.calls, found.error, self._tags.sub("", found.text).strip()) if found.calls else found


class FencedJson(Dialect):
    """The same inside a Markdown code fence; JSON outside of fences is prose."""

    name = "fenced"
    instructions = (
        "To call functions, reply with one Markdown code block that holds a JSON list, one object for each call:\n"
        '```json\n[{"name": "function_name", "arguments": {"argument_name": value}}]\n```'
    )

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        parts = text.split("```")  # prose, fence, prose, ...; an open last fence is a cut-off call
        read = [find_calls(fence) for fence in parts[1::2]]
        prose = [*parts[::2], *(found.text for found in read if not found.calls)]
        return Parsed(
            tuple(call for found in read for call in found.calls),
            _first(found.error for found in read),
            "".join(prose).strip(),
        )

    def render(self, calls: Sequence[ToolCall]) -> str:
        return "```json\n" + hide(PlainJson().render(calls), "```") + "\n```"


def _first(errors: Iterable[str | None]) -> str | None:
    return next((error for error in errors if error), None)
