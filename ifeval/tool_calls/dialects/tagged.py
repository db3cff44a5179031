"""Hermes and Qwen's `<tool_call>`, and Mistral's `[TOOL_CALLS]`."""

import re
from collections.abc import Sequence

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools, calls_of, dump_call, hide, read_values
from ifeval.tool_calls.dialects.json_tags import JsonTags
from ifeval.tool_calls.dialects.xml import XML

_TAGS_INSIDE = re.compile(r"<tool_call>\s*<function=")
_NAMED = re.compile(r"\s*([\w.\-]+)\s*(?:\[CALL_ID\]\s*\w+\s*)?(?:\[ARGS\]\s*)?(?=\{)")


class Hermes(JsonTags):
    """`<tool_call>{"name": ..., "arguments": {...}}</tool_call>`, one pair of tags per call.

    A list of calls inside the tags is read too (SmolLM2's model card writes one), and so is a last call whose closing
    tag the model left out.
    """

    def __init__(self) -> None:
        super().__init__("hermes", "<tool_call>\n", "\n</tool_call>")
        self.instructions = (
            "To call functions, reply with a JSON object between tool_call tags for each call:\n"
            '<tool_call>\n{"name": "function_name", "arguments": {"argument_name": value}}\n</tool_call>'
        )
        self._tags = next(dialect for make in XML if (dialect := make()).name == "qwen3_coder")

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        if _TAGS_INSIDE.search(text):  # Qwen's later models write tags into the same frame, whatever they were told
            return self._tags.parse(text, tools)
        return super().parse(text, tools)


class Mistral(Dialect):
    """`[TOOL_CALLS]` and a JSON list, or since tokenizer v11 `[TOOL_CALLS]name[ARGS]{...}` for each call."""

    name = "mistral"
    marker = "[TOOL_CALLS]"
    signs = (marker,)
    instructions = (
        "To call functions, reply with [TOOL_CALLS] and a JSON list, one object for each call:\n"
        '[TOOL_CALLS][{"name": "function_name", "arguments": {"argument_name": value}}]'
    )

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        calls: list[ToolCall] = []
        prose: list[str] = []
        error: str | None = None
        position = 0
        while (marker := text.find(self.marker, position)) >= 0:
            prose.append(text[position:marker])
            position = marker + len(self.marker)
            named = _NAMED.match(text, position)
            try:
                values, position = read_values(text, named.end() if named else position, most=1)
                if not values:
                    raise Malformed(f"no complete JSON behind {self.marker}")
                calls += calls_of({"name": named[1], "arguments": values[0]} if named else values[0])
            except Malformed as problem:
                error = error or str(problem)
        prose.append(text[position:])
        return Parsed(tuple(calls), error, "".join(prose).strip())

    def render(self, calls: Sequence[ToolCall]) -> str:
        return self.marker + "[" + ", ".join(hide(dump_call(call), self.marker) for call in calls) + "]"
