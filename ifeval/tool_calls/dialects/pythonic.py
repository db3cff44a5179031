"""Calls as a Python list: `[get_weather(city='Bonn', days=3)]` (Llama 4, ToolACE, LFM2). Literals only, nothing evaluated."""

import ast
import keyword
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools
from ifeval.tool_calls.dialects.tagless import find_calls
from ifeval.tool_calls.values import python_literal

MAX_LENGTH = 200_000
_OPENING = re.compile(r"\[\s*[A-Za-z_][\w.]*\s*\(")
_JSON = re.compile(r"\s*\[?\s*\{")
_BARE = re.compile(r"[A-Za-z_][\w.]*\(")
_TOKEN = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|[\[\](){}]""", re.DOTALL)


class Pythonic(Dialect):
    """A bracketed list of calls with keyword arguments, prose around it allowed; a reply of bare calls is read too."""

    name = "pythonic"
    signs = ("[func_name1(",)
    instructions = (
        "To call functions, reply with a Python list of calls with keyword arguments and nothing else:\n"
        "[function_name(argument_name=value), other_function(argument_name=value)]"
    )

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        bare = text.strip("` \n").removeprefix("python\n")
        if _BARE.match(bare):
            return _read(f"[{bare}]", "")
        opening = _OPENING.search(text)
        if opening is None:
            return Parsed(text=text.strip())
        end = _closing(text, opening.start())
        if end is None:
            return Parsed(error="the list of calls is cut off or its brackets do not match", text=text.strip())
        return _read(text[opening.start() : end], (text[: opening.start()] + text[end:]).strip())

    def render(self, calls: Sequence[ToolCall]) -> str:
        return "[" + ", ".join(f"{call.name}({_keywords(call)})" for call in calls) + "]"


class PythonicTags(Dialect):
    """The same list between tokens of its own; lines: one call per line, and no brackets."""

    def __init__(self, name: str, begin: str, end: str, *, lines: bool = False, signs: tuple[str, ...] = ()) -> None:
        self.name, self.signs = name, signs or (begin,)
        self._begin, self._end, self._lines = begin, end, lines
        example = self.render((ToolCall("function_name", {"argument_name": "value"}),))
        self.instructions = f"To call functions, reply in this form, and with nothing else:\n{example}"

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        calls: list[ToolCall] = []
        prose: list[str] = []
        error: str | None = None
        position = 0
        while (begin := text.find(self._begin, position)) >= 0:
            prose.append(text[position:begin])
            body, position = self._body(text, begin + len(self._begin))
            found = find_calls(body) if _JSON.match(body) else self._calls(body.strip())
            calls += found.calls
            error = error or found.error
        prose.append(text[position:])
        rest = "".join(prose).strip()
        if not calls and error is None and _OPENING.match(rest):  # the tokens were left out
            return Pythonic().parse(rest, tools)
        return Parsed(tuple(calls), error, rest)

    def render(self, calls: Sequence[ToolCall]) -> str:
        written = [f"{call.name}({_keywords(call)})" for call in calls]
        return self._begin + ("\n".join(written) if self._lines else f"[{', '.join(written)}]") + self._end

    def _calls(self, body: str) -> Parsed:
        return _read(f"[{', '.join(body.splitlines())}]" if self._lines else body, "")

    def _body(self, text: str, begin: int) -> tuple[str, int]:
        """The text between the tokens, and where the reply goes on; the closing one may be missing."""
        opening = begin + len(text[begin:]) - len(text[begin:].lstrip()) if not self._lines else -1
        closing = _closing(text, opening) if text.startswith("[", opening) and opening >= 0 else None
        end = text.find(self._end, closing if closing is not None else begin)
        if closing is not None:
            return text[opening:closing], end + len(self._end) if end >= 0 else closing
        return (text[begin:end], end + len(self._end)) if end >= 0 else (text[begin:], len(text))


PYTHONIC: Sequence[Callable[[], Dialect]] = (
    lambda: PythonicTags("lfm2", "<|tool_call_start|>", "<|tool_call_end|>", signs=("<|tool_call_start|>", "<|tool_list_start|>")),
    lambda: PythonicTags("olmo3", "<function_calls>", "</function_calls>", lines=True),
)  # fmt: skip


def _keywords(call: ToolCall) -> str:
    plain = {name: value for name, value in call.arguments.items() if _is_keyword_name(name)}
    other = {name: value for name, value in call.arguments.items() if name not in plain}
    parts = [f"{name}={value!r}" for name, value in plain.items()]
    return ", ".join([*parts, f"**{other!r}"] if other else parts)


def _is_keyword_name(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def _closing(text: str, opening: int) -> int | None:
    depth = 0
    for match in _TOKEN.finditer(text, opening):
        depth += (match[0] in "([{") - (match[0] in ")]}")
        if depth == 0:
            return match.end()
    return None


def _read(source: str, prose: str) -> Parsed:
    try:
        return Parsed(tuple(_call(node) for node in _elements(source)), None, prose)
    except Malformed as problem:
        return Parsed(error=str(problem), text=prose)
    except (RecursionError, MemoryError):
        return Parsed(error="nested too deeply", text=prose)


def _elements(source: str) -> list[ast.expr]:
    if len(source) > MAX_LENGTH:
        raise Malformed(f"longer than {MAX_LENGTH:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a string
            tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError) as problem:
        raise Malformed(f"not Python: {problem.args[0]}") from None
    if not isinstance(tree, ast.List):
        raise Malformed("not a list of calls")
    return tree.elts


def _call(node: ast.expr) -> ToolCall:
    if not isinstance(node, ast.Call):
        raise Malformed(f"{type(node).__name__} where a call should be")
    name = ast.unparse(node.func)
    if node.args:
        raise Malformed(f"{name} has an argument without a name")
    arguments: dict[str, Any] = {}
    for given in node.keywords:
        try:
            value = python_literal(given.value)
        except ValueError as problem:
            raise Malformed(str(problem)) from None
        fresh = value if given.arg is None else {given.arg: value}
        if not isinstance(fresh, dict) or not fresh.keys().isdisjoint(arguments):
            raise Malformed(f"{name} has an argument twice")
        arguments |= fresh
    return ToolCall(name, arguments)
