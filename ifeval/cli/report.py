"""`ifeval report RUN [RUN...] -o report.html`: runs as one page to read, share and print."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(help="A run's directory, or another tool's results; with more, the first is the baseline."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path("report.html"),
    failures: Annotated[int, typer.Option(min=0, help="Embed at most this many failed samples per task.")] = 500,
    allow: Annotated[
        list[str] | None, typer.Option(help="A setting the runs may differ in (template). Repeatable.")
    ] = None,
) -> None:
    """Write a self-contained HTML page: scores, contrasts, failures with reasons, and what changed between runs."""
    from ifeval.interop.importing import load_any
    from ifeval.report.html import write_report

    found = write_report([load_any(run) for run in runs], out, failures, allow or [])
    embedded = sum(found.shown.values())
    left_out = sum(found.totals.values()) - embedded
    more = f"; {left_out:,} more are left out (--failures)" if left_out else ""
    print(f"{out}: {embedded:,} failed samples{more}.")
