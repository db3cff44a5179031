"""Calls as a name and pairs of `<arg_key>` and `<arg_value>` (GLM and its relatives)."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Parsed, Tools, hide
from ifeval.tool_calls.dialects.xml import Reader
from ifeval.tool_calls.values import declared_types, typed


class ArgumentPairs(Dialect):
    """`<tool_call>name<arg_key>key</arg_key><arg_value>value</arg_value></tool_call>`, values as bare text.

    space: the name space of the tags ("ifm|"); after_name, between: what is written behind the name, and between key
    and value.
    """

    def __init__(
        self,
        name: str,
        *,
        space: str = "",
        after_name: str = "\n",
        between: str = "\n",
        around: bool = False,
        signs: tuple[str, ...] = ("<arg_key>",),
    ) -> None:
        self.name, self.signs = name, signs
        self._space, self._after, self._between, self._around = space, after_name, between, around
        tag = re.escape(space)
        kind = r"(?::\w+)?"  # some releases write a suffix into each tag: <tool_call:opensource>
        sep = rf"(?:<{tag}tool_sep{kind}>)?"
        self._tag = re.compile(
            rf"(?P<begin><{tag}tool_call{kind}>\s*(?P<name>[^<>\n{{}}]+?)\s*{sep}(?=\s*<))"
            rf"|(?P<end></{tag}tool_call{kind}>)"
            rf"|(?P<parameter><{tag}arg_key{kind}>(?P<key>[^<>]*)</{tag}arg_key{kind}>\s*"
            rf"(?:<{tag}arg_type{kind}>[^<>]*</{tag}arg_type{kind}>\s*)?<{tag}arg_value{kind}>)"
            rf"|(?P<close></{tag}arg_value{kind}>)|(?P<frame></?{tag}tool_calls{kind}>)"
        )
        self._markers = tuple(
            f"<{slash}{space}{word}" for slash in ("", "/") for word in ("tool_call", "arg_", "tool_sep")
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
        space = self._space
        written = [
            f"<{space}tool_call>{call.name}{self._after}"
            + "".join(
                f"<{space}arg_key>{key}</{space}arg_key>{self._between}<{space}arg_value>{self._write(value)}"
                f"</{space}arg_value>{self._between}"
                for key, value in call.arguments.items()
            )
            + f"</{space}tool_call>"
            for call in calls
        ]
        body = "\n".join(written)
        return f"<{space}tool_calls>\n{body}\n</{space}tool_calls>" if self._around else body

    def _write(self, value: Any) -> str:
        if isinstance(value, str):
            plain = value == value.strip() and isinstance(typed(value), str) and value[:1] not in ("'", '"')
            if plain and "<![CDATA[" not in value and not any(marker in value for marker in self._markers):
                return value
        return hide(json.dumps(value, ensure_ascii=False), *self._markers)


PAIRS: Sequence[Callable[[], Dialect]] = (
    lambda: ArgumentPairs("ling3", signs=("<role>",)),
    lambda: ArgumentPairs("hy_v3", after_name="<tool_sep>\n", around=True, signs=("<tool_sep",)),
    lambda: ArgumentPairs("k2_horizon", space="ifm|", around=True, signs=("<ifm|tool_call>",)),
    lambda: ArgumentPairs("longcat_pairs", space="longcat_", signs=("<longcat_arg_key>",)),
    lambda: ArgumentPairs("glm45"),
    lambda: ArgumentPairs("glm47", after_name="", between=""),
)
