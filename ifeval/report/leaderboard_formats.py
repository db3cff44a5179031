"""The leaderboard's rows as markdown, CSV, JSON and LaTeX; written, or compared with what is committed."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.report.leaderboard import Entry
from ifeval.util.files import write_atomically
from ifeval.util.jsonio import dumps
from ifeval.util.tables import markdown
from ifeval.util.text import markdown_escaped

NAMES = ("leaderboard.md", "leaderboard.csv", "leaderboard.json")
HEADER = (
    "rank",
    "model",
    "metric",
    "score",
    "95 % interval",
    "n",
    "cut",
    "parameters",
    "fingerprint",
    "date",
    "versions",
    "note",
)


def write(entries: Sequence[Entry], folder: Path, latex: bool = False) -> list[Path]:
    """Write leaderboard.md, .csv and .json (and .tex) into `folder`; returns the paths."""
    texts = rendered(entries, latex)
    try:
        for name, text in texts.items():
            write_atomically(folder / name, text)
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}.") from error
    return [folder / name for name in texts]


def stale(entries: Sequence[Entry], folder: Path) -> list[str]:
    """The names of the committed tables that differ from what would be written now."""
    found = []
    for name, text in rendered(entries).items():
        try:
            same = (folder / name).read_text() == text
        except (OSError, UnicodeDecodeError):
            same = False
        if not same:
            found.append(name)
    return found


def rendered(entries: Sequence[Entry], latex: bool = False) -> dict[str, str]:
    """The tables by file name."""
    writers: dict[str, Callable[[Sequence[Entry]], str]] = dict(zip(NAMES, (to_markdown, to_csv, to_json), strict=True))
    if latex:
        writers["leaderboard.tex"] = to_latex
    return {name: writer(entries) for name, writer in writers.items()}


def to_json(entries: Sequence[Entry]) -> str:
    return dumps([asdict(entry) for entry in entries], pretty=True).decode() + "\n"


def to_csv(entries: Sequence[Entry]) -> str:
    """One line per row; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    fields = list(Entry.__dataclass_fields__)
    writer.writerow(fields)
    for entry in entries:
        writer.writerow(_csv_cell(getattr(entry, field)) for field in fields)
    return out.getvalue()


def to_markdown(entries: Sequence[Entry]) -> str:
    """One table per task, best first; published numbers follow below, since they were measured differently."""
    lines = [
        "# Leaderboard",
        "",
        "Scores in percent with 95 % intervals. A rank is a range: the ranks that the intervals allow. "
        "Rows marked *published* were measured by others with other code and are not ranked.",
    ]
    for family, task in dict.fromkeys((entry.family, entry.task) for entry in entries):
        rows = [cells(entry) for entry in entries if (entry.family, entry.task) == (family, task)]
        table = markdown([HEADER, *([markdown_escaped(cell) for cell in row] for row in rows)])
        lines += ["", f"## {markdown_escaped(f'{task} ({family})')}", "", *table]
    return "\n".join(lines) + "\n"


def to_latex(entries: Sequence[Entry]) -> str:
    """The same rows as a LaTeX longtable, for a paper."""
    import pandas

    rows = [(entry.task, *cells(entry)) for entry in entries]
    frame = pandas.DataFrame(rows, columns=["task", *HEADER])
    return frame.to_latex(index=False, escape=True, longtable=True)


def cells(entry: Entry) -> tuple[str, ...]:
    """An entry as the tables show it, under HEADER."""
    rank = (
        ""
        if entry.rank is None
        else str(entry.rank[0])
        if entry.rank[0] == entry.rank[1]
        else "{}-{}".format(*entry.rank)
    )
    bounds = "" if entry.low is None or entry.high is None else f"{100 * entry.low:.1f} to {100 * entry.high:.1f}"
    note = entry.note if entry.kind == "run" else f"{entry.kind}; {entry.note}".removesuffix("; ")
    return (
        rank,
        entry.model,
        entry.metric,
        f"{100 * entry.value:.1f}",
        bounds,
        "" if entry.n is None else str(entry.n),
        "" if entry.truncated is None else f"{100 * entry.truncated:.1f} %",
        _parameters(entry.parameters),
        entry.fingerprint[:12],
        entry.date,
        entry.versions,
        "; ".join(filter(None, (note, entry.settings))),
    )


def _parameters(count: int | None) -> str:
    if not count:
        return ""
    return f"{count / 1e9:.1f}B" if count >= 1e9 else f"{count / 1e6:.0f}M"


def _csv_cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return "{}-{}".format(*value)
    if isinstance(value, str) and value.lstrip().startswith(("=", "+", "-", "@")):
        return f"'{value}"
    return value
