"""What a run has on disk while it goes on: append-only JSONL, one whole line per record, nothing rewritten.

A reply is appended to a `ResponseLog` before it is scored, and its scored row to `samples.jsonl` after. A process
killed at any point leaves at most one torn last line, which the next open cuts off. Lines are flushed to the disk in
groups, so a power cut loses seconds (docs/scaling.md has what that costs).
"""

import contextlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.records import Response, ToolCall
from ifeval.runs.stored import RESPONSE
from ifeval.util.files import flush_folder
from ifeval.util.jsonio import dumps, loads

TAIL_BLOCK = 1 << 16
KEY = re.compile(r"[0-9a-f]{16,128}")
FLUSH_SECONDS = 1.0
"""A line that comes so long after the last flush is flushed with all before it; closing flushes the rest."""


class AppendLog:
    """An append-only file of JSON lines, safe against being killed between any two instructions.

    Raises UserError where the file cannot be opened or written (disk full, read-only folder).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            self._size = _cut_torn_tail(self._file)
        except OSError as error:
            raise UserError(f"{path} cannot be opened for writing: {error.strerror}.") from error
        flush_folder(path.parent)
        self._flushed = self._size
        self._flushed_at = time.monotonic()

    def append(self, record: Any) -> int:
        """Write one line and return the offset it starts at; a line that does not fit is taken back whole."""
        line = dumps(record) + b"\n"
        start = self._size
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError as error:
            with contextlib.suppress(OSError):  # else the torn line is cut off at the next open
                os.ftruncate(self._file, start)
            raise self._unwritable(error) from error
        self._size += len(line)
        if time.monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self.flush()
        return start

    def flush(self) -> None:
        """Everything appended so far is on the disk when this returns."""
        if self._flushed < self._size:
            try:
                os.fdatasync(self._file)
            except OSError as error:
                raise self._unwritable(error) from error
            self._flushed = self._size
        self._flushed_at = time.monotonic()

    def close(self) -> None:
        try:
            self.flush()
        finally:
            os.close(self._file)

    def _unwritable(self, error: OSError) -> UserError:
        return UserError(
            f"{self.path} cannot be written: {error.strerror}. What was finished is kept; "
            "make room and repeat the command to continue."
        )


def read_log(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(offset, record) of every whole line; a torn or damaged line is skipped, never raised."""
    if not path.exists():
        return
    offset = 0
    with path.open("rb") as lines:
        for line in lines:
            try:
                record = loads(line) if line.endswith(b"\n") else None
            except ValueError:
                record = None
            if isinstance(record, dict):
                yield offset, record
            offset += len(line)


def _cut_torn_tail(file: int) -> int:
    """Truncate to the end of the last whole line; returns the size."""
    size = end = os.lseek(file, 0, os.SEEK_END)
    while end > 0:
        start = max(0, end - TAIL_BLOCK)
        newline = os.pread(file, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end < size:
        os.ftruncate(file, end)
    return end


class ResponseLog:
    """Every reply an engine gave, on disk before it is scored, found again by its key.

    Replies are appended to `own`; those in `others` (logs of earlier runs of the same model) are found too. Memory
    holds two integers per reply: the key's first 64 bits and a place; the whole key is compared on reading. A failed
    request is never recorded: it is tried again.
    """

    def __init__(self, own: Path, others: Iterable[Path] = ()) -> None:
        self._log = AppendLog(own)
        self._paths = [own, *others]
        self._where: dict[int, int] = {}
        for index, path in enumerate(self._paths):
            for offset, record in read_log(path):
                if isinstance(key := record.get("key"), str) and KEY.fullmatch(key):
                    self._where[_short(key)] = offset << 16 | index

    def add(self, response: Response) -> None:
        self._where[_short(response.key)] = self._log.append(response) << 16

    def get(self, key: str) -> Response | None:
        """The reply recorded under `key`, None where there is none, or what stands there is none."""
        place = self._where.get(_short(key))
        if place is None:
            return None
        with self._paths[place & 0xFFFF].open("rb") as file:
            file.seek(place >> 16)
            record = loads(file.readline())
        return response_from_json(record) if record["key"] == key and RESPONSE(record) is None else None

    def __contains__(self, key: str) -> bool:
        return _short(key) in self._where

    def close(self) -> None:
        self._log.close()


def _short(key: str) -> int:
    return int(key[:16], 16)


def response_from_json(record: dict[str, Any]) -> Response:
    """A Response out of a journal line."""
    calls = record.get("tool_calls")
    return Response(**{**record, "tool_calls": None if calls is None else tuple(ToolCall(**call) for call in calls)})
