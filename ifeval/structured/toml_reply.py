"""TOML in a reply, as JSON values: dates and times become their ISO text; infinities and what is not a number are refused."""

import math
import tomllib
from datetime import date, datetime, time
from typing import Any

from ifeval.structured.documents import Parsed, block_or_all
from ifeval.structured.schema.validator import MAX_DEPTH, measure

MAX_CHARACTERS = 100_000

MOST_DOTS = 1_000
"""In one line; a key of so many parts costs the parser a walk through all the tables before it, for each part."""


def read_toml(text: str) -> Parsed:
    """The TOML (1.0) of a reply: its first fenced block, or all of it."""
    document, place = block_or_all(text, ("toml",))
    if not document.strip():
        return Parsed(error="the reply is empty")
    if len(document) > MAX_CHARACTERS:
        return Parsed(error=f"more than {MAX_CHARACTERS:,} characters of TOML")
    if any(line.count(".") > MOST_DOTS for line in document.splitlines()):
        return Parsed(error=f"more than {MOST_DOTS:,} dots in one line")
    try:
        value = tomllib.loads(document)
    except RecursionError:
        return Parsed(error=f"nested more than {MAX_DEPTH} levels deep")
    except ValueError as error:
        return Parsed(error=f"not TOML: {str(error)[:120]}")
    if measure(value)[0] > MAX_DEPTH:
        return Parsed(error=f"nested more than {MAX_DEPTH} levels deep")
    try:
        return Parsed(_plain(value), place)
    except ValueError as error:
        return Parsed(error=f"not TOML: {error}")


def _plain(value: Any) -> Any:
    """The value with JSON's types alone; at most MAX_DEPTH levels deep."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not a number of JSON")
    return value
