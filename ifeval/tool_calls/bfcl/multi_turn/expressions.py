"""A call string, `f(a=1, b=g()["x"])`, worked out over a table of functions. It is parsed and never evaluated.

Upstream hands the string to Python. Here literals, arithmetic on them, indexing, nested calls of the offered functions
and a few harmless built-ins have their Python meaning, errors included; all else is an error of its own.
"""

import ast
import copy
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from ifeval.tool_calls.bfcl.python import MAX_LENGTH, binary, unary

MAX_NESTED = 50_000
FORBIDDEN = frozenset(("kill", "exit", "quit", "remove", "unlink", "popen", "Popen", "run"))
_BUILTINS: Mapping[str, Callable[..., Any]] = {
    "abs": abs, "bool": bool, "dict": dict, "float": float, "int": int, "len": len, "list": list, "max": max,
    "min": min, "set": set, "sorted": sorted, "str": str, "sum": sum, "tuple": tuple,
}  # fmt: skip
_WORD_BEFORE_BRACKET = re.compile(r"\b([a-zA-Z_]\w*)\s+(?=\()")


class NotAllowed(Exception):
    """The string asks for something that is refused; the message says what."""


def normalized(text: str) -> str:
    """The text without white space between a word and an opening bracket, inside string literals too (as upstream)."""
    return _WORD_BEFORE_BRACKET.sub(r"\1", text)


def evaluate(text: str, functions: Mapping[str, Callable[..., Any]]) -> Any:
    """The value of one call string. Raises what the called function raises, NotAllowed, SyntaxError, NameError, ..."""
    if len(text) > MAX_LENGTH:
        raise NotAllowed(f"longer than {MAX_LENGTH:,} characters")
    text = normalized(text)
    called = text.split("(")[0]
    parts = called.split(".")
    name = parts[1] if len(parts) > 1 else called
    if name in FORBIDDEN:
        raise NotAllowed(f"Function call {name} is not allowed.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" warns, and must not stop a run where warnings are errors
        tree = ast.parse(text.lstrip(" \t"), "<string>", "eval")
    return _Evaluator(functions).outermost(tree.body)


class _Evaluator:
    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.functions = functions

    def outermost(self, node: ast.expr) -> Any:
        """The result itself: it is printed next, and neither kept nor changed."""
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                return self.call(name, arguments, keywords)
        return self.value(node)

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):  # functions have a meaning only where they are called
                raise NameError(f"name '{name}' is not defined")
            case ast.List(elts=elements):
                return [self.value(element) for element in elements]
            case ast.Tuple(elts=elements):
                return tuple(self.value(element) for element in elements)
            case ast.Set(elts=elements):
                return {self.value(element) for element in elements}
            case ast.Dict(keys=keys, values=values) if None not in keys:
                return {self.value(key): self.value(value) for key, value in zip(keys, values, strict=True) if key}
            case ast.UnaryOp(op=op, operand=operand):
                return unary(type(op), self.value(operand))
            case ast.BinOp(op=op, left=left, right=right):
                return _bounded(binary(type(op), self.value(left), self.value(right)))
            case ast.Subscript(value=container, slice=index) if not isinstance(index, ast.Slice):
                return self.value(container)[self.value(index)]
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                return _detached(self.call(name, arguments, keywords))
        raise NotAllowed(f"{type(node).__name__} is not supported here")

    def call(self, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Any:
        function = self.functions.get(name) or _BUILTINS.get(name)
        if function is None:
            raise NameError(f"name '{name}' is not defined")
        if any(keyword.arg is None for keyword in keywords):
            raise NotAllowed("** is not supported here")
        positional = [self.value(argument) for argument in arguments]
        named = {str(keyword.arg): self.value(keyword.value) for keyword in keywords}
        return function(*positional, **named)


def _detached(result: Any) -> Any:
    """A copy of a result that becomes an argument, so that no state can come to contain itself, or double unseen."""
    if len(repr(result)) > MAX_NESTED:
        raise NotAllowed(f"a result longer than {MAX_NESTED:,} as an argument")
    return copy.deepcopy(result)


def _bounded(value: Any) -> Any:
    """Texts and lists that are glued together from results stay as short as a reply may be."""
    if hasattr(value, "__len__") and len(value) > MAX_LENGTH:
        raise NotAllowed(f"a value longer than {MAX_LENGTH:,}")
    return value
