"""What every exporter needs of a run: its samples with their repeats, its time, and text that any reader takes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.runs.run import Run, printable
from ifeval.runs.transcript import words
from ifeval.util.files import write_atomically

Row = Mapping[str, Any]


def by_sample(run: Run) -> Iterator[list[Row]]:
    """The journal's rows of each sample together, its repeats in order. Held are only samples whose repeats are not all read."""
    repeats = run.manifest["settings"].get("repeats", 1)
    waiting: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in run.rows():
        key = (row["task"], row["sample_id"])
        waiting[key].append(row)
        if len(waiting[key]) == repeats:
            yield _ordered(waiting.pop(key))
    for rows in waiting.values():
        yield _ordered(rows)


def text(value: Any) -> str:
    """Text as every format can hold it: a lone surrogate becomes its escape."""
    return printable("" if value is None else str(value)) or ""


def chat(messages: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Messages as role and text; calls and parts that are not text stand in it as JSON."""
    return [{"role": str(one.get("role", "user")), "content": text(words(one))} for one in messages]


def file_name(name: str) -> str:
    """A name as a part of a path: ASCII letters, digits, `-` and `.`, the rest as `-`."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-.") else "-" for letter in name)
    return kept[-100:].strip("-.") or "unnamed"


def moment(run: Run, name: str = "started") -> datetime:
    """When the run was started (or `finished`), in UTC; the epoch where that is not said."""
    try:
        found = datetime.fromisoformat(str(run.manifest.get(name) or run.manifest["started"]))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def sampling(run: Run, task: str) -> dict[str, Any]:
    """How the replies to a task were drawn, as far as it is known."""
    return dict(run.manifest["settings"]["tasks"][task].get("sampling") or {})


def interval_text(metric: Mapping[str, Any]) -> str:
    """`95 % interval 0.412 to 0.598, n 100`, of a summary's metric."""
    return f"95 % interval {metric['low']:.4g} to {metric['high']:.4g}, n {metric['n']:,}"


def write(path: Path, content: bytes | str) -> Path:
    """Write a whole file. Raises UserError where that is not possible."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _ordered(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["repeat"])
