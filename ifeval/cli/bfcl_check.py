"""`ifeval bfcl-check FILE` (hidden, for developers): the BFCL decoder and checker on rows of replies."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer


def bfcl_check(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSONL of {category, id, model_output, underscore_to_dot?, return_format?}, or of multi-turn rows "
            "{category, id, turns} (turns of steps of call strings) or {category, id, raw} (turns of steps of text)."
        ),
    ],
    data: Annotated[
        Path | None,
        typer.Option(help="Folder like bfcl_eval/data of the wheel bfcl-eval; fetched where it is not named."),
    ] = None,
) -> None:
    """Write the rows of FILE to standard output with the official checker's `valid` and `error_type`.

    A multi-turn row also gets `turn`, the first failing turn from 0, and what failed in it: `class` and `differs`, or
    `missing`.
    """
    from ifeval.registry import datasets
    from ifeval.util.jsonio import dumps, read_jsonl

    folder = data or datasets.ensure("bfcl")
    for number, row in enumerate(read_jsonl(file), start=1):
        judged = row | _verdict(folder, row, f"{file}, row {number}")
        sys.stdout.buffer.write(dumps(judged) + b"\n")


def _verdict(folder: Path, row: dict[str, Any], where: str) -> dict[str, Any]:
    from ifeval.tool_calls.bfcl import judge_row
    from ifeval.tool_calls.bfcl.multi_turn import judge_multi_turn_row

    if "turns" in row or "raw" in row:
        found = judge_multi_turn_row(folder, row, where)
        return {"valid": found.valid, "error_type": found.error_type, "turn": found.turn, **found.details}
    judgement = judge_row(folder, row, where)
    return {"valid": judgement.valid, "error_type": judgement.error_type}
