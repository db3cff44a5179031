"""`ifeval import PATH... --out RUN`: another tool's results as a run."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.arguments import Data, data_paths
from ifeval.util.lists import names


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of one evaluation of one model.")],
    out: Annotated[Path, typer.Option(help="The run directory to write; new or empty.")],
    source: Annotated[str | None, typer.Option("--from", help="The tool. [default: found out from the files]")] = None,
    model: Annotated[str | None, typer.Option(help="The model's name; of several in a file, which one.")] = None,
    task: Annotated[str | None, typer.Option(help="The task's name, of a table. [default: the file's]")] = None,
    metric: Annotated[str | None, typer.Option(help="The metric that stands for each task.")] = None,
    id_column: Annotated[str, typer.Option(help="A table's column of ids.")] = "id",
    score_column: Annotated[
        str | None,
        typer.Option(
            help="A table's columns of scores, the first is the task's own. [default: score; none to rescore]"
        ),
    ] = None,
    prompt_column: Annotated[str, typer.Option(help="A table's column of prompts.")] = "prompt",
    reply_column: Annotated[str, typer.Option(help="A table's column of replies.")] = "reply",
    rescore: Annotated[
        bool, typer.Option("--rescore", help="Score the replies again by the task of this harness that has the name.")
    ] = False,
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Make a run of the results of lm-eval, inspect, Every Eval Ever, HELM, promptfoo, OpenAI evals, or a plain table."""
    from ifeval.cli.scorecard import print_run
    from ifeval.interop.importing import Choices, read
    from ifeval.interop.plain import Columns
    from ifeval.interop.rescoring import write_rescored
    from ifeval.interop.writing import announcement, write_run

    scores = names(score_column if score_column or rescore else "score")
    columns = Columns(id_column, scores, prompt_column, reply_column)
    found = read(paths, source, Choices(model, task, metric, columns))
    if rescore:
        write_rescored(found, out, data_paths(data or []))
    else:
        write_run(found, out)
    print(announcement(found), file=sys.stderr)
    print_run(out, json=json)
