"""`ifeval cases init|check`: files of your own prompts, an example of one and a look at one."""

from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.help import Verbs
from ifeval.errors import UserError

app = typer.Typer(cls=Verbs, help="Files of your own prompts: write an example, check one.", no_args_is_help=True)


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
    print(f"{file}: edit it, then look whether it can be used: ifeval cases check {file}")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="YAML, JSONL or CSV files of cases.")],
) -> None:
    """Read files of cases as a run would, try their examples, and say what is in them; no model is needed."""
    from ifeval.cases import cases_tasks

    for path, task in zip(files, cases_tasks(files).values(), strict=True):
        kinds = ", ".join(f"{kind} {count}" for kind, count in task.kinds.items())
        tried = sum(sample.oracle is not None for sample in task().samples(0))
        print(f"{path}: {task.size} cases, {tried} with an example or a right answer, which passes. Checks: {kinds}.")
