"""A value written out in each format, and as a form that says what belongs where."""

import json
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from .fields import UNQUOTED, Field, nested


def render(value: Any, form: str) -> str:
    """`value` in the format `form`: a list of flat objects for "csv" and "markdown"; for the others an object, and in
    "xml" a list of them too."""
    if form == "json":
        return json.dumps(value, ensure_ascii=False)
    if form == "yaml":
        return "\n".join(_yaml(value, 0))
    if form == "toml":
        return "\n".join(_toml(value, ())).strip()
    if form == "xml":
        root = "rows" if isinstance(value, list) else "record"
        return "\n".join(_xml(root, value, 0))
    rows = [list(value[0]), *(list(row.values()) for row in value)]
    cells = [[text(cell) for cell in row] for row in rows]
    if form == "csv":
        return "\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in cells)
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], "|" + " --- |" * len(cells[0]), *lines[1:]])


def blank(fields: Iterable[Field], form: str) -> str:
    """An empty form in the format `form`: each place says what belongs there, a string's in quotation marks and any other
    value's in angle brackets, so that nobody quotes a number because the form does; an element of XML holds it as it is.
    """
    fields = list(fields)
    shape = render(nested((field.path, _place(field)) for field in fields), form)
    if form != "xml":
        for field in fields:
            if field.kind in UNQUOTED:
                shape = shape.replace(json.dumps(_place(field), ensure_ascii=False), f"<{_place(field)}>")
    return shape


def _place(field: Field) -> str:
    return f"{field.said}: {field.about}"


def text(value: Any) -> str:
    """A scalar as a cell or an element holds it."""
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _yaml(value: Any, indent: int) -> list[str]:
    pad = "  " * indent
    lines = []
    pairs = (
        [(f"{name}:", item) for name, item in value.items()] if isinstance(value, dict) else [("-", v) for v in value]
    )
    for lead, item in pairs:
        if isinstance(item, (dict, list)):
            lines += [f"{pad}{lead}", *_yaml(item, indent + 1)]
        else:
            # a JSON scalar is a YAML scalar
            lines.append(f"{pad}{lead} {json.dumps(item, ensure_ascii=False)}")
    return lines


def _toml(value: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    """Single values first, then a table for each object and each row."""
    lines = [
        f"{name} = {json.dumps(item, ensure_ascii=False)}"
        for name, item in value.items()
        if not isinstance(item, (dict, list))
    ]
    for name, item in value.items():
        place = (*path, name)
        if isinstance(item, dict):
            lines += ["", f"[{'.'.join(place)}]", *_toml(item, place)]
        elif isinstance(item, list):
            for row in item:
                lines += ["", f"[[{'.'.join(place)}]]", *_toml(row, place)]
    return lines


def _xml(name: str, value: Any, indent: int) -> list[str]:
    pad = "  " * indent
    if not isinstance(value, (dict, list)):
        return [f"{pad}<{name}>{escape(text(value))}</{name}>"]
    inner = value.items() if isinstance(value, dict) else [("row", item) for item in value]
    lines = [line for child, item in inner for line in _xml(child, item, indent + 1)]
    return [f"{pad}<{name}>", *lines, f"{pad}</{name}>"]


def depth(value: Any) -> int:
    """Levels of nesting; a flat object is 1."""
    if not isinstance(value, (dict, list)):
        return 0
    return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)
