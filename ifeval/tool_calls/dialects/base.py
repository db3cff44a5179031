"""What a dialect is: how a model writes its calls, read and written."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ifeval.records import ToolCall

Tools = Sequence[Mapping[str, Any]]
"""Tools in the shape of OpenAI's chat API: `{"type": "function", "function": {"name", "description", "parameters"}}`."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a reply holds: its calls in order, why a call could not be read (None: all could), and the prose around."""

    calls: tuple[ToolCall, ...] = ()
    error: str | None = None
    text: str = ""


class Dialect(ABC):
    """One way of writing calls. `instructions` explain it to a model whose template does not.

    `signs`: texts of which one is in every template that speaks the dialect (none: nothing gives it away); `bars`:
    texts that are in none. `framed`: an answer in words has marks of the dialect around it too.
    """

    name: str
    instructions: str
    signs: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()
    framed: bool = False

    @abstractmethod
    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        """The calls in a reply. Never raises; linear in the length of the text.

        `tools` are consulted only where the dialect writes values without their types.
        """

    @abstractmethod
    def render(self, calls: Sequence[ToolCall]) -> str:
        """The calls as a model would write them, so that `parse` reads the same calls back."""


class Malformed(ValueError):
    """A call that cannot be read; the message says why."""


def call_of(value: Any) -> ToolCall:
    """A call from its JSON object: `name` (or `function`), and `arguments` (or `parameters`), an object or its text.

    Raises Malformed.
    """
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]  # OpenAI's wrapping
    if not isinstance(value, dict):
        raise Malformed(f"a call must be an object, not {type(value).__name__}")
    name = value.get("name", value.get("function"))
    if not isinstance(name, str) or not name:
        raise Malformed("the call has no function name")
    arguments = value.get("arguments", value.get("parameters"))
    if isinstance(arguments, str):
        arguments = parse_json(arguments)
    if not isinstance(arguments, dict):
        raise Malformed(f"the arguments of {name} are not an object")
    return ToolCall(name, arguments)


def calls_of(value: Any) -> list[ToolCall]:
    """The call of an object, or the calls of a list of objects. Raises Malformed."""
    return [call_of(item) for item in value] if isinstance(value, list) else [call_of(value)]


def looks_like_calls(value: Any) -> bool:
    """Whether JSON found in prose is meant as a call: it names a function and has arguments."""
    item = value[0] if isinstance(value, list) and value else value
    if isinstance(item, dict) and isinstance(item.get("function"), dict):
        item = item["function"]
    return (
        isinstance(item, dict)
        and ("name" in item or "function" in item)
        and ("arguments" in item or "parameters" in item)
    )


def parse_json(text: str) -> Any:
    """`text` as JSON, integers of any size kept whole (orjson makes them decimals). Raises Malformed."""
    if not text or text.isspace():
        raise Malformed("the call is empty")
    try:
        return json.loads(text)
    except RecursionError:
        raise Malformed("JSON nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"not valid JSON: {error}") from None


def dump_call(call: ToolCall, arguments: str = "arguments") -> str:
    """`{"name": ..., "arguments": {...}}` on one line."""
    return json.dumps({"name": call.name, arguments: dict(call.arguments)}, ensure_ascii=False)


def hide(text: str, *markers: str) -> str:
    """JSON text in which no string holds one of the dialect's markers: their first character is written as an escape."""
    for marker in markers:
        text = text.replace(marker, f"\\u{ord(marker[0]):04x}{marker[1:]}")
    return text


MOST_VALUES = 1000


def read_values(text: str, position: int, most: int = MOST_VALUES) -> tuple[list[Any], int]:
    """The JSON objects and lists (at most `most`) that stand in a row from `position` on, and where they end.

    White space, commas and semicolons may stand between them. Raises Malformed where one begins that is not valid.
    """
    values: list[Any] = []
    end = position
    while len(values) < most:
        begin = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]
        if not text.startswith(("{", "["), begin):
            return values, end
        try:
            value, end = _DECODER.raw_decode(text, begin)
        except RecursionError:
            raise Malformed("JSON nested too deeply") from None
        except json.JSONDecodeError as error:
            raise Malformed(f"not valid JSON: {error.msg} (character {error.pos - begin})") from None
        except ValueError as error:  # a number longer than Python converts
            raise Malformed(f"not valid JSON: {error}") from None
        values.append(value)
    return values, end


_BETWEEN = re.compile(r"[\s,;]*")
_DECODER = json.JSONDecoder()
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_CLOSING = {"[": "]", "{": "}"}
MOST_RETRIES = 2
MAX_DEPTH = 200


def json_spans(text: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, closed) of the outermost bracketed spans of `text`, with JSON strings inside them respected.

    An opening bracket that is never closed gives the rest of the text; the brackets behind it are tried too, but only
    a few times, which keeps the scan linear.
    """
    position = retries = 0
    while (opening := _next_opening(text, position)) >= 0:
        end = _closing(text, opening)
        yield opening, len(text) if end is None else end, end is not None
        if end is None:
            retries += 1
            if retries > MOST_RETRIES:
                return
        position = opening + 1 if end is None else end


def _next_opening(text: str, position: int) -> int:
    found = [at for at in (text.find("{", position), text.find("[", position)) if at >= 0]
    return min(found, default=-1)


def _closing(text: str, opening: int) -> int | None:
    """The end of the span that opens here; None where it nests too deeply, is never closed, or by the other bracket."""
    stack: list[str] = []
    for match in _BRACKET.finditer(text, opening):
        token = match[0]
        if token in _CLOSING:
            stack.append(_CLOSING[token])
            if len(stack) > MAX_DEPTH:
                return None
        elif token in ("]", "}"):
            if stack.pop() != token:
                return None
            if not stack:
                return match.end()
    return None
