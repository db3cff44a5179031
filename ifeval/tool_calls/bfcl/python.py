"""Python-style calls, `[f(a=1), g(b="x")]`, read from the syntax tree and never evaluated.

The rules are those of BFCL's decoder (`bfcl_eval/model_handler/utils.py`): positional arguments are dropped, a bare
name is the string of its name, a call without keywords is its source text, and every unary operator negates, so that
`+5` is -5. `repaired=True` gives unary operators their Python meaning.
"""

import ast
import operator
import warnings
from collections.abc import Callable
from typing import Any

MAX_LENGTH = 200_000
MAX_CONSTANT = 10_000

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.BitAnd: operator.and_,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}


class Undecodable(ValueError):
    """The text is not a list of calls; the message says why."""


Decoded = list[dict[str, dict[Any, Any]]]


def decode(text: str, repaired: bool = False) -> Decoded:
    """The calls of `[f(a=1), ...]`, each as `{name: {argument: value}}`. Raises Undecodable."""
    tree = _parse(text)
    if not isinstance(tree, ast.List):
        raise Undecodable("not a list of calls")
    read = _Reader(repaired)
    try:
        return [read.call(element) for element in tree.elts]
    except (RecursionError, MemoryError):
        raise Undecodable("nested too deeply") from None
    except (TypeError, ArithmeticError) as error:
        raise Undecodable(str(error)) from None


def _parse(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise Undecodable(f"longer than {MAX_LENGTH:,} characters")
    try:
        if "\\" in text:  # "\d" warns, and must not stop a run where warnings are errors
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text, mode="eval").body
        return ast.parse(text, mode="eval").body
    except (RecursionError, MemoryError):
        raise Undecodable("nested too deeply") from None
    except (SyntaxError, ValueError) as error:
        raise Undecodable(f"not Python: {error.args[0] if error.args else error}") from None


class _Reader:
    def __init__(self, repaired: bool) -> None:
        self.repaired = repaired

    def call(self, node: ast.expr) -> dict[str, dict[Any, Any]]:
        if not isinstance(node, ast.Call):
            raise Undecodable(f"{type(node).__name__} where a call should be")
        parts = []
        function: ast.expr = node.func
        while isinstance(function, ast.Attribute):
            parts.append(function.attr)
            function = function.value
        if isinstance(function, ast.Name):
            parts.append(function.id)
        return {".".join(reversed(parts)): {keyword.arg: self.value(keyword.value) for keyword in node.keywords}}

    def value(self, node: ast.expr | None) -> Any:
        match node:
            case ast.Constant(value=value):
                return "..." if value is Ellipsis else value
            case ast.Name(id=name):
                return name
            case ast.List(elts=elements):
                return [self.value(element) for element in elements]
            case ast.Tuple(elts=elements):
                return tuple(self.value(element) for element in elements)
            case ast.Dict(keys=keys, values=values):
                return {self.value(key): self.value(value) for key, value in zip(keys, values, strict=True)}
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return constant(node)
            case ast.Call(keywords=[]):
                return ast.unparse(node)
            case ast.Call():
                return self.call(node)
            case ast.Subscript(value=container, slice=index):
                return f"{ast.unparse(container)}[{ast.unparse(index)}]"
        raise Undecodable(f"{type(node).__name__} cannot be an argument")

    def _unary(self, node: ast.UnaryOp) -> Any:
        if self.repaired:
            return constant(node)
        if not isinstance(node.operand, ast.Constant):
            raise Undecodable(f"a sign before {type(node.operand).__name__}")
        return -node.operand.value  # type: ignore[operator]  # TypeError on "-'text'" means undecodable


def constant(node: ast.expr) -> Any:
    """Arithmetic on literals ("9 + 1"), with results bounded in size.

    Raises Undecodable on anything with a name in it, TypeError and ArithmeticError as Python does.
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=elements):
            return [constant(element) for element in elements]
        case ast.Tuple(elts=elements):
            return tuple(constant(element) for element in elements)
        case ast.UnaryOp(op=op, operand=operand):
            return unary(type(op), constant(operand))
        case ast.BinOp(op=op, left=left, right=right):
            return binary(type(op), constant(left), constant(right))
    raise Undecodable(f"{type(node).__name__} inside arithmetic")


def unary(op: type[ast.unaryop], operand: Any) -> Any:
    """Python's unary operator on a value."""
    return _UNARY[op](operand)


def binary(op: type[ast.operator], left: Any, right: Any) -> Any:
    """Python's binary operator on two values. Raises Undecodable where the result would be large, or has no meaning."""
    if op not in _BINARY:
        raise Undecodable(f"{op.__name__} is no arithmetic")
    if op in (ast.Pow, ast.LShift, ast.Mult) and isinstance(right, int | float | complex):
        size = left.bit_length() if isinstance(left, int) else len(left) if hasattr(left, "__len__") else 1
        grows = {
            ast.Pow: size * abs(right),
            ast.LShift: size + abs(right),
            ast.Mult: abs(right) * hasattr(left, "__len__") * size,
        }
        if grows[op] > MAX_CONSTANT:
            raise Undecodable("the value is too large")
    if op is ast.Mult and isinstance(left, int) and hasattr(right, "__len__"):
        return binary(op, right, left)
    if op is ast.Mod and isinstance(left, str | bytes) and not set("0123456789*").isdisjoint(str(left)):
        raise Undecodable("string formatting with a width")
    return _BINARY[op](left, right)
