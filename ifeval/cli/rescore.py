"""`ifeval rescore RUN`: score the stored replies again, without an engine."""

from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.arguments import Cases, TaskPath, data_paths


def rescore(
    run: Annotated[Path, typer.Argument(help="A run's directory.")],
    data: Annotated[list[str] | None, typer.Option(help="Where external data is now: PATH, or TASK=PATH.")] = None,
    task_path: TaskPath = None,
    cases: Cases = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Score a run's stored replies again with today's scorers, without generating anything."""
    from ifeval.cli.scorecard import print_run
    from ifeval.runs.rescore import rescore as rescore_run

    changed = rescore_run(run, data_paths(data or []), tuple(task_path or ()), tuple(cases or ()))
    if not json:
        print(f"{changed} scores changed.")
    print_run(run, json=json)
