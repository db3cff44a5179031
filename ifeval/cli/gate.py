"""`ifeval gate CANDIDATE --baseline NAME`: may it be released? The answer is the exit code."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ifeval.cli.compare import Folder
from ifeval.cli.run import data_paths
from ifeval.errors import Exit, NotComparable, UserError

if TYPE_CHECKING:
    from ifeval.comparison.outcomes import OutcomeTable
    from ifeval.release.decision import ReleaseDecision
    from ifeval.release.policy import Policy
    from ifeval.runs.options import RunOptions


class Hopeless(UserError):
    """Too few samples for the policy's margin, known before anything was run."""

    code = Exit.INCONCLUSIVE


def gate(
    candidate: Annotated[str | None, typer.Argument(metavar="RUN|MODEL", help="A run, or a model to be run.")] = None,
    baseline: Annotated[str | None, typer.Option(help="A recorded baseline, or a run's directory.")] = None,
    policy: Annotated[Path | None, typer.Option(help="A TOML file; --init writes one.")] = None,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="Run the model, and stop as soon as planned looks decide.")
    ] = False,
    tasks: Annotated[str | None, typer.Option(help="Only these tasks of the baseline, separated by commas.")] = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="A setting the runs may differ in (template). Repeatable.")
    ] = None,
    adapter: Annotated[str | None, typer.Option(help="A PEFT LoRA adapter on top of the model.")] = None,
    base_url: Annotated[
        list[str] | None, typer.Option(help="OpenAI-compatible server that has the model. Repeatable.")
    ] = None,
    data: Annotated[list[str] | None, typer.Option(help="Data of an external task: PATH, or TASK=PATH.")] = None,
    task_path: Annotated[list[Path] | None, typer.Option(help="A folder of plug-ins of your own. Repeatable.")] = None,
    trust_remote_code: Annotated[bool, typer.Option(help="Let the checkpoint bring code.")] = False,
    out: Annotated[Path | None, typer.Option(help="Run directory of a model. [default: below runs/]")] = None,
    baselines: Folder = Path("baselines"),
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write markdown here.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    init: Annotated[bool, typer.Option("--init", help="Write gate.toml and a GitHub Actions workflow.")] = False,
) -> None:
    """PASS, PASS (WARN), FAIL or INCONCLUSIVE; exit 0, 0, 1 or 3, and 4 where the runs cannot be compared."""
    from dataclasses import replace

    from ifeval.comparison.baselines import builtin_folder, find
    from ifeval.release.policy import Policy, read_policy
    from ifeval.runs.options import RunOptions

    if init:
        from ifeval.release.starter import write_starter

        for path in write_starter(Path()):
            print(path)
        return
    if candidate is None or baseline is None:
        raise UserError("ifeval gate needs a candidate and --baseline NAME; --init writes a policy to start from.")
    rules = Policy() if policy is None else read_policy(policy)
    rules = replace(rules, allow=(*rules.allow, *(allow or ())))
    old = only_tasks(find(baseline, [baselines, builtin_folder()]), tasks)
    own = RunOptions(
        model=candidate,
        out=out,
        adapter=adapter,
        base_urls=tuple(url for value in base_url or () for url in value.split(",")),
        data=data_paths(data or []),
        task_paths=tuple(task_path or ()),
        trust_remote_code=trust_remote_code,
    )
    verdict = judge(candidate, old, rules, own, sequential, quiet=json)
    deliver(verdict, junit, markdown, json)
    raise typer.Exit(verdict.exit_code)


def judge(
    candidate: str, baseline: "OutcomeTable", policy: "Policy", own: "RunOptions", sequential: bool, quiet: bool
) -> "ReleaseDecision":
    """The verdict on a run that is there, or on a model that is run now as the baseline was."""
    from ifeval.cli.progress import observer
    from ifeval.comparison.outcomes import run_outcomes
    from ifeval.comparison.rerun import options_like
    from ifeval.release.decision import ReleaseDecision
    from ifeval.release.decision import gate as judge_outcomes
    from ifeval.release.reach import reaches, underpowered, unresolvable
    from ifeval.runs.directory import MANIFEST
    from ifeval.runs.pipeline import run
    from ifeval.runs.run import load_run

    try:
        if (Path(candidate) / MANIFEST).is_file():
            if sequential:
                raise UserError(f"--sequential runs a model; {candidate} is a finished run, judge it without.")
            found = run_outcomes(load_run(candidate))
            return judge_outcomes(baseline, only_tasks(found, ",".join(baseline.tasks), missing=True), policy)
        planned = reaches(baseline, policy, sequential)
        if reasons := list(unresolvable(planned)):
            raise Hopeless(f"{' '.join(reasons)} Take a larger baseline or margin, or make it advisory.")
        for sentence in () if quiet else underpowered(planned):
            print(sentence, file=sys.stderr)
        options = options_like(baseline, own)
        with observer(quiet=quiet, verbose=False) as watching:
            if sequential:
                from ifeval.release.sequential import run_sequentially

                return run_sequentially(baseline, policy, options, watching)
            return judge_outcomes(baseline, run_outcomes(load_run(run(options, watching))), policy)
    except NotComparable as error:
        return ReleaseDecision(baseline.name, candidate, policy, None, refusal=str(error))


def deliver(verdict: "ReleaseDecision", junit: Path | None, markdown: Path | None, json: bool) -> None:
    """Print the verdict and write what was asked for; on GitHub, annotations and the job summary too."""
    from ifeval.release.formats import annotations, to_json, to_junit, to_markdown, to_text

    for path, content in ((junit, to_junit), (markdown, to_markdown)):
        if path is not None:
            _write(path, content(verdict))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(verdict):
            print(line, file=sys.stderr if json else sys.stdout)
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            _write(Path(summary), to_markdown(verdict), append=True)
    if json:
        sys.stdout.buffer.write(to_json(verdict))
    else:
        print(to_text(verdict), end="")


def only_tasks(outcomes: "OutcomeTable", names: str | None, missing: bool = False) -> "OutcomeTable":
    """These tasks alone, all without names. Raises UserError for one that was not run, unless some may be missing."""
    from dataclasses import replace

    if names is None:
        return outcomes
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown: Iterable[str] = (name for name in wanted if name not in outcomes.tasks)
    if not missing and (first := next(iter(unknown), None)) is not None:
        raise UserError(f"--tasks {first}: {outcomes.name} has {', '.join(outcomes.tasks)}.")
    return replace(outcomes, tasks={name: task for name, task in outcomes.tasks.items() if name in wanted})


def _write(path: Path, content: bytes | str, append: bool = False) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab" if append else "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
