"""The tools, read from tools.txt: 65 in 11 domains."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCALARS = ("string", "integer", "number", "boolean")


@dataclass(frozen=True, slots=True)
class Tool:
    """A function a model may call. `parameters` is the JSON Schema of its arguments."""

    name: str
    domain: str
    description: str
    parameters: Mapping[str, Any]

    @property
    def defaults(self) -> dict[str, Any]:
        """The documented value of each argument that has one."""
        properties = self.parameters["properties"]
        return {name: schema["default"] for name, schema in properties.items() if "default" in schema}

    @property
    def short(self) -> bool:
        """Three parameters at most, all of them single values."""
        properties = self.parameters["properties"].values()
        return len(properties) <= 3 and all(schema["type"] in ("string", *SCALARS) for schema in properties)


@cache
def tools() -> dict[str, Tool]:
    """All tools by name, in the order of the file. Raises ValueError for a line that cannot be read."""
    found: dict[str, Tool] = {}
    domain = ""
    lines = [line for line in (HERE / "tools.txt").read_text("utf-8").splitlines() if line and line[0] != "#"]
    while lines:
        line = lines.pop(0)
        if line.startswith("["):
            domain = line.strip("[]")
            continue
        name, _, about = line.partition(": ")
        own = []
        while lines and lines[0].startswith(" "):
            own.append(lines.pop(0).strip())
        found[name] = Tool(name, domain, about, _object(iter(own)))
    return found


def _object(lines: Iterator[str]) -> dict[str, Any]:
    """The schema of an object: its parameters up to the bracket that closes it, or the end."""
    properties: dict[str, Any] = {}
    required = []
    for line in lines:
        if line in ("}", "]"):
            break
        name, _, rest = line.partition(": ")
        if not name.endswith("?"):
            required.append(name)
        properties[name.removesuffix("?")] = _schema(rest, lines)
    return {"type": "object", "properties": properties, "required": required}


def _schema(said: str, lines: Iterator[str]) -> dict[str, Any]:
    if said == "{":
        return _object(lines)
    if said == "[":
        return {"type": "array", "items": _object(lines)}
    before, _, default = said.partition(" = ")
    kind, _, about = before.partition("; ")
    schema: dict[str, Any] = {"description": about} if about else {}
    if default:
        schema["default"] = _value(default, kind)
    if kind in SCALARS:
        return {"type": kind, **schema}
    if kind == "date":
        return {"type": "string", **schema, "description": f"{about}, YYYY-MM-DD".removeprefix(", ")}
    if kind == "time":
        return {"type": "string", **schema}
    if kind == "list":
        return {"type": "array", "items": {"type": "string"}, **schema}
    if "/" not in kind:
        raise ValueError(f"no kind {kind!r}")
    return {"type": "string", "enum": kind.split("/"), **schema}


def _value(text: str, kind: str) -> Any:
    if kind == "integer":
        return int(text)
    return text == "true" if kind == "boolean" else text
