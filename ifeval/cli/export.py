"""`ifeval export RUN --to FORMAT`: a run in another tool's format, or in a tracker."""

from pathlib import Path
from typing import Annotated

import typer


def export(
    run: Annotated[Path, typer.Argument(help="A complete run's directory, or another tool's results.")],
    to: Annotated[
        str, typer.Option(help="inspect, lm-eval, every-eval-ever, hf (Hugging Face), wandb, mlflow or trackio.")
    ] = "every-eval-ever",
    out: Annotated[
        Path | None,
        typer.Option(
            help="The folder to write into. [default: none; a tracker then writes where its environment says]"
        ),
    ] = None,
) -> None:
    """Write a run for another tool: its log or result files, folders for the hub, or a run of a tracker."""
    from ifeval.interop.exporting import export as export_run
    from ifeval.interop.importing import load_any

    for path in export_run(load_any(run), to, out):
        print(path)
