"""A reply -> call strings, as the official runner makes them for execution."""

from collections.abc import Iterable, Mapping
from typing import Any

from ifeval.tool_calls.bfcl.decode import decode
from ifeval.tool_calls.bfcl.python import Undecodable


def call_strings(reply: str) -> list[str]:
    """The calls of a reply in prompt mode, each rebuilt as `name(argument=value, ...)`; positional arguments are lost.

    An empty list where the reply is words, or an empty list of calls: either ends the turn.
    """
    try:
        return [_call(name, arguments) for call in decode(reply, "python") for name, arguments in call.items()]
    except Undecodable:
        return []


def native_call_strings(calls: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Calls made through a chat template's tools, (name, arguments), as call strings."""
    return [f"{name}({','.join(f'{key}={value!r}' for key, value in arguments.items())})" for name, arguments in calls]


def _call(name: Any, arguments: Mapping[Any, Any]) -> str:
    return f"{name}({', '.join(f'{key}={_value(value)}' for key, value in arguments.items())})"


def _value(value: Any) -> str:
    """A dict whose members are all dicts is taken for a nested call. Raises Undecodable where it has none."""
    if not isinstance(value, dict):
        return repr(value)
    if all(isinstance(member, dict) for member in value.values()):
        if not value:
            raise Undecodable("an empty object is no call")
        name = next(iter(value))
        return _call(name, value[name])
    return "{" + ", ".join(f"'{key}': {_value(member)}" for key, member in value.items()) + "}"
