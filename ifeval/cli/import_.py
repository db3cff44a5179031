"""`ifeval import PATH... --out RUN`: another tool's results as a run."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of one evaluation of one model.")],
    out: Annotated[Path, typer.Option(help="The run directory to write; new or empty.")],
    source: Annotated[str | None, typer.Option("--from", help="The tool. [default: found out from the files]")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Make a run of the results of lm-eval, inspect, Every Eval Ever, HELM, promptfoo, OpenAI evals, or a plain table."""
    from ifeval.cli.scorecard import print_run
    from ifeval.interop.importing import read
    from ifeval.interop.writing import announcement, write_run

    found = read(paths, source)
    write_run(found, out)
    print(announcement(found), file=sys.stderr)
    print_run(out, json=json)
