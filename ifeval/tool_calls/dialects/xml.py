"""Calls as tags: a function's tag around one tag per argument, values as bare text. One class, a row per family."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools, hide
from ifeval.tool_calls.values import declared_types, typed

_CDATA = re.compile(r"\s*<!\[CDATA\[(.*)\]\]>\s*", re.DOTALL)


class XmlParameters(Dialect):
    """Tags around a function and around each of its arguments.

    begin and parameter are the opening tags with `{}` for the name, end and parameter_end the closing ones; frame:
    the tags around one call (or all of them: see `once`). The names may be bare or in quotes when they are read.
    Values are read by the types that the tool declares. A JSON string in quotes is unquoted, which is how `render`
    writes text that could be mistaken. lines: values are on lines of their own.
    """

    def __init__(
        self,
        name: str,
        begin: str,
        end: str,
        parameter: str,
        parameter_end: str,
        *,
        frame: tuple[str, str] = ("", ""),
        lines: bool = False,
        once: bool = False,
        signs: tuple[str, ...] = (),
        also_frames: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self._begin, self._end, self._parameter, self._parameter_end = begin, end, parameter, parameter_end
        self._open, self._close = frame
        self._lines, self._once = lines, once
        self.signs = signs or (begin.partition("{}")[0],)
        frames = "|".join(map(re.escape, filter(None, (*frame, *also_frames))))
        self._tag = re.compile(
            f"(?P<begin>{_opening(begin)})|(?P<end>{re.escape(end)})|(?P<parameter>{_opening(parameter, 'key')})"
            f"|(?P<close>{re.escape(parameter_end)})" + (f"|(?P<frame>{frames})" if frames else "")
        )
        self._markers = tuple(
            filter(None, (begin.partition("{}")[0], end, parameter.partition("{}")[0], parameter_end, *frame))
        )
        example = self.render((ToolCall("function_name", {"argument_name": "value"}),))
        self.instructions = f"To call functions, reply in this form for each call:\n{example}"

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        reader = Reader(declared_types(tools))
        position = 0
        for tag in self._tag.finditer(text):
            reader.text(text[position : tag.start()])
            reader.tag(tag.lastgroup or "", tag)
            position = tag.end()
        reader.text(text[position:])
        return reader.finish()

    def render(self, calls: Sequence[ToolCall]) -> str:
        line = "\n" if self._lines else ""
        written = [
            f"{self._begin.replace('{}', call.name)}\n"
            + "".join(
                f"{self._parameter.replace('{}', name)}{line}{self._write(value)}{line}{self._parameter_end}\n"
                for name, value in call.arguments.items()
            )
            + self._end
            for call in calls
        ]
        before, after = (f"{self._open}\n", f"\n{self._close}") if self._open else ("", "")
        if self._once:
            return before + "\n".join(written) + after
        return "\n".join(f"{before}{call}{after}" for call in written)

    def _write(self, value: Any) -> str:
        if not isinstance(value, str):
            return hide(json.dumps(value, ensure_ascii=False), *self._markers)
        ambiguous = value != value.strip() or not isinstance(typed(value), str) or value[:1] in ("'", '"')
        if ambiguous or "<![CDATA[" in value or any(marker in value for marker in self._markers):
            return hide(json.dumps(value, ensure_ascii=False), *self._markers)
        return value


def _opening(tag: str, group: str = "name") -> str:
    """The regular expression of an opening tag: its name bare or in quotes, other attributes behind it."""
    before, _, after = tag.partition("{}")
    quoted = before.endswith('"')
    before = re.escape(before.rstrip('"')).replace("\\ name=", "\\s*name\\s*=\\s*")
    rest = rf"(?P<rest_{group}>[^<>\n]*)" if quoted else ""
    name = rf"[\"']?(?P<{group}>[^<>\n\"']*)[\"']?" if quoted else rf"(?P<{group}>[^<>\n]*)"
    return before + name + rest + re.escape(after.lstrip('"'))


class Reader:
    """One pass over tags and the text between them."""

    def __init__(self, types: Mapping[str, Mapping[str, frozenset[str]]]) -> None:
        self.types = types
        self.calls: list[ToolCall] = []
        self.prose: list[str] = []
        self.error: str | None = None
        self.function: str | None = None
        self.parameter: str | None = None
        self.declared: frozenset[str] | None = None
        self.value: list[str] = []
        self.arguments: dict[str, Any] = {}

    def tag(self, kind: str, match: "re.Match[str]") -> None:
        try:
            if kind == "begin":
                self._begin(match["name"].strip())
            elif kind == "end":
                self._end()
            elif kind == "parameter":
                self._open(match["key"].strip(), match.groupdict().get("rest_key") or "")
            elif kind == "close":
                self._close()
            elif self.function is not None:  # the frame is closed, the function is not
                self._end()
        except Malformed as problem:
            self.error = self.error or str(problem)

    def text(self, text: str) -> None:
        if self.function is None:
            self.prose.append(text)
        elif self.parameter is not None:
            self.value.append(text)
        elif text.strip():
            self.error = self.error or f"text between the parameters of {self.function}"

    def finish(self) -> Parsed:
        if self.function is not None:
            self.error = self.error or f"the call of {self.function} is cut off"
        return Parsed(tuple(self.calls), self.error, "".join(self.prose).strip())

    def _begin(self, name: str) -> None:
        unfinished, self.function, self.parameter, self.arguments = self.function, name, None, {}
        if unfinished is not None:
            raise Malformed(f"the call of {unfinished} is never closed")
        if not name:
            raise Malformed("the call has no function name")

    def _end(self) -> None:
        if self.function is None:
            raise Malformed("a function is closed that was never opened")
        self._close()
        self.calls.append(ToolCall(self.function, self.arguments))
        self.function, self.arguments = None, {}

    def _open(self, name: str, attributes: str) -> None:
        self._close()
        if self.function is None:
            raise Malformed(f"the parameter {name} is outside of a function")
        if name in self.arguments:
            raise Malformed(f"{self.function} has the argument {name} twice")
        self.parameter, self.value = name, []
        said = re.search(r'\b(?:string="(true|false)"|type="(\w+)")', attributes)
        self.declared = None
        if said:
            self.declared = frozenset(filter(None, ({"true": "string"}.get(said[1] or ""), said[2])))

    def _close(self) -> None:
        if self.parameter is None or self.function is None:
            return
        value = "".join(self.value)
        if raw := _CDATA.fullmatch(value):
            read: Any = raw[1]
        else:
            if value.startswith("\n"):
                value = value[1:].removesuffix("\n")
            declared = self.declared
            if declared is None:
                declared = self.types.get(self.function, {}).get(self.parameter, frozenset())
            read = typed(value, declared)
        self.arguments[self.parameter] = read
        self.parameter = None


XML: Sequence[Callable[[], Dialect]] = (
    lambda: XmlParameters(
        "qwen3_coder",
        "<function={}>",
        "</function>",
        "<parameter={}>",
        "</parameter>",
        frame=("<tool_call>", "</tool_call>"),
        lines=True,
        signs=("<parameter=",),
    ),
    lambda: XmlParameters(
        "seed_oss",
        "<function={}>",
        "</function>",
        "<parameter={}>",
        "</parameter>",
        frame=("<seed:tool_call>", "</seed:tool_call>"),
        signs=("<seed:tool_call>",),
    ),
    lambda: XmlParameters(
        "minimax_m2",
        '<invoke name="{}">',
        "</invoke>",
        '<parameter name="{}">',
        "</parameter>",
        frame=("<minimax:tool_call>", "</minimax:tool_call>"),
        once=True,
        signs=("<minimax:tool_call>",),
    ),
    lambda: XmlParameters(
        "deepseek_v32",
        '<｜DSML｜invoke name="{}">',
        "</｜DSML｜invoke>",
        '<｜DSML｜parameter name="{}">',
        "</｜DSML｜parameter>",
        frame=("<｜DSML｜function_calls>", "</｜DSML｜function_calls>"),
        once=True,
        signs=("<｜DSML｜function_calls>", "｜DSML｜function_calls"),
    ),
    lambda: XmlParameters(
        "deepseek_v4",
        '<｜DSML｜invoke name="{}">',
        "</｜DSML｜invoke>",
        '<｜DSML｜parameter name="{}">',
        "</｜DSML｜parameter>",
        frame=("<｜DSML｜tool_calls>", "</｜DSML｜tool_calls>"),
        once=True,
        also_frames=("<｜DSML｜function_calls>", "</｜DSML｜function_calls>"),
    ),
    lambda: XmlParameters(
        "minicpm5", '<function name="{}">', "</function>", '<param name="{}">', "</param>", signs=("<function name=",)
    ),
    lambda: XmlParameters(
        "dots",
        '<invoke name="{}">',
        "</invoke>",
        '<parameter name="{}">',
        "</parameter>",
        frame=("<dots_function_call>", "</dots_function_call>"),
        signs=("<dots_function_call>",),
    ),
    lambda: XmlParameters(
        "step3",
        '<steptml:invoke name="{}">',
        "</steptml:invoke>",
        '<steptml:parameter name="{}">',
        "</steptml:parameter>",
        frame=(
            "<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜>",
            "<｜tool_call_end｜><｜tool_calls_end｜>",
        ),
        once=True,
        also_frames=(
            "<｜tool_calls_begin｜>",
            "<｜tool_calls_end｜>",
            "<｜tool_call_begin｜>function<｜tool_sep｜>",
            "<｜tool_call_end｜>",
        ),
        signs=("steptml:invoke",),
    ),
    lambda: XmlParameters(
        "kimi_k3",
        '<|open|>call tool="{}"<|sep|>',
        "<|close|>call<|sep|>",
        '<|open|>argument key="{}"<|sep|>',
        "<|close|>argument<|sep|>",
        frame=("<|open|>tools<|sep|>", "<|close|>tools<|sep|>"),
        once=True,
        signs=("<|open|>", "<|close|>"),
        also_frames=(
            "<|open|>response<|sep|>",
            "<|close|>response<|sep|>",
            "<|open|>message<|sep|>",
            "<|close|>message<|sep|>",
        ),
    ),
)  # fmt: skip
