"""`ifeval gate CANDIDATE --baseline NAME`: may it be released? The answer is the exit code."""

from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.arguments import Cases, Data, TaskPath, data_paths
from ifeval.cli.compare import Folder
from ifeval.errors import UserError
from ifeval.util.lists import names


def gate(
    candidate: Annotated[
        str | None, typer.Argument(metavar="RUN|MODEL", help="A run, another tool's results, or a model to be run.")
    ] = None,
    baseline: Annotated[str | None, typer.Option(help="A recorded baseline, a run, or another tool's results.")] = None,
    policy: Annotated[Path | None, typer.Option(help="A TOML file; --init writes one.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="release, strict, deployment or smoke, instead of a file. [default: release]")
    ] = None,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="Run the model and stop as soon as the planned looks have decided.")
    ] = False,
    tasks: Annotated[
        str | None, typer.Option(help="Judge only these tasks of the baseline, separated by commas.")
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="A setting the runs may differ in (template). Repeatable.")
    ] = None,
    adapter: Annotated[str | None, typer.Option(help="A PEFT LoRA adapter on top of the model.")] = None,
    base_url: Annotated[
        list[str] | None, typer.Option(help="OpenAI-compatible server that has the model. Repeatable.")
    ] = None,
    repeat: Annotated[int, typer.Option(help="Replies per sample if a model is run; the baseline may have more.")] = 1,
    data: Data = None,
    task_path: TaskPath = None,
    cases: Cases = None,
    trust_remote_code: Annotated[bool, typer.Option(help="Let the checkpoint run code of its own.")] = False,
    out: Annotated[Path | None, typer.Option(help="Run directory if a model is run. [default: below runs/]")] = None,
    baselines: Folder = Path("baselines"),
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write markdown here.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    init: Annotated[bool, typer.Option("--init", help="Write gate.toml and a GitHub Actions workflow.")] = False,
) -> None:
    """Decide whether a candidate may be released. PASS and PASS (WARN) exit with 0, FAIL with 1, INCONCLUSIVE with 3; runs that cannot be compared with 4."""
    from dataclasses import replace

    from ifeval.cli.progress import observer
    from ifeval.comparison.baselines import builtin_folder, find
    from ifeval.interop.importing import as_runs
    from ifeval.release.decision import refused
    from ifeval.release.delivery import deliver, write_files
    from ifeval.release.judging import judge, only_tasks
    from ifeval.release.policy import Policy, chosen_policy
    from ifeval.runs.options import RunOptions

    if init:
        from ifeval.release.starter import write_starter

        for path in write_starter(Path()):
            print(path)
        return
    rules = Policy()
    try:
        if candidate is None or baseline is None:
            raise UserError("ifeval gate needs a candidate and --baseline NAME; --init writes a policy to start from.")
        rules = chosen_policy(policy, preset)
        rules = replace(rules, allow=(*rules.allow, *(allow or ())))
        own = RunOptions(
            model=candidate,
            out=out,
            adapter=adapter,
            base_urls=names(*base_url or ()),
            repeats=repeat,
            data=data_paths(data or []),
            task_paths=tuple(task_path or ()),
            cases=tuple(cases or ()),
            trust_remote_code=trust_remote_code,
        )
        with as_runs(candidate, baseline) as (new, reference):
            old = only_tasks(find(reference, [baselines, builtin_folder()]), names(tasks))
            verdict = judge(new, old, rules, own, sequential, observer(quiet=json, verbose=False), quiet=json)
    except UserError as error:
        write_files(
            refused(baseline or "no baseline", candidate or "no candidate", rules, error), junit, markdown, json
        )
        raise
    deliver(verdict, junit, markdown, json)
    raise typer.Exit(verdict.exit_code)
