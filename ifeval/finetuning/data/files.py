"""Rows from files: JSON lines, JSON, CSV, TSV, Parquet and Arrow, compressed or not, alone, in shards or in folders."""

import bz2
import csv
import glob
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from ifeval.errors import UserError
from ifeval.finetuning.data.messages import Malformed
from ifeval.util import jsonio

COMPRESSED = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".lz4": "lz4"}
"""What a compressed file's name ends in, and Arrow's name of the codec."""
LINES = (".jsonl", ".ndjson")
TABLES = {".csv": ",", ".tsv": "\t"}
ARROW = (".arrow", ".feather", ".ipc")
KINDS = (*LINES, ".json", *TABLES, ".parquet", *ARROW)
WRAPPERS = ("data", "rows", "examples", "items", "samples", "train", "records")
NOT_ROWS = ("dataset_info.json", "dataset_dict.json", "state.json", "dataset_infos.json", "data.json.index")
SPLIT = re.compile(r"(?:^|[/_.-])(train|test|validation|valid|val|dev|eval)(?:ing|uation)?(?=[/_.-])", re.IGNORECASE)
BETWEEN = re.compile(r"[\s,]*")
LONGEST_CELL = 2**31 - 1


def kind_of(path: Path) -> str:
    """The ending that says how a file is written, in lower case and without compression: ".jsonl" of "A.JSONL.gz"."""
    endings = [ending.lower() for ending in path.suffixes]
    if endings and endings[-1] in COMPRESSED:
        endings.pop()
    return endings[-1] if endings else ""


def data_files(path: Path) -> list[Path]:
    """The files behind a path: itself, a folder's data files at any depth, or what a pattern matches, sorted.

    Of a folder whose files are named after splits, the training split is taken. Raises UserError where there is none.
    """
    if path.is_file():
        return [path]
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if _is_data(file, path))
        return _training_split(path, found)
    found = sorted(file for file in map(Path, glob.glob(str(path), recursive=True)) if file.is_file())
    if not found:
        raise UserError(f"--data {path}: there is no file {path}.")
    return found


def _is_data(file: Path, root: Path) -> bool:
    hidden = any(part.startswith((".", "_")) for part in file.relative_to(root).parts)
    return file.is_file() and not hidden and kind_of(file) in KINDS and file.name not in NOT_ROWS


def _training_split(folder: Path, files: Sequence[Path]) -> list[Path]:
    if not files:
        raise UserError(f"--data {folder}: the folder holds no file that ends in {', '.join(KINDS)}.")
    splits = {file: _split(file.relative_to(folder)) for file in files}
    named = {split for split in splits.values() if split}
    if len(set(splits.values())) < 2:
        return list(files)
    if "train" not in named:
        raise UserError(f"--data {folder}: it holds the splits {', '.join(sorted(named))}; name the files to train on.")
    return [file for file in files if splits[file] == "train"]


def _split(file: Path) -> str:
    found = SPLIT.search(file.as_posix())
    return found[1].lower() if found else ""


def rows(path: Path) -> Iterator[tuple[int, Any]]:
    """(line, row) of a data file; a line that cannot be read yields a `Malformed` in the row's place.

    In a table the "line" counts rows. Raises UserError where the file itself cannot be read.
    """
    kind = kind_of(path)
    try:
        if kind == ".parquet":
            yield from _parquet(path)
        elif kind in ARROW:
            yield from _arrow(path)
        elif kind in TABLES:
            yield from _table(path, TABLES[kind])
        else:
            yield from _json(path)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def _open(path: Path) -> IO[bytes]:
    """The file's bytes, uncompressed."""
    ending = path.suffix.lower()
    if ending in (".gz", ".bz2"):
        return gzip.open(path) if ending == ".gz" else bz2.open(path)  # type: ignore[return-value]
    if ending not in COMPRESSED:
        return path.open("rb")
    import pyarrow

    with pyarrow.CompressedInputStream(pyarrow.OSFile(str(path)), COMPRESSED[ending]) as stream:
        return io.BytesIO(stream.read())


def _whole(path: Path) -> str:
    """The file as text, a byte order mark obeyed. Raises UserError where it is not UTF-8 or UTF-16."""
    with _open(path) as file:
        data = file.read()
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(
            f"{path}, line {line}: not UTF-8; convert it first, e.g. with iconv -f latin1 -t utf-8."
        ) from None


def _json(path: Path) -> Iterator[tuple[int, Any]]:
    """A JSON array, an object around one, or JSON lines, whatever the name says."""
    with _open(path) as file:
        start = file.read(4096)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield from _lines_of(io.BytesIO(_whole(path).encode("utf-8", "surrogatepass")))
        return
    begin = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    one_line = kind_of(path) != ".json"
    if begin.startswith(b"[") and not (one_line and _is_conversation(path)):
        yield from _array(path, _whole(path))
    elif begin.startswith(b"{") and (wrapped := _wrapped(path, begin)) is not None:
        yield from wrapped
    else:
        with _open(path) as file:
            yield from _lines_of(file)


def _is_conversation(path: Path) -> bool:
    """Whether a file's first line is one whole list of messages."""
    with _open(path) as file:
        first = next(iter(_text_lines(file)), b"")
    try:
        row = jsonio.loads(first)
    except ValueError:
        return False
    return bool(row) and isinstance(row, list) and isinstance(row[0], dict) and not {"role", "from"}.isdisjoint(row[0])


def _wrapped(path: Path, begin: bytes) -> Iterator[tuple[int, Any]] | None:
    """The rows inside one object, `{"data": [...]}`; None where the file is no such object."""
    key = re.match(rb'\{\s*"([^"]*)"', begin)
    if key is None or not any(b'"' + name.encode() + b'"' in begin for name in WRAPPERS):
        return None
    try:
        whole = jsonio.loads(_whole(path))
    except ValueError:
        return None
    found = next((whole[name] for name in WRAPPERS if isinstance(whole.get(name), list)), None)
    if found is None or not all(isinstance(row, dict) for row in found):
        return None
    return enumerate((row["row"] if isinstance(row.get("row"), dict) else row for row in found), start=1)


def _text_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines of a file, the first without a byte order mark."""
    for number, line in enumerate(file):
        yield line.removeprefix(b"\xef\xbb\xbf") if not number else line


def _lines_of(file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(_text_lines(file), start=1):
        if not line.strip():
            continue
        try:
            line.decode()
        except UnicodeDecodeError:
            yield number, Malformed("not UTF-8; convert the file first, e.g. with iconv -f latin1 -t utf-8")
            continue
        try:
            yield number, jsonio.loads(line)
        except ValueError as error:
            yield number, Malformed(f"not valid JSON ({error})")


def _array(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    """The items of a JSON array, each with the line it begins on."""
    decoder, line, counted = json.JSONDecoder(), 1, 0
    position = BETWEEN.match(text).end() + 1  # type: ignore[union-attr]
    while True:
        position = BETWEEN.match(text, position).end()  # type: ignore[union-attr]
        if text[position : position + 1] == "]":
            return
        line, counted = line + text.count("\n", counted, position), position
        try:
            row, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{path}, line {line}: not valid JSON ({error}); no row after it can be read.") from None
        yield line, row


def _table(path: Path, delimiter: str) -> Iterator[tuple[int, Any]]:
    """Rows of a table with a header; an empty cell is no value."""
    text = _whole(path)
    header = text.partition("\n")[0]
    if delimiter == "," and header.count(";") > header.count(","):
        delimiter = ";"
    csv.field_size_limit(LONGEST_CELL)
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if None in row:
                yield number, Malformed("more cells than the header has columns")
            else:
                yield number, {key.strip(): value for key, value in row.items() if value}
    except csv.Error as error:
        raise UserError(f"{path} is not a readable table ({error}).") from None


def _parquet(path: Path) -> Iterator[tuple[int, Any]]:
    from pyarrow import ArrowInvalid, parquet

    try:
        batches = parquet.ParquetFile(path).iter_batches(batch_size=256)
        yield from _of_batches(batches)
    except ArrowInvalid as error:
        raise UserError(f"{path} is not a readable Parquet file ({error}).") from None


def _arrow(path: Path) -> Iterator[tuple[int, Any]]:
    from pyarrow import ArrowInvalid, ipc

    try:
        with _open(path) as file:
            begin = file.read(6)
        with _open(path) as file:
            if begin == b"ARROW1":
                opened = ipc.open_file(file)
                yield from _of_batches(opened.get_batch(i) for i in range(opened.num_record_batches))
            else:
                yield from _of_batches(ipc.open_stream(file))
    except ArrowInvalid as error:
        raise UserError(f"{path} is not a readable Arrow file ({error}).") from None


def _of_batches(batches: Any) -> Iterator[tuple[int, Any]]:
    number = 0
    for batch in batches:
        for row in batch.to_pylist():
            number += 1
            yield number, without_nulls(row)


def without_nulls(value: Any) -> Any:
    """Keys with null left out, at every depth: Arrow gives each struct the keys of all others in its column."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
