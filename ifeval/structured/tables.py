"""CSV and Markdown tables in a reply, read as rows of text cells, the header first."""

import csv
import re
from collections.abc import Sequence
from itertools import groupby

from ifeval.structured.documents import Parsed, block_or_all

_DELIMITER_CELL = re.compile(r":?-+:?")
_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")


def read_csv(text: str, header: Sequence[str]) -> Parsed:
    """The CSV (RFC 4180, one record per line) of a reply that should begin with `header`; lines of another width are prose.

    Where the header is not found, the longest run of lines with as many fields stands for the table.
    """
    document, place = block_or_all(text, ("csv",))
    records = [_record(line) for line in document.splitlines() if line.strip()]
    start = records.index(list(header)) if list(header) in records else 0
    runs = [
        list(run) for fits, run in groupby(records[start:], lambda r: r is not None and len(r) == len(header)) if fits
    ]
    if not runs:
        return Parsed(error=f"no line with {len(header)} comma-separated fields")
    table = runs[0] if start or records[0] == list(header) else max(runs, key=len)
    return Parsed(table, place if place == "fenced" or len(table) == len(records) else "embedded")


def _record(line: str) -> list[str] | None:
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True, skipinitialspace=True))]
    except csv.Error:
        return None


def read_markdown(text: str) -> Parsed:
    """The first Markdown table (GitHub's pipe syntax) of a reply; every row must be as wide as the header."""
    document, place = block_or_all(text, ("markdown", "md"))
    lines = document.splitlines()
    for number in range(1, len(lines)):
        header = _cells(lines[number - 1])
        if header is None or not _is_delimiter(lines[number], len(header)):
            continue
        rows = [header]
        for line in lines[number + 1 :]:
            cells = _cells(line)
            if cells is None:
                break
            if len(cells) != len(header):
                return Parsed(error=f"row {len(rows)} has {len(cells)} cells, the header {len(header)}")
            rows.append(cells)
        used = len(rows) + 1
        spare = sum(bool(line.strip()) for line in lines) - used
        return Parsed(rows, place if place == "fenced" or spare <= 0 else "embedded")
    return Parsed(error="no Markdown table")


def _is_delimiter(line: str, width: int) -> bool:
    cells = _cells(line)
    return cells is not None and len(cells) == width and all(_DELIMITER_CELL.fullmatch(cell) for cell in cells)


def _cells(line: str) -> list[str] | None:
    """The cells of one row, None for a line without a pipe."""
    bare = line.strip()
    if "|" not in bare:
        return None
    parts = _UNESCAPED_PIPE.split(bare)
    inner = parts[bare.startswith("|") : len(parts) - (len(parts) > 1 and not parts[-1].strip())]
    return [part.strip().replace(r"\|", "|") for part in inner]
