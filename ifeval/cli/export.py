"""`ifeval export RUN --to every-eval-ever`: a run in another tool's format."""

from pathlib import Path
from typing import Annotated

import typer

from ifeval.errors import UserError


def export(
    run: Annotated[Path, typer.Argument(help="A complete run's directory.")],
    out: Annotated[Path, typer.Option(help="The folder to write into.")],
    to: Annotated[str, typer.Option(help="The format: every-eval-ever.")] = "every-eval-ever",
) -> None:
    """Write a run as Every Eval Ever 0.3: an aggregate file and a samples file."""
    from ifeval.interop import export_every_eval_ever
    from ifeval.runs.run import load_run

    if to != "every-eval-ever":
        raise UserError(f"--to {to}: give every-eval-ever.")
    for path in export_every_eval_ever.export(load_run(run), out):
        print(path)
