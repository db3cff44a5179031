"""`ifeval merge RUN... --out DIR`: the shards of a run put together."""

from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.arguments import Cases, TaskPath, data_paths


def merge(
    runs: Annotated[list[Path], typer.Argument(help="Directories of the shards' runs, in any order.")],
    out: Annotated[Path, typer.Option(help="Directory of the merged run.")],
    data: Annotated[list[str] | None, typer.Option(help="Where external data is now: PATH, or TASK=PATH.")] = None,
    task_path: TaskPath = None,
    cases: Cases = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Put shards together into the run that one machine would have made, and say which shards are missing."""
    from ifeval.cli.scorecard import print_run
    from ifeval.runs.merge import merge as merge_runs

    places = data_paths(data or []), tuple(task_path or ()), tuple(cases or ())
    print_run(merge_runs(runs, out, *places), json=json)
