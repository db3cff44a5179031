"""`ifeval data list|fetch`: the external data sets, and getting them."""

import sys
from dataclasses import fields
from typing import Annotated

import typer

from ifeval.cli import train_data
from ifeval.cli.help import Verbs

app = typer.Typer(
    cls=Verbs, help="External data sets (list, fetch) and training data (check, curate, make).", no_args_is_help=True
)
train_data.register(app)


@app.command("list")
def list_datasets(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Each data set's source, pinned revision, licence, and where it is once fetched."""
    from ifeval.registry import datasets
    from ifeval.util.jsonio import dumps

    shown = [field.name for field in fields(datasets.Dataset) if field.name not in ("fetch", "file")]
    rows = [
        {name: getattr(dataset, name) for name in shown} | {"path": datasets.path(dataset.name)}
        for dataset in datasets.DATASETS.values()
    ]
    if json:
        sys.stdout.write(dumps([row | {"path": row["path"] and str(row["path"])} for row in rows]).decode() + "\n")
        return
    for row in rows:
        print(f"{row['name']}: {row['path'] or 'not fetched: ifeval data fetch ' + row['name']}")
        print(f"    {row['source']}, at {row['revision']}")
        print(f"    licence {row['licence']}; held against: {row['verified']}")


@app.command()
def fetch(
    names: Annotated[list[str], typer.Argument(help="Data sets to fetch; `ifeval data list` names them.")],
) -> None:
    """Fetch data sets into the cache, verify them, and print where they are. What is there already is kept."""
    from ifeval.registry import datasets

    for name in names:
        datasets.path(name)  # an unknown name stops here, before anything is fetched
    for name in names:
        print(f"{name}: {datasets.ensure(name)}", flush=True)
