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
    source: Annotated[str | None, typer.Option("--from", help="The tool. [default: detected from the files]")] = None,
    model: Annotated[str | None, typer.Option(help="The model's name; if a file holds several, which one.")] = None,
    task: Annotated[
        str | None,
        typer.Option(help="The name of the only task. [default: what the tool calls it; of a table, the file's name]"),
    ] = None,
    metric: Annotated[str | None, typer.Option(help="The metric to judge each task by.")] = None,
    id_column: Annotated[str, typer.Option(help="A table's column of ids.")] = "id",
    score_column: Annotated[
        str | None,
        typer.Option(help="A table's score columns, the task's own first. [default: score; with --rescore, none]"),
    ] = None,
    prompt_column: Annotated[str, typer.Option(help="A table's column of prompts.")] = "prompt",
    reply_column: Annotated[str, typer.Option(help="A table's column of replies.")] = "reply",
    rescore: Annotated[
        bool, typer.Option("--rescore", help="Score the replies again with this harness's task of the same name.")
    ] = False,
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Make a run from the results of lm-eval, inspect, Every Eval Ever, HELM, promptfoo, OpenAI evals, or a plain table."""
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
