"""Argument values that a dialect writes as bare text, read by the types the tool declares."""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Types = Mapping[str, Mapping[str, frozenset[str]]]
"""For each function and parameter, the JSON types its schema allows; none where it says none."""

LONGEST_LITERAL = 20_000
MOST_BRANCHES = 20
_INTEGER = re.compile(r"[+-]?\d{1,400}")
_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
_NOTHING = object()


def declared_types(tools: Sequence[Mapping[str, Any]] | None) -> Types:
    """The types of every parameter of `tools`; what is no schema declares nothing."""
    found: dict[str, Mapping[str, frozenset[str]]] = {}
    for tool in tools or ():
        function = tool.get("function", tool)
        parameters = function.get("parameters") if isinstance(function, Mapping) else None
        properties = parameters.get("properties") if isinstance(parameters, Mapping) else None
        if isinstance(properties, Mapping):
            found[str(function.get("name", ""))] = {str(name): _types(schema) for name, schema in properties.items()}
    return found


def typed(text: str, types: frozenset[str] = frozenset()) -> Any:
    """The value that `text` stands for.

    What may be a string stays text, unless it is a JSON string in quotes, or `null` where that is declared too. All
    else is read as JSON or as a Python literal where it is one.
    """
    stripped = text.strip()
    if "string" in types:
        if "null" in types and stripped in ("null", "None"):
            return None
        if not (text.startswith('"') and text.endswith('"')):
            return text
        value = _json(text)
        return value if isinstance(value, str) else text
    if stripped in _WORDS:
        return _WORDS[stripped]
    if types & {"integer", "number"} and _INTEGER.fullmatch(stripped):
        return int(stripped)
    value = _json(stripped)
    if value is _NOTHING:
        value = _python(stripped)
    return text if value is _NOTHING else value


def python_literal(node: ast.expr) -> Any:
    """The value of a literal of JSON's kinds; JSON's own words for true, false and null are read too. Raises ValueError."""
    match node:
        case ast.Constant(value=str() | int() | float() | None as value):
            return value
        case ast.Name(id=name) if name in _WORDS:
            return _WORDS[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=ast.Constant(value=int() | float() as number)):
            return -number if isinstance(sign, ast.USub) else number
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [python_literal(element) for element in elements]
        case ast.Dict(keys=keys, values=values) if all(isinstance(key, ast.Constant) for key in keys):
            return {
                str(key.value): python_literal(value)  # type: ignore[union-attr]
                for key, value in zip(keys, values, strict=True)
            }
    raise ValueError(f"{type(node).__name__} is no literal")


def _types(schema: Any) -> frozenset[str]:
    if not isinstance(schema, Mapping):
        return frozenset()
    kind = schema.get("type")
    named = {kind} if isinstance(kind, str) else set(kind) if isinstance(kind, list | tuple) else set()
    if schema.get("nullable") is True:
        named.add("null")
    for key in ("anyOf", "oneOf"):
        branches = schema.get(key)
        for branch in branches[:MOST_BRANCHES] if isinstance(branches, list) else ():
            named |= _types({"type": branch.get("type")} if isinstance(branch, Mapping) else None)
    enum = schema.get("enum")
    if not named and isinstance(enum, list) and enum and all(isinstance(value, str) for value in enum):
        named.add("string")
    return frozenset(str(name) for name in named)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOTHING


def _python(text: str) -> Any:
    if not text.startswith(("[", "{", "(", "'", '"')) or len(text) > LONGEST_LITERAL:
        return _NOTHING
    try:
        return python_literal(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _NOTHING
