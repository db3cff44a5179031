"""Tool dialects of others: an entry point of the group `ifeval.dialects`, or `--tool-dialect package.module:Class`.

A dialect proves itself before it is used: it must read back what it writes. docs/dialects-your-own.md builds one.
"""

import inspect
from importlib.metadata import entry_points

from ifeval.errors import UserError
from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect
from ifeval.util.imports import import_named

GROUP = "ifeval.dialects"
PROBE = (
    ToolCall("first_tool", {"text": 'a "b"\nc', "number": 7}),
    ToolCall("second_tool", {"flag": True, "list": [1, 2]}),
)


def known() -> list[str]:
    """The names of the dialects that installed packages bring."""
    return sorted(entry.name for entry in entry_points(group=GROUP))


def plugin_dialect(name: str) -> Dialect | None:
    """The dialect of another package, None where `name` is neither an entry point nor package.module:Class.

    Raises UserError where it cannot be imported or does not read back what it writes.
    """
    value = next((entry.value for entry in entry_points(group=GROUP) if entry.name == name), name)
    module, colon, _ = value.partition(":")
    if not colon or not module.replace(".", "").isidentifier():
        return None
    try:
        kind = import_named(value)
    except Exception as error:
        raise UserError(f"--tool-dialect {name}: cannot be imported: {type(error).__name__}: {error}") from error
    if not (inspect.isclass(kind) and issubclass(kind, Dialect)) or inspect.isabstract(kind):
        raise UserError(
            f"--tool-dialect {name}: it must be a class that derives from Dialect and has `parse` and `render`."
        )
    for needed in ("name", "instructions"):
        if not isinstance(getattr(kind, needed, None), str):
            raise UserError(f"--tool-dialect {name}: the class has no `{needed}`; give it as text.")
    return _proven(kind(), name)


def _proven(dialect: Dialect, name: str) -> Dialect:
    for calls in (PROBE[:1], PROBE):
        try:
            read = dialect.parse(dialect.render(calls)).calls
        except Exception as error:
            raise UserError(f"--tool-dialect {name}: {type(error).__name__} on its own text: {error}") from error
        if read != calls:
            raise UserError(f"--tool-dialect {name}: `parse` does not read back what `render` writes: {read!r}.")
    dialect.name = name  # what a run records, so that it is found again when the run is scored again
    return dialect
