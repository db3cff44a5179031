"""`ifeval tasks list|show|validate`: the plug-ins there are, what they ask, and that they can be solved."""

import sys
from typing import Annotated

import typer

from ifeval.cli.arguments import Data, TaskPath, data_paths
from ifeval.cli.help import Verbs
from ifeval.cli.say import say
from ifeval.errors import Exit, UserError

app = typer.Typer(cls=Verbs, help="The task plug-ins: list, show, validate.", no_args_is_help=True)


@app.command("list")
def list_tasks(
    task_path: TaskPath = None, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """One line per task; a task that needs data says how to get it."""
    from ifeval.registry.plugins import discover
    from ifeval.registry.suites import load_suites
    from ifeval.util.jsonio import dumps

    found = discover(task_path or [])
    if json:
        fields = ("name", "family", "version", "primary", "size", "max_tokens", "dataset", "description")
        rows = [{field: getattr(task, field) for field in fields} for task in found.values()]
        broken = [sentence for _, sentence in found.broken]
        sys.stdout.write(dumps({"tasks": rows, "suites": load_suites(), "broken": broken}, pretty=True).decode() + "\n")
        return
    width = max(map(len, found))
    for name, task in found.items():
        needs = f" (data: ifeval data fetch {task.dataset})" if task.dataset else ""
        print(f"{name:{width}}  {task.family:10}  {task.description}{needs}")
    for suite, members in load_suites().items():
        print(f"suite {suite}: {', '.join(members)}")
    if found.broken:
        raise UserError("\n".join(sentence for _, sentence in found.broken))


@app.command()
def show(
    task: Annotated[str, typer.Argument(help="Name of a task.")],
    samples: Annotated[int, typer.Option("-n", help="How many samples to show.")] = 3,
    seed: Annotated[int | None, typer.Option(help="Seed of the samples. [default: the task's own]")] = None,
    data: Data = None,
    task_path: TaskPath = None,
) -> None:
    """What a task is, and its first samples with their oracle replies."""
    from ifeval.engines.scripted import oracle_text
    from ifeval.runs.options import RunOptions
    from ifeval.runs.plan import load_tasks
    from ifeval.tool_calls import by_name

    options = RunOptions(model="", tasks=(task,), data=data_paths(data or []), task_paths=tuple(task_path or ()))
    for loaded in load_tasks(options):
        print(f"{loaded.name} (version {loaded.version}, family {loaded.family}, primary metric {loaded.primary})")
        say(loaded.description)
        for sample in loaded.samples(loaded.default_seed if seed is None else seed, samples):
            say(f"\n=== {sample.id}  {' '.join(f'{tag}={value}' for tag, value in sample.tags.items())}")
            for message in sample.messages:
                say(f"[{message['role']}] {message.get('content') or message.get('tool_calls')}")
            for tool in sample.tools or ():
                say(f"[tool] {tool['function']['name']}: {tool['function'].get('description', '')}")
            oracle = oracle_text(sample, by_name("hermes"))
            say(f"[oracle] {'none' if oracle is None else oracle}")


@app.command()
def validate(
    tasks: Annotated[
        list[str] | None, typer.Argument(help="Tasks and suites. [default: all whose data is there]")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the samples. [default: each task's own]")] = None,
    limit: Annotated[int | None, typer.Option(help="At most this many samples per task.")] = None,
    data: Data = None,
    task_path: TaskPath = None,
) -> None:
    """Prove, without a model, that every oracle passes and that blank, cut and shuffled replies and decoys fail."""
    from ifeval.registry import datasets
    from ifeval.registry.plugins import discover
    from ifeval.runs.options import RunOptions
    from ifeval.runs.plan import load_tasks
    from ifeval.runs.validation import validate as validate_task
    from ifeval.tool_calls import by_name

    given = data_paths(data or [])
    names = tasks or [
        name
        for name, task in discover(task_path or []).items()
        if task.dataset is None or name in given or datasets.path(task.dataset)
    ]
    options = RunOptions(model="", tasks=tuple(names), data=given, task_paths=tuple(task_path or ()))
    wrong = []
    for task in load_tasks(options):
        found = validate_task(task, by_name("hermes"), seed, limit)
        probes = ", ".join(f"{count} {kind}" for kind, count in found.tried.items())
        print(f"{'ok  ' if found.ok else 'FAIL'} {task.name}: {found.samples} samples; {probes}")
        if found.floors:
            floors = ", ".join(f"{name} {floor.passed / floor.tried:.1%}" for name, floor in found.floors.items())
            print(f"     decoys that pass: {floors}")
        for problem in found.problems:
            say(f"     {problem}")
        if not found.ok:
            wrong.append(task.name)
    if wrong:
        raise TaskInvalid(f"{', '.join(wrong)}: not valid; the lines above say why.")


class TaskInvalid(UserError):
    """A task judged a probe wrongly."""

    code = Exit.REGRESSION
