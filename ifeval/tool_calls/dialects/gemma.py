"""Gemma's calls: `call:name{key:value,...}` between tokens, strings between quotes of their own."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools

MAX_DEPTH = 100
_BARE = re.compile(r"[^,\[\]{}]*")
_BARE_KEY = re.compile(r"[^:,{}\[\]]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,400})(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None, "None": None, "True": True, "False": False}


class Gemma(Dialect):
    """begin and end are the tokens around a call, quote the one around a string.

    A value is a number, true, false, null, a string between quotes, a list, an object with bare keys; what is none of
    them is text. The form has no escapes: a string ends at the next quote.
    """

    def __init__(self, name: str, begin: str, end: str, quote: str, frame: str) -> None:
        self.name, self.signs = name, (begin,)
        self._begin, self._end, self._quote = begin, end, quote
        self._head = re.compile(re.escape(begin) + r"\s*call:\s*([^\s{}<>]+?)\s*(?=\{)")
        self._frame = re.compile(frame)
        example = self.render((ToolCall("function_name", {"argument_name": "value"}),))
        self.instructions = f"To call functions, reply in this form for each call:\n{example}"

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        calls: list[ToolCall] = []
        prose: list[str] = []
        error: str | None = None
        position = 0
        while head := self._head.search(text, position):
            prose.append(text[position : head.start()])
            position = head.end()
            reader = _Reader(text, position, self._quote)
            try:
                arguments = reader.value(0)
                calls.append(ToolCall(head[1], arguments))
                position = reader.position
            except Malformed as problem:
                error = error or f"the call of {head[1]}: {problem}"
                position = max(position, reader.position)
            if text.startswith(self._end, position):
                position += len(self._end)
        prose.append(text[position:])
        rest = "".join(prose)
        if self._begin in rest:
            error = error or "a call that names no function"
        return Parsed(tuple(calls), error, self._frame.sub("", rest).strip())

    def render(self, calls: Sequence[ToolCall]) -> str:
        return "".join(f"{self._begin}call:{call.name}{self._write(dict(call.arguments))}{self._end}" for call in calls)

    def _write(self, value: Any) -> str:
        if isinstance(value, str):
            return f"{self._quote}{value}{self._quote}"
        if isinstance(value, dict):
            return "{" + ",".join(f"{self._key(key)}:{self._write(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list | tuple):
            return "[" + ",".join(map(self._write, value)) + "]"
        return json.dumps(value)

    def _key(self, key: str) -> str:
        return key if re.fullmatch(r"[\w.-]+", key) else self._write(key)


class _Reader:
    def __init__(self, text: str, position: int, quote: str) -> None:
        self.text, self.position, self.quote = text, position, quote

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise Malformed("nested too deeply")
        if self._take("{"):
            return self._items("}", depth, keyed=True)
        if self._take("["):
            return self._items("]", depth, keyed=False)
        if self._take(self.quote):
            return self._string()
        if self.text.startswith('"', self.position):
            return self._json_string()
        bare = _BARE.match(self.text, self.position)[0]  # type: ignore[index]
        self.position += len(bare)
        word = bare.strip()
        if word in _WORDS:
            return _WORDS[word]
        return json.loads(word) if _NUMBER.fullmatch(word) else word

    def _items(self, closing: str, depth: int, keyed: bool) -> Any:
        found: dict[str, Any] = {}
        items: list[Any] = []
        while True:
            self._space()
            if self._take(closing):
                return found if keyed else items
            if keyed:
                key = self._key()
                if key in found:
                    raise Malformed(f"{key!r} comes twice")
                found[key] = self.value(depth + 1)
            else:
                items.append(self.value(depth + 1))
            self._space()
            if not self._take(",") and not self.text.startswith(closing, self.position):
                raise Malformed("it is cut off or its brackets do not match")

    def _key(self) -> str:
        quoted = True
        if self._take(self.quote):
            key = self._string()
        elif self.text.startswith('"', self.position):
            key = self._json_string()
        else:
            bare = _BARE_KEY.match(self.text, self.position)[0]  # type: ignore[index]
            key, quoted = bare.strip(), False
            self.position += len(bare)
        self._space()
        if not (key or quoted) or not self._take(":"):
            raise Malformed("an argument without a name")
        self._space()
        return key

    def _string(self) -> str:
        end = self.text.find(self.quote, self.position)
        if end < 0:
            raise Malformed("a string is never closed")
        begin, self.position = self.position, end + len(self.quote)
        return self.text[begin:end]

    def _json_string(self) -> str:
        try:
            value, self.position = json.JSONDecoder().raw_decode(self.text, self.position)
        except ValueError as error:
            raise Malformed(f"not valid JSON: {error}") from None
        return str(value)

    def _take(self, mark: str) -> bool:
        taken = self.text.startswith(mark, self.position)
        self.position += len(mark) if taken else 0
        return taken

    def _space(self) -> None:
        while self.text[self.position : self.position + 1].isspace():
            self.position += 1


GEMMAS: Sequence[Callable[[], Dialect]] = (
    lambda: Gemma("gemma4", "<|tool_call>", "<tool_call|>", '<|"|>', r"<\|tool_response>|<turn\|>"),
    lambda: Gemma(
        "functiongemma", "<start_function_call>", "<end_function_call>", "<escape>", "<start_function_response>"
    ),
)
