"""A file of cases as rows: YAML, JSONL or CSV, read within bounds.

YAML is a list of cases, or `defaults` (keys that every case has unless it says otherwise; tags are joined) and `cases`.
A CSV cell is text; in the columns whose values are lists or objects it is JSON, and `tag.NAME` is a tag.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ifeval.cases.place import Place
from ifeval.errors import UserError
from ifeval.structured.schema.validator import MAX_DEPTH, measure
from ifeval.util import jsonio, yamlio

LARGEST = 64 << 20
"""Bytes of a file."""
LARGEST_YAML = 8 << 20
"""Bytes of a YAML file, whose reader takes about a second per MiB."""
MOST_VALUES = 1_000_000
"""Values of a YAML file once its aliases are written out."""
MOST_CASES = 100_000

JSON_COLUMNS = ("messages", "tags", "tools", "instructions", "facts", "schema", "calls")
"""Columns of a CSV file whose cells are JSON where they begin with a bracket."""
OWN = ("id", "prompt", "messages", "example")
"""Keys that no default stands for."""

Row = dict[str, Any]


def read_rows(path: Path) -> Iterator[tuple[Place, Row]]:
    """(place, row) of every case. Raises UserError where the file cannot be used."""
    readers = {".yaml": _yaml_rows, ".yml": _yaml_rows, ".jsonl": _jsonl_rows, ".csv": _csv_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UserError(f"--cases {path}: give a .yaml, .jsonl or .csv file; `ifeval cases init` writes one.")
    number = 0
    for number, (place, row) in enumerate(reader(path, _text(path)), start=1):
        if number > MOST_CASES:
            raise UserError(f"{path} has more than {MOST_CASES:,} cases; split it into several files.")
        if not isinstance(row, dict):
            raise UserError(f"{place}: a case is a mapping with a `prompt` and what to check, not {_kind(row)}.")
        if measure(row)[0] > MAX_DEPTH:
            raise UserError(f"{place}: nested more than {MAX_DEPTH} levels deep; write it flatter.")
        yield place, row
    if not number:
        raise UserError(f"{path} holds no case; `ifeval cases init` writes an example.")


def _text(path: Path) -> str:
    """What is in the file, its size looked at first."""
    largest = LARGEST_YAML if path.suffix.lower() in (".yaml", ".yml") else LARGEST
    if not path.is_file():
        raise UserError(
            f"--cases {path}: there is no such file here; give the place where it lies, or write an example with `ifeval cases init`."
        )
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    if len(content) > largest:
        remedy = "write it as JSONL, or split it" if largest == LARGEST_YAML else "split it"
        raise UserError(f"{path} has more than {largest >> 20} MiB; {remedy}.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text; save it as UTF-8.") from None


def _yaml_rows(path: Path, text: str) -> Iterator[tuple[Place, Any]]:
    if all(line.lstrip().startswith("#") for line in text.splitlines() if line.strip()):
        return
    try:
        document = yamlio.loads(text, max_depth=MAX_DEPTH, max_values=MOST_VALUES)
    except ValueError as error:
        raise UserError(f"{path} is not YAML that can be used: {error}; fix it there.") from None
    if document is None:
        return
    cases: Any = document
    defaults: Any = {}
    if isinstance(document, dict):
        if unknown := sorted(document.keys() - {"cases", "defaults"}):
            raise UserError(f"{path}: {unknown[0]}: at the top stands a list of cases, or `defaults` and `cases` only.")
        cases, defaults = document.get("cases"), document.get("defaults") or {}
    if not isinstance(cases, list):
        raise UserError(f"{path}: the cases are a list, each beginning with a dash, not {_kind(cases)}.")
    if not isinstance(defaults, dict):
        raise UserError(f"{path}: defaults: wanted keys and values, not {_kind(defaults)}.")
    if own := [key for key in OWN if key in defaults]:
        raise UserError(f"{path}: defaults: {own[0]} is each case's own; write it there.")
    for number, case in enumerate(cases, start=1):
        yield Place(path, "case", number), _with_defaults(case, defaults) if isinstance(case, dict) else case


def _with_defaults(case: Row, defaults: Row) -> Row:
    merged = {**defaults, **case}
    both = defaults.get("tags"), case.get("tags")
    if all(isinstance(tags, dict) for tags in both):
        merged["tags"] = {**both[0], **both[1]}  # type: ignore[dict-item]
    return merged


def _jsonl_rows(path: Path, text: str) -> Iterator[tuple[Place, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = Place(path, "line", number)
            yield place, _json(place, line)


def _csv_rows(path: Path, text: str) -> Iterator[tuple[Place, Any]]:
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = rows.fieldnames or []
        if len(names) == 1 and ";" in names[0]:
            raise UserError(f"{path}: its columns are separated by semicolons; separate them by commas.")
        if doubled := [name for name in names if names.count(name) > 1]:
            raise UserError(f"{path} has two columns called {doubled[0]!r}; rename one.")
        for number, row in enumerate(rows, start=1):
            place = Place(path, "row", number)
            if None in row:
                raise UserError(f"{place}: more cells than columns; put quotation marks around cells with commas.")
            yield place, _from_cells(place, {name: cell for name, cell in row.items() if cell and cell.strip()})
    except csv.Error as error:
        raise UserError(f"{path} is not CSV that can be used, near line {rows.line_num}: {error}; fix it.") from None


def _from_cells(place: Place, cells: dict[str, str]) -> Row:
    row: Row = {}
    tags: Row = {}
    for name, cell in cells.items():
        if name.startswith("tag."):
            tags[name.removeprefix("tag.")] = cell
        elif name in JSON_COLUMNS and cell.lstrip()[0] in "[{":
            row[name] = _json(place, cell, f"{name}: ")
        else:
            row[name] = cell
    if tags:
        row["tags"] = {**row["tags"], **tags} if isinstance(row.get("tags"), dict) else tags
    return row


def _json(place: Place, text: str, key: str = "") -> Any:
    try:
        return jsonio.loads(text)
    except ValueError as error:
        raise UserError(f"{place}: {key}not valid JSON ({error}); fix it.") from None


def _kind(value: Any) -> str:
    """What a value is, in a reader's words."""
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")
