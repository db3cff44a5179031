"""Fields: what is asked of a value, where it is in the document, and the JSON Schema of many of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SCHEMAS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
}


UNQUOTED = ("integer", "number", "boolean")
"""The kinds whose values have no quotation marks in JSON, YAML and TOML."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value: `path` leads to it, `kind` is a key of `SCHEMAS` or the words to choose from, `about` says what it is.

    `slot` is the slot of the material that holds the value.
    """

    path: tuple[str, ...]
    kind: str
    about: str
    slot: str

    @property
    def said(self) -> str:
        """The kind as a prompt says it."""
        return self.kind if self.kind in SCHEMAS else f"one of {self.kind.replace('/', ', ')}"

    @property
    def schema(self) -> dict[str, Any]:
        return SCHEMAS[self.kind] if self.kind in SCHEMAS else {"enum": self.kind.split("/")}


def read_field(line: str) -> Field:
    """A line such as "owner.name: string; full name of the owner = owner"."""
    path, _, rest = line.partition(": ")
    kind, _, rest = rest.partition("; ")
    about, _, slot = rest.rpartition(" = ")
    return Field(tuple(path.split(".")), kind, about, slot)


def folded(path: Sequence[str], levels: int) -> tuple[str, ...]:
    """The path on at most this many levels: what is deeper is one name, its parts joined by `_`."""
    return (*path[: levels - 1], "_".join(path[levels - 1 :])) if len(path) > levels else tuple(path)


def shortened(path: Sequence[str], levels: int) -> tuple[str, ...]:
    """The path on at most this many levels, its own name kept and the groups right above it left out."""
    return (*path[: levels - 1], path[-1]) if len(path) > levels else tuple(path)


def nested(pairs: Iterable[tuple[tuple[str, ...], Any]]) -> dict[str, Any]:
    """One object out of paths and values."""
    made: dict[str, Any] = {}
    for path, value in pairs:
        place = made
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = value
    return made


def object_schema(fields: Iterable[Field]) -> dict[str, Any]:
    """The schema of exactly these fields."""
    return _closed(nested((field.path, field) for field in fields))


def _closed(tree: dict[str, Any]) -> dict[str, Any]:
    properties = {name: item.schema if isinstance(item, Field) else _closed(item) for name, item in tree.items()}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
