"""Files of unknown origin, read within bounds: a size is looked at before anything is parsed.

Whatever is wrong with a file becomes one sentence that names it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from ifeval.errors import UserError
from ifeval.util.jsonio import loads

LARGEST_DOCUMENT = 256 << 20
"""Bytes of a file that is parsed at once; a parsed one takes several times that much memory."""
LARGEST_LINE = 32 << 20
LARGEST_FILE = 2 << 30

Result = TypeVar("Result")


def read_json(path: Path) -> Any:
    """The value in a JSON file. Raises UserError where it is missing, too large or no JSON."""
    size = _size(path)
    if size > LARGEST_DOCUMENT:
        raise UserError(f"{path} has {size >> 20:,} MiB; a JSON file may have {LARGEST_DOCUMENT >> 20}, so split it.")
    try:
        return loads(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UserError(f"{path} is incomplete or not JSON ({_short(error)}); copy or export it again.") from None


def read_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file; UserError where it holds something else."""
    value = read_json(path)
    if not isinstance(value, dict):
        raise UserError(f"{path} holds a {type(value).__name__} where an object was expected.")
    return value


def read_lines(path: Path, blank: bool = False) -> Iterator[tuple[int, bytes]]:
    """(number, line) of a text file, blank lines only if wanted; no line is held that is longer than the bound."""
    if (size := _size(path)) > LARGEST_FILE:
        raise UserError(f"{path} has {size >> 20:,} MiB; at most {LARGEST_FILE >> 20:,} are read, so split it.")
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LARGEST_LINE + 1):
                number += 1
                if len(line) > LARGEST_LINE:
                    raise UserError(f"{path}, line {number}: longer than {LARGEST_LINE >> 20} MiB, so it is not read.")
                if blank or line.strip():
                    yield number, line
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file. Raises UserError naming file and line."""
    for number, line in read_lines(path):
        try:
            row = loads(line)
        except ValueError as error:
            raise UserError(f"{path}, line {number}: not JSON ({_short(error)}); copy or export it again.") from None
        if not isinstance(row, dict):
            raise UserError(f"{path}, line {number}: a {type(row).__name__} where an object was expected.")
        yield row


def first_row(path: Path) -> dict[str, Any]:
    """The first object of a JSONL file; UserError where there is none."""
    for row in read_rows(path):
        return row
    raise UserError(f"{path} is empty.")


def guarded(path: Path, tool: str, read: Callable[[], Result]) -> Result:
    """What `read` returns; a member that is missing or of another type is one sentence about the file."""
    try:
        return read()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        said = f"there is no {error}" if isinstance(error, KeyError) else _short(error)
        raise UserError(f"{path} is not a file of {tool} that can be read: {said}.") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160].rstrip(".")
