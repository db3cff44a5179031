"""How the Llamas write calls: Llama 3 as JSON objects with `parameters`, Llama 4 as a Python list or that JSON."""

import re
from collections.abc import Callable, Sequence

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Parsed, Tools, dump_call
from ifeval.tool_calls.dialects.pythonic import Pythonic
from ifeval.tool_calls.dialects.tagless import find_calls

_BUILT_IN = re.compile(r"\s*([A-Za-z_]\w*)\.call(?=\()")


class Llama3Json(Dialect):
    """`{"name": ..., "parameters": {...}}`, several separated by semicolons, sometimes behind `<|python_tag|>`.

    A tool that is built into the model is called as `<|python_tag|>name.call(argument="value")`.
    """

    name = "llama3_json"
    instructions = (
        "To call functions, reply with one JSON object for each call, separated by semicolons, and nothing else:\n"
        '{"name": "function_name", "parameters": {"argument_name": value}}'
    )

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        before, tag, after = text.partition("<|python_tag|>")
        if tag and (called := _BUILT_IN.match(after)):
            found = Pythonic().parse(f"[{called[1]}{after[called.end() :].strip()}]", tools)
            return Parsed(found.calls, found.error, before.strip())
        found = find_calls(text)
        return Parsed(found.calls, found.error, found.text.replace("<|python_tag|>", "").strip("; \n"))

    def render(self, calls: Sequence[ToolCall]) -> str:
        return "; ".join(dump_call(call, "parameters") for call in calls)


class Llama4(Dialect):
    """Llama 4: a Python list between `<|python_start|>` and `<|python_end|>`, or JSON as Llama 3 writes it."""

    def __init__(self, name: str, python: bool, signs: tuple[str, ...], bars: tuple[str, ...] = ()) -> None:
        self.name, self.signs, self.bars, self._python = name, signs, bars, python
        example = self.render((ToolCall("function_name", {"argument_name": "value"}),))
        self.instructions = f"To call functions, reply in this form, and with nothing else:\n{example}"

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        plain = text.replace("<|python_start|>", "").replace("<|python_end|>", "")
        as_list, as_json = Pythonic().parse(plain, tools), find_calls(plain)
        read = as_list if as_list.calls or (self._python and not as_json.calls) else as_json
        return Parsed(read.calls, read.error, read.text.strip("; \n"))

    def render(self, calls: Sequence[ToolCall]) -> str:
        return Pythonic().render(calls) if self._python else Llama3Json().render(calls)


LLAMAS: Sequence[Callable[[], Dialect]] = (
    lambda: Llama4("llama4_pythonic", True, ("[func_name1(", "<|python_start|>")),
    lambda: Llama4("llama4_json", False, ("<|header_start|>",), bars=("<|python_start|>",)),
)
