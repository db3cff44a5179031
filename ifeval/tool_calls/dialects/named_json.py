"""Calls as a function's name between tokens, then its arguments as JSON: one class, a row per family."""

import json
import re
from collections.abc import Callable, Sequence

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools, call_of, hide, read_values


class NamedJson(Dialect):
    """`... name ... {json} ...`.

    head: a regular expression with the group `name`, up to where the arguments begin; tail: what may follow them;
    frame: tokens around all calls, which are no prose. form: one call as it is written, from `name`, `arguments` and
    `index`; around: what is written before and after all of them.
    """

    def __init__(
        self,
        name: str,
        head: str,
        tail: str,
        form: str,
        *,
        frame: str = "(?!)",
        around: tuple[str, str] = ("", ""),
        signs: tuple[str, ...],
        hidden: tuple[str, ...],
    ) -> None:
        self.name, self.signs = name, signs
        self._head, self._tail, self._frame = re.compile(head), re.compile(tail), re.compile(frame)
        self._form, self._around, self._hidden = form, around, hidden
        example = self.render((ToolCall("function_name", {"argument_name": "value"}),))
        self.instructions = f"To call functions, reply in this form, and with nothing else:\n{example}"

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        calls: list[ToolCall] = []
        prose: list[str] = []
        error: str | None = None
        position = 0
        while head := self._head.search(text, position):
            prose.append(text[position : head.start()])
            position = head.end()
            try:
                values, end = read_values(text, position)
                if len(values) != 1:
                    raise Malformed(f"the arguments of {head['name']} are not one JSON object")
                calls.append(call_of({"name": head["name"], "arguments": values[0]}))
                position = end
            except Malformed as problem:
                error = error or str(problem)
            if tail := self._tail.match(text, position):
                position = tail.end()
        prose.append(text[position:])
        return Parsed(tuple(calls), error, self._frame.sub("", "".join(prose)).strip())

    def render(self, calls: Sequence[ToolCall]) -> str:
        written = [
            self._form.replace("{name}", call.name)
            .replace("{index}", str(index))
            .replace("{arguments}", hide(json.dumps(dict(call.arguments), ensure_ascii=False), *self._hidden))
            for index, call in enumerate(calls)
        ]
        return self._around[0] + "".join(written) + self._around[1]


class Functionary31(NamedJson):
    """`<function=name>{json}</function>`; code for its interpreter stands bare behind `<|python_tag|>`."""

    def __init__(self) -> None:
        super().__init__(
            "functionary_v3.1",
            r"<function=(?P<name>[^<>\s{}]+)>",
            r"\s*</function>",
            "<function={name}>{arguments}</function>",
            signs=("<function=",),
            hidden=("<function=", "</function>"),
        )

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        before, tag, code = text.partition("<|python_tag|>")
        found = super().parse(before, tools)
        if not tag:
            return found
        return Parsed((*found.calls, ToolCall("python", {"code": code.strip()})), found.error, found.text)


_V3 = "[▁_ ]"
NAMED: Sequence[Callable[[], Dialect]] = (
    lambda: NamedJson(
        "deepseek_v3",
        rf"(?:<｜tool{_V3}calls?{_V3}begin｜>\s*)?function\s*<｜tool{_V3}sep｜>\s*(?P<name>[^<>\s{{}}`]+)\s*```(?:json)?",
        rf"\s*```\s*<｜tool{_V3}call{_V3}end｜>|\s*```",
        "<｜tool▁call▁begin｜>function<｜tool▁sep｜>{name}\n```json\n{arguments}\n```<｜tool▁call▁end｜>",
        frame=rf"<｜tool{_V3}calls{_V3}(?:begin|end)｜>",
        around=("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"),
        signs=("<｜tool▁call▁begin｜>", "<｜tool_call_begin｜>"),
        hidden=("<｜",),
    ),
    lambda: NamedJson(
        "deepseek_v31",
        rf"<｜tool{_V3}call{_V3}begin｜>\s*(?!function\s*<)(?P<name>[^<>\s{{}}]+)\s*<｜tool{_V3}sep｜>",
        rf"\s*<｜tool{_V3}call{_V3}end｜>",
        "<｜tool▁call▁begin｜>{name}<｜tool▁sep｜>{arguments}<｜tool▁call▁end｜>",
        frame=rf"<｜tool{_V3}calls{_V3}(?:begin|end)｜>",
        around=("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"),
        signs=("<｜tool▁call▁begin｜>", "<｜tool_call_begin｜>"),
        hidden=("<｜",),
    ),
    lambda: NamedJson(
        "kimi_k2",
        r"<\|tool_call_begin\|>\s*(?:functions\.)?(?P<name>[^<>:\s]+)(?::\d+)?\s*<\|tool_call_argument_begin\|>",
        r"\s*<\|tool_call_end\|>",
        "<|tool_call_begin|>functions.{name}:{index}<|tool_call_argument_begin|>{arguments}<|tool_call_end|>",
        frame=r"<\|tool_calls?_section_(?:begin|end)\|>",
        around=("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"),
        signs=("<|tool_call_begin|>",),
        hidden=("<|tool",),
    ),
    Functionary31,
    lambda: NamedJson(
        "plamo3",
        r"<\|plamo:begin_tool_name:plamo\|>\s*(?P<name>[^<>]+?)\s*<\|plamo:end_tool_name:plamo\|>\s*"
        r"<\|plamo:begin_tool_arguments:plamo\|>\s*(?:<\|plamo:constrain\|>\s*json\s*)?(?:<\|plamo:msg\|>)?",
        r"\s*<\|plamo:end_tool_arguments:plamo\|>",
        "<|plamo:begin_tool_request:plamo|><|plamo:begin_tool_name:plamo|>{name}<|plamo:end_tool_name:plamo|>"
        "<|plamo:begin_tool_arguments:plamo|><|plamo:constrain|>json<|plamo:msg|>{arguments}"
        "<|plamo:end_tool_arguments:plamo|><|plamo:end_tool_request:plamo|>",
        frame=r"<\|plamo:(?:begin|end)_tool_requests?:plamo\|>|<\|plamo:tag\|>",
        around=("<|plamo:begin_tool_requests:plamo|>", "<|plamo:end_tool_requests:plamo|>"),
        signs=("<|plamo:begin_tool_name:plamo|>",),
        hidden=("<|plamo:",),
    ),
)
