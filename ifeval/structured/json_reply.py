"""JSON in a reply: all of it, in a fenced block, or the first object or array in prose.

Strict JSON (RFC 8259) with names unique: NaN, Infinity, numbers beyond a double's range and duplicate keys are refused.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from ifeval.structured.documents import Parsed, fenced_blocks
from ifeval.structured.schema.validator import MAX_DEPTH, measure

MAX_STARTS = 8
"""How many brackets that are never closed are given up before the scan ends; each costs one pass over the text."""

_OPENING = re.compile(r"[{\[]")
_JSON_START = re.compile(r'\{\s*+"|\[\s*+["{\[\d]')
_INTERESTING = re.compile(r'["{}\[\]]')
_STRING_END = re.compile(r'(?:[^"\\]|\\.)*+"', re.DOTALL)


def read_json(text: str) -> Parsed:
    """Find and parse the JSON of a reply, in time linear in its length.

    Without any JSON the error is that of the document which came nearest: the whole reply, or the longest candidate.
    """
    stripped = text.strip()
    if not stripped:
        return Parsed(error="the reply is empty")
    value, error = parse_json(stripped)
    if error is None:
        return Parsed(value)
    for label, content in fenced_blocks(text):
        if label in ("", "json", "jsonc", "json5"):
            value, fault = parse_json(content.strip())
            if fault is None:
                return Parsed(value, "fenced")
            error = fault
    longest = 0
    for candidate in _bracketed(stripped):
        value, fault = parse_json(candidate)
        if fault is None:
            return Parsed(value, "embedded")
        if len(candidate) > longest:
            longest, error = len(candidate), fault
    return Parsed(error=error)


def parse_json(text: str) -> tuple[Any, str | None]:
    """(value, None), or (None, what is wrong with the text)."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        return None, f"nested more than {MAX_DEPTH} levels deep"
    except json.JSONDecodeError as error:
        return None, f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except ValueError as error:
        return None, f"not JSON: {str(error)[:120]}"
    if measure(value)[0] > MAX_DEPTH:
        return None, f"nested more than {MAX_DEPTH} levels deep"
    return value, None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ValueError(f"duplicate key {name[:60]!r}")
        made[name] = value
    return made


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is out of range")
    return number


def _bracketed(text: str) -> Iterator[str]:
    """The outermost balanced {...} and [...] of the text, brackets inside strings left out of the count."""
    position = abandoned = 0
    while abandoned < MAX_STARTS and (start := _OPENING.search(text, position)):
        end = _closing(text, start.start())
        if end is None and _JSON_START.match(text, start.start()):
            # its inner pieces are no document of their own
            yield text[start.start() :]
            return
        if end is None:
            abandoned += 1
            position = start.end()
        else:
            yield text[start.start() : end]
            position = end


def _closing(text: str, start: int) -> int | None:
    """Where the bracket at `start` is closed, None where it never is; too deep to parse, it runs to the end."""
    depth, position = 0, start
    while match := _INTERESTING.search(text, position):
        position = match.end()
        if match[0] == '"':
            closed = _STRING_END.match(text, position)
            if closed is None:
                return None
            position = closed.end()
        else:
            depth += 1 if match[0] in "{[" else -1
            if depth == 0:
                return position
            if depth > MAX_DEPTH:
                return len(text)
    return None
