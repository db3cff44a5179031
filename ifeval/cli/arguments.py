"""What several verbs take on their command lines, declared and read in one place."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ifeval.errors import UserError

TaskPath = Annotated[list[Path] | None, typer.Option(help="A folder of plug-ins of your own. Repeatable.")]
Data = Annotated[list[str] | None, typer.Option(help="Data of an external task: PATH, or TASK=PATH. Repeatable.")]

Cases = Annotated[
    list[Path] | None,
    typer.Option(
        help="A file of prompts of your own, with what to check (docs/cases.md): YAML, JSONL or CSV. Repeatable."
    ),
]


def chosen_tasks(tasks: str | None, cases: list[Path] | None) -> tuple[str, ...]:
    """What `--tasks` and `--cases` ask for together: `core` where neither is given."""
    from ifeval.runs.options import asked
    from ifeval.util.lists import names

    return asked(names(tasks) if tasks is not None or cases else ("core",), cases or ())


def data_paths(values: list[str]) -> dict[str, Path]:
    """`--data PATH` and `--data TASK=PATH` by task name; UserError where a path does not exist."""
    paths = {}
    for value in values:
        name, equals, path = value.partition("=")
        task, place = (name, Path(path)) if equals and not Path(value).exists() else ("", Path(value))
        if not place.exists():
            raise UserError(f"--data {value}: there is no {place}.")
        paths[task] = place
    return paths


def reply_seconds(timeout: float | None, base_url: Sequence[str] | None) -> dict[str, Any]:
    """The client's name for `--request-timeout`. Raises UserError where there is no server, or the time is none."""
    if timeout is None:
        return {}
    if not base_url:
        raise UserError("--request-timeout goes with --base-url: only a server is waited for.")
    if not timeout > 0:
        raise UserError(f"--request-timeout {timeout:g}: give a number of seconds above 0.")
    return {"timeout": timeout}


def parallel_sizes(tp: str | None, pp: int | None, dp: int | None = None) -> dict[str, Any]:
    """vLLM's names for `--tp --pp --dp`; those not given are left out."""
    if tp not in (None, "auto") and not (tp.isdecimal() and int(tp) > 0):
        raise UserError(f"--tp {tp}: give a number of GPUs, or auto.")
    sizes = {"tensor": int(tp) if tp and tp != "auto" else tp, "pipeline": pp, "data": dp}
    for name, size in sizes.items():
        if isinstance(size, int) and size < 1:
            raise UserError(f"--{name[0]}p {size}: give 1 or more.")
    return {f"{name}_parallel_size": size for name, size in sizes.items() if size is not None}


def pairs(flag: str, values: list[str]) -> dict[str, Any]:
    """`k=v` flags as a dict; a value that reads as JSON (true, 3, [1, 2]) is taken as such."""
    from ifeval.util.jsonio import loads

    found: dict[str, Any] = {}
    for value in values:
        key, equals, text = value.partition("=")
        if not equals or not key:
            raise UserError(f"{flag} {value}: write it as key=value.")
        try:
            found[key.replace("-", "_")] = loads(text)
        except ValueError:
            found[key.replace("-", "_")] = text
    return found
