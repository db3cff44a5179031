"""A table of one's own: JSONL, CSV or Parquet with a row per sample, its columns named by flags."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.interop.foreign import ForeignRun, ForeignSample, ForeignTask, messages, number
from ifeval.interop.reading import LARGEST_FILE, LARGEST_LINE, read_lines, read_rows

TOOL = "a table"
ENDINGS = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
WORDS = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0, "pass": 1.0, "fail": 0.0}
MOST_ROWS = 5_000_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns. `scores` become metrics, the first is the task's own; the others are used where present.

    Without an id column a row is identified by its prompt; without columns of scores its reply waits to be scored.
    """

    id: str = "id"
    scores: tuple[str, ...] = ("score",)
    prompt: str = "prompt"
    reply: str = "reply"
    repeat: str = "repeat"


def read(paths: Sequence[Path], columns: Columns, model: str | None) -> ForeignRun:
    """The rows of the files as one task, named after the first. Raises UserError naming file, row and column."""
    name = paths[0].stem
    samples = [_sample(row, columns, name, f"{path}, row {place}") for path in paths for place, row in _rows(path)]
    if not samples:
        raise UserError(f"{paths[0]} has no rows.")
    return ForeignRun(
        tool=TOOL,
        model=model or paths[0].stem,
        tasks={name: ForeignTask(name, "unknown", next(iter(columns.scores), "score"))},
        samples=samples,
        unknown=(*(() if model else ("model",)), "engine", "sampling", "reasoning"),
    )


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = {".csv": _csv, ".tsv": _csv, ".parquet": _parquet}.get(path.suffix.lower(), read_rows)
    for place, row in enumerate(reader(path), start=1):
        if place > MOST_ROWS:
            raise UserError(f"{path} has more than {MOST_ROWS:,} rows; split it.")
        yield place, row


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(LARGEST_LINE)
    lines = (line.decode("utf-8-sig") for _, line in read_lines(path, blank=True))
    try:
        yield from csv.DictReader(lines, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    except (csv.Error, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not a UTF-8 table ({error}).") from None


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, a block at a time, after a look at how much it unpacks to."""
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
            if file.metadata.num_rows > MOST_ROWS or sum(group.total_byte_size for group in groups) > LARGEST_FILE:
                raise UserError(f"{path} unpacks to more than is read; split it.")
            unpacked = 0
            for batch in file.iter_batches(batch_size=1000):
                unpacked += batch.nbytes
                if unpacked > LARGEST_FILE:
                    raise UserError(f"{path} unpacks to more than is read; split it.")
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(f"{path} is not a complete Parquet file ({str(error)[:120]}).") from None


def _sample(row: Mapping[str, Any], columns: Columns, task: str, where: str) -> ForeignSample:
    prompt, reply, repeat = (row.get(name) for name in (columns.prompt, columns.reply, columns.repeat))
    needed = columns.scores if columns.id not in row and prompt else (columns.id, *columns.scores)
    for column in needed:
        if row.get(column) in (None, ""):
            raise UserError(f"{where}: there is no {column!r}; its columns are {', '.join(map(str, row))[:300]}.")
    sample = ForeignSample(
        task=task,
        id=str(row.get(columns.id, "")),
        prompt=[] if prompt is None else messages(prompt),
        reply=None if reply is None else str(reply),
        repeat=_repeat(repeat, f"{where}, column {columns.repeat!r}"),
        metrics={column: _score(row[column], f"{where}, column {column!r}") for column in columns.scores},
    )
    sample.id = sample.id or sample.prompt_hash or ""
    return sample


def _repeat(value: Any, where: str) -> int:
    """The number of a repeat, 0 where there is none."""
    try:
        return 0 if value in (None, "") else int(value)
    except (TypeError, ValueError, OverflowError):
        raise UserError(f"{where}: {str(value)[:60]!r} is no number of a repeat; number them from 0.") from None


def _score(value: Any, where: str) -> float:
    """A share between 0 and 1, a boolean, or a word for one."""
    if isinstance(value, str):
        text = value.strip().lower()
        if text in WORDS:
            return WORDS[text]
        try:
            value = float(text)
        except ValueError:
            raise UserError(
                f"{where}: {value[:60]!r} is not a score; give numbers between 0 and 1, or true and false."
            ) from None
    found = number(value)
    if found is None or not 0 <= found <= 1:
        raise UserError(f"{where}: {str(value)[:60]} is not between 0 and 1; scale the scores.")
    return found
