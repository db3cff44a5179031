"""Engines of others: named by an entry point of the group `ifeval.engines`, or as `--engine package.module:Class`.

docs/engines-your-own.md builds one from nothing.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any

from ifeval.engines.base import Engine
from ifeval.errors import UserError
from ifeval.models.prompts import Chat
from ifeval.models.resolve import Model
from ifeval.util.imports import import_named

BUILTIN = ("auto", "vllm", "transformers", "ray")
GROUP = "ifeval.engines"
MEMBERS = ("name", "load", "preview", "generate", "close")
"""What every engine class has; `version`, `tokens` and `settings` may be set when it is made."""

EngineClass = Callable[[Model, Chat, Mapping[str, Any], bool], Engine]
"""(model, chat, engine arguments, trust_remote_code) to an engine that is not loaded yet."""


def known_engines() -> tuple[str, ...]:
    """The names that `--engine` takes beside `package.module:Class`."""
    return (*BUILTIN, *sorted(entry.name for entry in entry_points(group=GROUP)))


def require_known(name: str) -> None:
    """Raise UserError for a name that is neither built in, nor an entry point, nor of the form package.module:Class."""
    if ":" not in name and name not in known_engines():
        raise UserError(
            f"--engine {name}: give one of {', '.join(known_engines())}, or package.module:Class of your own."
        )


def plugin_engine(name: str) -> EngineClass | None:
    """The engine class of another package, None for an engine of ours. Raises UserError where it cannot be used."""
    if name in BUILTIN:
        return None
    value = name
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            value = entry.value
    try:
        found: Any = import_named(value)
    except Exception as error:
        raise UserError(f"--engine {name}: {value} cannot be imported: {type(error).__name__}: {error}") from error
    if missing := [member for member in MEMBERS if not hasattr(found, member)]:
        raise UserError(f"--engine {name}: {value} has no `{missing[0]}`; docs/engines-your-own.md says what it needs.")
    return found
