"""`ifeval cases init`: an example of a file of your own prompts."""

from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.help import Verbs
from ifeval.errors import UserError

app = typer.Typer(cls=Verbs, help="Your own prompts as a task: write an example file.", no_args_is_help=True)


@app.callback()
def cases() -> None:
    """Your own prompts as a task: write an example file."""


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="Where to write it; the task is named after the file.")] = Path(
        "cases.yaml"
    ),
) -> None:
    """Write a commented YAML file with one case of each kind, ready for `ifeval run --cases`."""
    from ifeval.cases.example import EXAMPLE
    from ifeval.util.files import write_atomically

    if file.suffix not in (".yaml", ".yml"):
        raise UserError(f"{file}: the example is YAML; name it {file.with_suffix('.yaml')}.")
    if file.exists():
        raise UserError(f"{file} exists; name another file.")
    try:
        write_atomically(file, EXAMPLE.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from error
    print(f"{file}: edit it, then try it without a model: ifeval run --model scripted:oracle --cases {file}")
