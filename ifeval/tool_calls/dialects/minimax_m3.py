"""MiniMax M3: tags behind a mark of their own, one element per argument, objects and lists as nested elements."""

import json
import re
from collections.abc import Sequence
from typing import Any

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools, hide
from ifeval.tool_calls.values import declared_types, typed

MARK = "]<]minimax[>["
MAX_DEPTH = 50
_TAG = re.compile(re.escape(MARK) + r"<\s*(/?)\s*([\w.:\-]+)(?:\s+name\s*=\s*[\"']?([^<>\"']*)[\"']?)?\s*>")


class MinimaxM3(Dialect):
    """`MARK<invoke name="f">MARK<key>value MARK</key>MARK</invoke>`; a list's elements are called `item`."""

    name = "minimax_m3"
    signs = (MARK,)
    instructions = (
        "To call functions, reply in this form for each call:\n"
        f'{MARK}<tool_call>{MARK}<invoke name="function_name">{MARK}<argument_name>value{MARK}</argument_name>'
        f"{MARK}</invoke>{MARK}</tool_call>"
    )

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        types = declared_types(tools)
        calls: list[ToolCall] = []
        prose: list[str] = []
        error: str | None = None
        stack: list[_Element] = []
        position = 0
        for tag in _TAG.finditer(text):
            between, position = text[position : tag.start()], tag.end()
            closing, name = bool(tag[1]), tag[2]
            (stack[-1].text if stack else prose).append(between)
            if name == "tool_call":
                continue
            if not stack:
                if name == "invoke" and not closing and tag[3]:
                    stack = [_Element(tag[3].strip())]
                continue
            try:
                if not closing:
                    if len(stack) > MAX_DEPTH:
                        raise Malformed("nested too deeply")
                    stack.append(_Element(name if name != "invoke" else ""))
                elif len(stack) == 1:
                    made = stack.pop()
                    calls.append(ToolCall(made.name, made.members(types.get(made.name, {}))))
                else:
                    child = stack.pop()
                    stack[-1].children.append(child)
            except Malformed as problem:
                error, stack = error or str(problem), []
        if stack:
            error = error or f"the call of {stack[0].name} is cut off"
        else:
            prose.append(text[position:])
        return Parsed(tuple(calls), error, "".join(prose).strip())

    def render(self, calls: Sequence[ToolCall]) -> str:
        written = [
            f'{MARK}<invoke name="{call.name}">'
            + "".join(f"{MARK}<{key}>{_write(value)}{MARK}</{key}>" for key, value in call.arguments.items())
            + f"{MARK}</invoke>"
            for call in calls
        ]
        return f"{MARK}<tool_call>\n" + "\n".join(written) + f"\n{MARK}</tool_call>"


class _Element:
    def __init__(self, name: str) -> None:
        self.name = name
        self.text: list[str] = []
        self.children: list[_Element] = []

    def members(self, types: Any) -> dict[str, Any]:
        return {child.name: child.value(types.get(child.name, frozenset())) for child in self.children}

    def value(self, types: frozenset[str]) -> Any:
        if not self.children:
            text = "".join(self.text)
            if text.startswith("\n"):
                text = text[1:].removesuffix("\n")
            return typed(text, types)
        if all(child.name == "item" for child in self.children):
            return [child.value(frozenset()) for child in self.children]
        return {child.name: child.value(frozenset()) for child in self.children}


def _write(value: Any) -> str:
    plain = isinstance(value, str) and value == value.strip() and isinstance(typed(value), str)
    if plain and value[:1] not in ("'", '"') and MARK not in value:
        return value
    return hide(json.dumps(value, ensure_ascii=False), MARK)
