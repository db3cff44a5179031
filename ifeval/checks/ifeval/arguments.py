"""Arguments of a check, validated when data is loaded, so that nothing is left to go wrong when a reply is scored.

A check says what it takes in its signature: keyword-only parameters with plain types, `Literal` choices, `| None`,
lists, and `Annotated` types whose metadata is a function from the value to a problem (or None).
"""

import inspect
import types
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from ifeval.checks.text.patterns import compile_problem
from ifeval.errors import UserError
from ifeval.records import CheckResult

Check = Callable[..., CheckResult]
"""`def check(text: str, *, ...arguments) -> CheckResult`: pure, bounded in time on hostile text."""

Pattern = Annotated[str, compile_problem]
"""A keyword that is searched for as a regular expression."""

Count = Annotated[int, lambda value: None if value >= 0 else "must not be negative"]
Ordinal = Annotated[int, lambda value: None if value >= 1 else "must be 1 or more"]
Letter = Annotated[str, lambda value: None if len(value.strip()) == 1 else "must be a single character"]


def validate(instruction_id: str, check: Check, arguments: Mapping[str, Any], where: str) -> None:
    """Raise UserError naming `where` (file and row) unless `check` can be called with `arguments`."""
    hints = _parameters(check)
    if unknown := [name for name in arguments if name not in hints]:
        raise UserError(f"{where}: {instruction_id} has no argument {unknown[0]!r}; it takes {_listed(hints)}.")
    for name, (hint, required) in hints.items():
        if name not in arguments:
            if required:
                raise UserError(f"{where}: {instruction_id} needs the argument {name!r}.")
        elif problem := _problem(arguments[name], hint):
            raise UserError(f"{where}: {instruction_id}: {name} {arguments[name]!r} {problem}.")


def argument_names(check: Check) -> list[str]:
    """What a check takes beside the text; one that may be left out in brackets."""
    return [name if required else f"[{name}]" for name, (_, required) in _parameters(check).items()]


@lru_cache(maxsize=512)
def _parameters(check: Check) -> dict[str, tuple[Any, bool]]:
    """The type of each keyword-only parameter, and whether it is required."""
    hints = get_type_hints(check, include_extras=True)
    return {
        name: (hints.get(name, Any), parameter.default is parameter.empty)
        for name, parameter in inspect.signature(check).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }


def _problem(value: Any, hint: Any) -> str | None:
    origin, parts = get_origin(hint), get_args(hint)
    if hint is Any:
        return None
    if origin is Annotated:
        return _problem(value, parts[0]) or next((found for test in parts[1:] if (found := test(value))), None)
    if origin is Literal:
        return None if value in parts else f"must be one of {_listed(parts)}"
    if origin in (Union, types.UnionType):
        problems = [_problem(value, part) for part in parts]
        return None if None in problems else problems[0]
    if origin is list:
        if not isinstance(value, list):
            return "must be a list"
        return next((found for item in value if (found := _problem(item, parts[0]))), None)
    if isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return None
    return None if hint is float and type(value) is int else f"must be of type {hint.__name__}"


def _listed(names: Any) -> str:
    return ", ".join(map(str, names)) or "no arguments"
