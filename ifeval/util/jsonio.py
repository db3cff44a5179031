"""JSON in and out: orjson's speed, and the standard library's tolerance where orjson refuses.

orjson rejects lone surrogates and integers beyond 64 bits; both occur in model output and must survive a round trip.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import orjson

from ifeval.errors import UserError

ZEROS = bytes(ord("0") if chr(byte).isdecimal() else ord(" ") for byte in range(256))
LONG_INTEGER = b"0" * 19
"""What orjson might turn into a float, once `ZEROS` has made each digit a zero; many times faster than a pattern."""


def dumps(value: Any, pretty: bool = False) -> bytes:
    """One line of UTF-8 JSON, dataclasses and numpy values included; lone surrogates are written as escapes.

    `pretty` indents by two for people. Keys keep their order.
    """
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    try:
        return orjson.dumps(value, option=option | orjson.OPT_INDENT_2 if pretty else option)
    except TypeError:
        separators = (",", ": " if pretty else ":")
        return json.dumps(value, default=_plain, separators=separators, indent=2 if pretty else None).encode()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys: equal values give equal bytes on every machine, so it can be hashed."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return json.dumps(value, default=_plain, separators=(",", ":"), sort_keys=True).encode()


def loads(data: bytes | str) -> Any:
    """Parse JSON, integers of any size kept whole. Raises ValueError on malformed text, and on too deep nesting."""
    written = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if LONG_INTEGER not in written.translate(ZEROS):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(data)
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSONL file; blank lines are skipped. Raises UserError naming the file and line."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    row = loads(line)
                except ValueError as error:
                    raise UserError(f"{path}, line {number}: not valid JSON ({error}).") from None
                if not isinstance(row, dict):
                    raise UserError(f"{path}, line {number}: expected a JSON object, got {type(row).__name__}.")
                yield row
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
