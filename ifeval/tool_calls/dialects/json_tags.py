"""Calls as JSON objects behind a tag: one class, a row per family.

The closing tag may be missing, and may stand inside a string: where the JSON ends is what counts.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import (
    MOST_VALUES,
    Dialect,
    Malformed,
    Parsed,
    Tools,
    call_of,
    hide,
    read_values,
)

Grouping = Literal["each", "list", "lines"]
"""How several calls are written: each in tags of its own, as one list, or one per line inside one pair of tags."""


class JsonTags(Dialect):
    """`BEGIN {json} END`.

    begin, end: the tags as they are written; also: a regular expression for other openings that are read. keys: what
    the objects call the name and the arguments; None: the object is `{name: arguments}`. silent: names of tools that
    stand for no call. frame: written before the first and after the last call.
    """

    def __init__(
        self,
        name: str,
        begin: str,
        end: str = "",
        *,
        also: str = "",
        grouping: Grouping = "each",
        keys: tuple[str, str] | None = ("name", "arguments"),
        signs: tuple[str, ...] = (),
        silent: frozenset[str] = frozenset(),
    ) -> None:
        self.name = name
        self.signs = signs or (begin.strip(),)
        self._begin, self._end, self._grouping, self._keys, self._silent = begin, end, grouping, keys, silent
        self._opening = re.compile("|".join(filter(None, (re.escape(begin.strip()), also))))
        example = self.render((ToolCall("function_name", {"argument_name": "value"}),))
        self.instructions = f"To call functions, reply in this form, and with nothing else:\n{example}"

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        calls: list[ToolCall] = []
        prose: list[str] = []
        error: str | None = None
        position = 0
        most = MOST_VALUES if self._end else 1
        for opening in self._openings(text):
            if opening.start() < position:  # inside a call that was read already
                continue
            prose.append(text[position : opening.start()])
            position = opening.end()
            try:
                values, position = read_values(text, position, most)
                if not values:
                    raise Malformed("the call is empty")
                calls += [call for value in values for call in self._calls(value)]
            except Malformed as problem:
                error = error or str(problem)
                closing = text.find(self._end.strip(), position) if self._end else -1
                position = len(text) if closing < 0 else closing
            position = self._behind(text, position)
        prose.append(text[position:])
        return Parsed(tuple(calls), error, "".join(prose).strip())

    def render(self, calls: Sequence[ToolCall]) -> str:
        bodies = [self._dump(call) for call in calls]
        if self._grouping == "each":
            return "\n".join(f"{self._begin}{body}{self._end}" for body in bodies)
        inside = "[" + ", ".join(bodies) + "]" if self._grouping == "list" else "\n".join(bodies)
        return f"{self._begin}{inside}{self._end}"

    def _openings(self, text: str) -> Iterable["re.Match[str]"]:
        """Where calls begin; a reply that begins with JSON and only closes the tag has lost the opening one."""
        found = list(self._opening.finditer(text))
        lost = self._end.strip() and self._end.strip() in text and text.lstrip().startswith(("{", "["))
        return found if found or not lost else [match for match in [re.match("", text)] if match]

    def _dump(self, call: ToolCall) -> str:
        arguments = dict(call.arguments)
        value = (
            {call.name: arguments} if self._keys is None else dict(zip(self._keys, (call.name, arguments), strict=True))
        )
        return hide(json.dumps(value, ensure_ascii=False), *filter(None, (self._begin.strip(), self._end.strip())))

    def _behind(self, text: str, position: int) -> int:
        """Where the text goes on: behind the closing tag where there is one."""
        end = self._end.strip()
        begin = position + len(text[position : position + 200]) - len(text[position : position + 200].lstrip())
        return begin + len(end) if end and text.startswith(end, begin) else position

    def _calls(self, value: Any) -> list[ToolCall]:
        made = [self._call(item) for item in (value if isinstance(value, list) else [value])]
        return [call for call in made if call.name not in self._silent]

    def _call(self, value: Any) -> ToolCall:
        if self._keys is None:
            if not isinstance(value, dict) or len(value) != 1:
                raise Malformed("a call must be an object with the function's name as its only key")
            ((name, arguments),) = value.items()
            return call_of({"name": name, "arguments": arguments})
        if isinstance(value, dict) and self._keys[0] in value:
            name, arguments = (value.get(key) for key in self._keys)
            value = {**value, "name": name, **({"arguments": arguments} if arguments is not None else {})}
        return call_of(value)


TAGGED: Sequence[Callable[[], Dialect]] = (
    lambda: JsonTags("granite4", "<tool_call>\n", "\n</tool_call>", signs=("<|start_of_role|>",)),
    lambda: JsonTags("ernie45", "<tool_call>\n", "\n</tool_call>", signs=("<response>",)),
    lambda: JsonTags("granite", "<|tool_call|>", also="<tool_call>(?=\\s*\\[)", grouping="list"),
    lambda: JsonTags("granite-20b-fc", "<function_call> "),
    lambda: JsonTags("hunyuan_a13b", "<tool_calls>", "</tool_calls>", grouping="list", signs=("<|extra_0|>", "<|hy_")),
    lambda: JsonTags("jamba", "<tool_calls>", "</tool_calls>", grouping="list", signs=("<|bom|>",)),
    lambda: JsonTags("minimax", "<tool_calls>\n", "\n</tool_calls>", grouping="lines", signs=("<beginning_of_sentence>",)),
    lambda: JsonTags("apriel", "<tool_calls>", "</tool_calls>", grouping="list"),
    lambda: JsonTags("phi4_mini_json", "functools", also="functools(?=\\s*\\[)", grouping="list"),
    lambda: JsonTags("inkling", "<|content_invoke_tool_json|>", "<|end_message|>", keys=("name", "args")),
    lambda: JsonTags("longcat", "<longcat_tool_call>\n", "\n</longcat_tool_call>"),
    lambda: JsonTags("nemotron_json", "<TOOLCALL>", "</TOOLCALL>", grouping="list"),
    lambda: JsonTags("apertus", "<|tools_prefix|>", "<|tools_suffix|>", grouping="list", keys=None),
    lambda: JsonTags(
        "internlm",
        "<|action_start|><|plugin|>\n",
        "<|action_end|>",
        also="<\\|action_start\\|>\\s*<\\|plugin\\|>",
        keys=("name", "parameters"),
    ),
    lambda: JsonTags(
        "gigachat3",
        "<|function_call|>",
        also="(?:<\\|message_sep\\|>\\s*)?function call<\\|role_sep\\|>",
        signs=("<|function_call|>", "function call<|role_sep|>"),
    ),
    lambda: JsonTags(
        "cohere_command4", "<|START_ACTION|>", "<|END_ACTION|>", grouping="list", keys=("tool_name", "parameters"), signs=("<|START_TEXT|>",)
    ),
    lambda: JsonTags("cohere_command3", "<|START_ACTION|>", "<|END_ACTION|>", grouping="list", keys=("tool_name", "parameters")),
    lambda: JsonTags(
        "command_r",
        "Action:\n```json\n",
        "\n```",
        also="Action:\\s*```(?:json)?",
        grouping="list",
        keys=("tool_name", "parameters"),
        signs=("```json\n[\n    {\n        \"tool_name\"", "Action:"),
        silent=frozenset(("directly_answer", "directly-answer")),
    ),
)  # fmt: skip
