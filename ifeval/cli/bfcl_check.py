"""`ifeval bfcl-check FILE` (hidden, for developers): the BFCL decoder and checker on rows of replies."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def bfcl_check(
    file: Annotated[
        Path,
        typer.Argument(help="JSONL of {category, id, model_output, underscore_to_dot?, return_format?}."),
    ],
    data: Annotated[
        Path | None,
        typer.Option(help="Folder like bfcl_eval/data of the wheel bfcl-eval; fetched where it is not named."),
    ] = None,
) -> None:
    """Write the rows of FILE to standard output with the official checker's `valid` and `error_type`."""
    from ifeval.registry import datasets
    from ifeval.tool_calls.bfcl import judge_row
    from ifeval.util.jsonio import dumps, read_jsonl

    folder = data or datasets.ensure("bfcl")
    for number, row in enumerate(read_jsonl(file), start=1):
        judgement = judge_row(folder, row, f"{file}, row {number}")
        judged = row | {"valid": judgement.valid, "error_type": judgement.error_type}
        sys.stdout.buffer.write(dumps(judged) + b"\n")
