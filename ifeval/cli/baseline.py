"""`ifeval baseline add|list|show|floors`: reference rows to compare and gate against."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ifeval.cli.arguments import Cases, Data, TaskPath, chosen_tasks, data_paths
from ifeval.cli.compare import Folder
from ifeval.cli.help import Verbs
from ifeval.cli.say import say
from ifeval.errors import UserError

if TYPE_CHECKING:
    from ifeval.comparison.outcomes import OutcomeTable
    from ifeval.runs.options import RunOptions

app = typer.Typer(
    cls=Verbs, help="Recorded and published reference rows: add, list, show, floors.", no_args_is_help=True
)

SCRIPTS = ("empty", "echo", "constant", "random", "blind", "stuffed", "other", "oracle")
HERE = Path("baselines")
Yes = Annotated[bool, typer.Option("--yes", help="Overwrite a baseline of that name without asking.")]


@app.command()
def add(
    source: Annotated[str, typer.Argument(metavar="RUN|MODEL", help="A complete run, or a model to be run.")],
    name: Annotated[str | None, typer.Option(help="What to call it. [default: from the model]")] = None,
    again: Annotated[
        Path | None, typer.Option(help="A second run of the same model: measures the noise floor.")
    ] = None,
    tasks: Annotated[
        str | None,
        typer.Option(help="Tasks and suites to ask if a model is run. [default: core, or none with --cases]"),
    ] = None,
    cases: Cases = None,
    limit: Annotated[int | None, typer.Option(help="At most this many samples per task.")] = None,
    repeat: Annotated[
        int,
        typer.Option(help="Replies per sample: 2 measure the noise floor, 8 at a temperature make a sharper gate."),
    ] = 1,
    temperature: Annotated[float, typer.Option(help="Sampling temperature; 0 is greedy.")] = 0.0,
    data: Data = None,
    task_path: TaskPath = None,
    yes: Yes = False,
    baselines: Folder = HERE,
) -> None:
    """Record a run as one small JSON file without replies, to be committed."""
    from ifeval.comparison.baselines import baseline_path, record, save
    from ifeval.comparison.outcomes import run_outcomes
    from ifeval.runs.options import RunOptions
    from ifeval.runs.run import load_run

    options = RunOptions(
        model=source,
        tasks=chosen_tasks(tasks, cases),
        cases=tuple(cases or ()),
        limit=limit,
        repeats=repeat,
        temperature=temperature,
        data=data_paths(data or []),
        task_paths=tuple(task_path or ()),
    )
    if name is not None:
        ask_to_overwrite(baseline_path(name, baselines), yes)
    run = run_outcomes(load_run(run_directory(source, options)))
    second = None if again is None else run_outcomes(load_run(again))
    document, chosen = record(run, second), name or file_name(run.name)
    if name is None:
        ask_to_overwrite(baseline_path(chosen, baselines), yes)
    path = save(document, chosen, baselines)
    say(f"{path}: {', '.join(describe(run))}")


@app.command("list")
def list_baselines(baselines: Folder = HERE) -> None:
    """The recorded baselines, then the published numbers with their sources."""
    from ifeval.comparison.baselines import builtin_folder, load, published, recorded

    folders = [baselines, builtin_folder()]
    for path in recorded(folders):
        outcomes = load(path)
        say(f"{path.stem}  {outcomes.name}  {outcomes.started[:10]}  {', '.join(describe(outcomes))}")
    for row in published(folders):
        caveat = f"; {row.caveat}" if row.caveat else ""
        say(f"published  {row.model}  {row.task} {row.metric} {100 * row.value:.1f}  ({row.source}{caveat})")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A recorded baseline, or a run's directory.")], baselines: Folder = HERE
) -> None:
    """A baseline's settings, scores and noise floor."""
    from ifeval.comparison.baselines import builtin_folder, find

    outcomes = find(name, [baselines, builtin_folder()])
    say(f"{outcomes.name}, fingerprint {outcomes.model['fingerprint'][:16]}, run {outcomes.started}")
    for line in describe(outcomes):
        say(f"  {line}")
    for setting, value in outcomes.settings.items():
        if setting != "tasks":
            say(f"  {setting}: {value}")


@app.command()
def floors(
    tasks: Annotated[str, typer.Option(help="Tasks and suites.")] = "core",
    task_path: TaskPath = None,
    yes: Yes = False,
    baselines: Folder = HERE,
) -> None:
    """Record what needs no model: the floors (replies that know nothing, or only the prompt) and the ceiling (oracle)."""
    for script in SCRIPTS:
        kind = "ceiling" if script == "oracle" else "floor"
        add(f"scripted:{script}", name=f"{kind}-{script}", again=None, tasks=tasks, cases=None, limit=None, repeat=1,
            temperature=0.0, data=None, task_path=task_path, yes=yes, baselines=baselines)  # fmt: skip


def ask_to_overwrite(path: Path, yes: bool) -> None:
    """Ask a person before a baseline is replaced; raises UserError where nobody can be asked, or the answer is no."""
    if yes or not path.exists():
        return
    if not (sys.stdin.isatty() and typer.confirm(f"{path} exists. Overwrite it?", err=True)):
        raise UserError(f"{path} exists; --yes overwrites it, another --name keeps it.")


def run_directory(source: str, options: "RunOptions") -> Path:
    """The directory of a run: `source` itself, or that of running the model it names."""
    from ifeval.runs.directory import MANIFEST

    if (Path(source) / MANIFEST).is_file():
        return Path(source)
    from ifeval.cli.progress import observer
    from ifeval.runs.pipeline import run

    with observer(quiet=False, verbose=False) as watching:
        return run(options, watching)


def describe(outcomes: "OutcomeTable") -> list[str]:
    """Each task's score, and its noise floor where it was measured."""
    from ifeval.comparison.pairing import match
    from ifeval.util.tables import points

    lines = []
    for name, task in outcomes.tasks.items():
        score, _ = match(task, task, task.primary).scores
        noise = "" if task.primary_noise is None else f", noise {points(task.primary_noise)}"
        lines.append(f"{name} {task.primary} {points(score)} (n={len(task.ids)}{noise})")
    return lines


def file_name(model: str) -> str:
    """A model's name as a file name."""
    letters = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-._") else "-" for letter in model)
    return letters.strip("-._")[-100:] or "baseline"
