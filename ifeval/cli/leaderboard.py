"""`ifeval leaderboard`: the tables in results/ from the summaries of runs."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ifeval.errors import Exit, UserError

SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)([KMB]?)", re.IGNORECASE)
UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}


def leaderboard(
    roots: Annotated[list[Path] | None, typer.Argument(help="Folders with runs. [default: the --out folder]")] = None,
    out: Annotated[Path, typer.Option(help="Where to write the tables.")] = Path("results"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when the tables are stale.")] = False,
    family: Annotated[str | None, typer.Option(help="Only this family.")] = None,
    max_parameters: Annotated[str | None, typer.Option(help="Only models up to this size: 360M, 1.7B.")] = None,
    since: Annotated[str | None, typer.Option(help="Only runs since this day: 2026-11-01.")] = None,
    published: Annotated[bool, typer.Option(help="Add the published numbers.")] = True,
    baselines: Annotated[Path, typer.Option("--baselines", help="The folder of your published.toml.")] = Path(
        "baselines"
    ),
    latex: Annotated[bool, typer.Option("--latex", help="Write leaderboard.tex too.")] = False,
) -> None:
    """Rebuild leaderboard.md, .csv and .json from the summaries of complete runs."""
    from ifeval.comparison.baselines import builtin_folder
    from ifeval.comparison.baselines import published as published_rows
    from ifeval.report.leaderboard import Filter, build, find_runs
    from ifeval.report.leaderboard_formats import stale, write

    wanted = Filter(family, parameters(max_parameters), day(since))
    rows = published_rows([baselines, builtin_folder()]) if published else []
    if missing := [root for root in roots or () if not root.is_dir()]:
        raise UserError(f"There is no folder {missing[0]}.")
    entries = build(find_runs(roots or [out]), rows, wanted)
    if check:
        if old := stale(entries, out):
            print(f"Stale in {out}: {', '.join(old)}. Run ifeval leaderboard with the same flags.")
            raise typer.Exit(Exit.REGRESSION)
        print(f"The tables in {out} are up to date.")
        return
    for path in write(entries, out, latex):
        print(path)


def parameters(text: str | None) -> int | None:
    """360M as 360,000,000."""
    if text is None:
        return None
    found = SIZE.fullmatch(text.strip())
    if found is None:
        raise UserError(f"--max-parameters {text}: write it as 360M or 1.7B.")
    return round(float(found[1]) * UNITS[found[2].upper()])


def day(text: str | None) -> str | None:
    """A day as ISO writes it."""
    try:
        return None if text is None else date.fromisoformat(text).isoformat()
    except ValueError:
        raise UserError(f"--since {text}: write the day as 2026-11-01.") from None
