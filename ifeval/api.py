"""The door from Python: what the package's own names do.

Arguments are called as the flags of the command line are, and take what a person would pass: one string where a flag
takes a list, a path as text or as `Path`, a dict where a flag takes k=v. A wrong one is a `UserError` in one sentence.
Everything heavy is imported inside the functions.
"""

import inspect
import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ifeval.errors import UserError
from ifeval.util.lists import names

if TYPE_CHECKING:
    from ifeval.comparison.outcomes import OutcomeTable
    from ifeval.comparison.results import Comparison
    from ifeval.release.policy import Policy
    from ifeval.release.results import ReleaseDecision
    from ifeval.report.plot import Plot
    from ifeval.runs.observer import Observer
    from ifeval.runs.run import Run

PathLike = str | Path
Names = str | Iterable[str]
Paths = str | Path | Iterable[str | Path]

_FIELDS = {
    "repeat": "repeats",
    "task_path": "task_paths",
    "base_url": "base_urls",
    "template_arg": "template_args",
    "engine_arg": "engine_args",
}
"""Flags whose field in `RunOptions` has another name."""


def evaluate(
    model: PathLike, tasks: Names | None = None, *, log: Names = (), progress: bool = True, **flags: Any
) -> "Run":
    """Run `tasks` (names, suites or suite files; core without any) on `model`, or resume that run, and return it.

    model: what `--model` takes. flags: the other flags of `ifeval run` by name (`limit=50`, `base_url="http://..."`,
    `data={"ifeval": "input_data.jsonl"}`, `cases="support.yaml"`, `engine_arg={"max_num_seqs": 64}`). log: trackers that get the scores too
    ("wandb", "mlflow", "trackio"); one that fails costs a line on stderr. progress: show phases and running scores.
    Raises `ifeval.errors.UserError` with one sentence for anything the caller can fix.
    """
    from ifeval.interop.export_trackers import log_run
    from ifeval.runs.pipeline import run
    from ifeval.runs.run import load_run
    from ifeval.runs.trackers import require_trackers

    options, trackers = run_options(model, tasks, flags), _names("log", log)
    require_trackers("log", trackers)
    with _observer(progress) as watching:
        finished = load_run(run(options, watching))
    log_run(finished, trackers)
    return finished


def load_run(path: PathLike) -> "Run":
    """A run read back from its directory: `.tasks`, `.samples`, `.checks`, `.failures()`, `.summary`, `.manifest`.

    path: a run, or another tool's file or folder, which becomes a run elsewhere that lasts as long as the object does.
    Raises UserError where it is neither.
    """
    from ifeval.interop.importing import load_any

    return load_any(_path("path", path))


def compare(baseline: "Run | PathLike", candidate: "Run | PathLike", *, allow: Names = ()) -> "Comparison":
    """Two runs (or a recorded baseline, or another tool's results) sample by sample: paired differences, what flipped.

    allow: settings in which the runs may differ ("template", say). Raises UserError, and NotComparable (a UserError)
    where the difference would mean nothing.
    """
    from ifeval.comparison.differences import compare as compare_runs

    return compare_runs(_outcomes(baseline), _outcomes(candidate), list(_names("allow", allow)))


def gate(
    candidate: "Run | PathLike",
    baseline: "Run | PathLike",
    policy: "Policy | PathLike | Mapping[str, Any] | None" = None,
    *,
    sequential: bool = False,
    progress: bool = True,
    **flags: Any,
) -> "ReleaseDecision":
    """May `candidate` (a run, another tool's results, or a model that is run now as the baseline was) be released?

    policy: a Policy, the name of a preset ("strict"), a TOML file, or its tables as a dict. The decision's `.label`,
    `.exit_code` and `.judged` are what `ifeval gate` prints; runs that cannot be compared give a decision that says so. flags: places of the model's run
    (`adapter`, `base_url`, `data`, `task_path`, `cases`, `out`, `trust_remote_code`), and `repeat`, its replies to each sample.
    """
    from ifeval.release.judging import judge
    from ifeval.release.policy import PRESETS, Policy, parse_policy, read_policy

    if isinstance(policy, Mapping):
        try:
            rules = parse_policy(policy)
        except ValueError as error:
            raise UserError(f"policy: {error}.") from error
    elif isinstance(policy, str) and policy in PRESETS:
        rules = PRESETS[policy]
    elif isinstance(policy, str | Path):
        rules = read_policy(Path(policy))
    else:
        rules = policy or Policy()
    new = _loaded(candidate)
    name = str(getattr(new, "path", new))
    own = run_options(name, None, flags)
    return judge(name, _outcomes(baseline), rules, own, sequential, _observer(progress), quiet=not progress)


def plot(*runs: "Run | PathLike") -> "Plot":
    """The score of every task with its interval, one colour per run: shown by a notebook, written by `.save(path)`."""
    from ifeval.report.plot import plot_runs
    from ifeval.runs.run import Run

    if not runs:
        raise UserError("ifeval.plot needs at least one run.")
    return plot_runs([one if isinstance(one, Run) else load_run(one) for one in runs])


def sft(
    model: PathLike | None = None,
    data: Paths | Mapping[str, float] | None = None,
    out: PathLike | None = None,
    *,
    config: PathLike | None = None,
    progress: bool = True,
    **flags: Any,
) -> Path:
    """Fine-tune `model` on `data` (files, or file: weight) and return the checkpoint's directory, `out`.

    flags: the other flags of `ifeval sft` by name (`method="dpo"`, `lora=16`, `max_steps=100`). config: a file of flags,
    TOML or YAML, which the arguments override. Raises `ifeval.errors.UserError` with one sentence for anything the caller
    can fix, and KeyboardInterrupt once the state of an interrupted training is saved.
    """
    from ifeval.cli.sft import prepare_process
    from ifeval.cli.sft_progress import watcher
    from ifeval.finetuning.config import read_config
    from ifeval.finetuning.options import SftOptions

    prepare_process()
    from ifeval.finetuning.training.loop import train

    renamed = {"template_arg": "template_args"}
    said = read_config(_path("config", config), _flags(SftOptions, renamed)) if config is not None else {}
    given = {"model": model, "data": data, "out": out}
    said |= {name: value for name, value in given.items() if value is not None} | dict(flags)
    if missing := [name for name in given if said.get(name) is None]:
        raise UserError(f"ifeval.sft needs {missing[0]}.")
    model, data, out = (said.pop(name) for name in given)
    sources = tuple(f"{file}:{w}" for file, w in data.items()) if isinstance(data, Mapping) else _texts("data", data)
    fields = _sft_fields(_known(SftOptions, said, "ifeval sft", renamed))
    options = SftOptions(model=str(model), data=sources, out=_path("out", out), **fields)
    options.check()
    with watcher(quiet=not progress) as watching:
        return train(options, watching)


def _sft_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The flags of a training as its options take them."""
    from ifeval.cli.arguments import pairs

    for name in ("log", "ignore_column", "map"):
        if name in fields:
            fields[name] = _names(name, fields[name])
    given = fields.get("eval_args", ())
    if "eval_args" in fields:
        fields["eval_args"] = tuple(shlex.split(given)) if isinstance(given, str) else _texts("eval_args", given)
    given = fields.get("template_args", {})
    if not isinstance(given, Mapping):
        fields["template_args"] = pairs("template_arg", list(_texts("template_arg", given)))
    if fields.get("validation") is not None:
        fields["validation"] = str(fields["validation"])
    return fields


def run_options(model: PathLike, tasks: Names | None, flags: Mapping[str, Any]) -> Any:
    """`RunOptions` from arguments named as the flags of `ifeval run`."""
    from ifeval.cli.arguments import parallel_sizes, reply_seconds
    from ifeval.runs.options import RunOptions, asked
    from ifeval.runs.shards import parse_shard

    if not isinstance(model, str | Path):
        raise UserError(f"model={model!r}: give a path, a hub id, scripted:NAME or a server's model name.")
    given = dict(flags)
    sizes = [given.pop(name, None) for name in ("tp", "pp", "dp")]
    timeout = given.pop("request_timeout", None)
    fields = _known(RunOptions, given, "ifeval run", _FIELDS)
    for name in ("base_urls", "seen"):
        if name in fields:
            fields[name] = _names(name, fields[name])
    if "task_paths" in fields:
        fields["task_paths"] = tuple(Path(place) for place in _texts("task_path", fields["task_paths"]))
    if "cases" in fields:
        fields["cases"] = tuple(Path(place) for place in _texts("cases", fields["cases"]))
    if isinstance(fields.get("data"), str | Path):
        fields["data"] = {"": fields["data"]}
    if "data" in fields:
        fields["data"] = {task: _there("data", place) for task, place in _mapping("data", fields["data"]).items()}
    for name, flag in (("template_args", "template_arg"), ("engine_args", "engine_arg")):
        if name in fields:
            fields[name] = dict(_mapping(flag, fields[name]))
    if isinstance(fields.get("shard"), str):
        fields["shard"] = parse_shard(fields["shard"])
    if fields.get("out") is not None:
        fields["out"] = _path("out", fields["out"])
    if any(size is not None for size in sizes):
        tp, pp, dp = sizes
        parallel = parallel_sizes(None if tp is None else str(tp), pp, dp)
        fields["engine_args"] = {**fields.get("engine_args", {}), **parallel}
    if timeout is not None:
        if not isinstance(timeout, int | float) or isinstance(timeout, bool):
            raise UserError(f"request_timeout={timeout!r}: give a number.")
        waited = reply_seconds(timeout, fields.get("base_urls"))
        fields["engine_args"] = {**fields.get("engine_args", {}), **waited}
    for name in ("limit", "seed", "repeats", "max_tokens", "top_k"):
        if not isinstance(fields.get(name), int | None) or isinstance(fields.get(name), bool):
            raise UserError(f"{name}={fields[name]!r}: give a whole number.")
    for name in ("temperature", "top_p"):
        if name in fields and (not isinstance(fields[name], int | float) or isinstance(fields[name], bool)):
            raise UserError(f"{name}={fields[name]!r}: give a number.")
    own = _names("tasks", tasks) if tasks is not None else () if fields.get("cases") else ("core",)
    return RunOptions(model=str(model), tasks=asked(own, fields.get("cases", ())), **fields)


def _flags(options: Any, renamed: Mapping[str, str]) -> set[str]:
    """The names of the flags whose values are fields of `options`."""
    fields = set(inspect.signature(options).parameters)
    return {name for name in fields if name not in renamed.values()} | set(renamed)


def _known(options: Any, flags: Mapping[str, Any], verb: str, renamed: Mapping[str, str]) -> dict[str, Any]:
    """The flags under the names of their fields. Raises UserError for one that the verb does not have."""
    from difflib import get_close_matches

    known = _flags(options, renamed) - {"model", "tasks"}
    for name in flags:
        if name not in known:
            near = get_close_matches(name, {*known, "model", "tasks"}, 1)
            hint = f"did you mean {near[0]}?" if near else f"it knows {', '.join(sorted(known))}."
            raise UserError(f"{verb} has no flag {name!r}; {hint}")
    return {renamed.get(name, name): value for name, value in flags.items()}


def _names(argument: str, value: Any) -> tuple[str, ...]:
    """One name, several between commas, or a list of them."""
    values = [value] if isinstance(value, str) else list(value) if isinstance(value, Iterable) else [value]
    if not all(isinstance(name, str) for name in values):
        raise UserError(f"{argument}={value!r}: give a name or a list of names.")
    return names(*values)


def _texts(argument: str, value: Any) -> tuple[str, ...]:
    values: Any = [value] if isinstance(value, str | Path) else value
    if not isinstance(values, Sequence) or not all(isinstance(place, str | Path) for place in values):
        raise UserError(f"{argument}={value!r}: give a path or a list of paths.")
    return tuple(map(str, values))


def _mapping(argument: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UserError(f"{argument}={value!r}: give a dict.")
    return value


def _path(argument: str, value: Any) -> Path:
    if not isinstance(value, str | Path):
        raise UserError(f"{argument}={value!r}: give a path.")
    return Path(value)


def _there(argument: str, value: Any) -> Path:
    place = _path(argument, value)
    if not place.exists():
        raise UserError(f"{argument}={str(place)!r}: there is no such file or folder.")
    return place


def _outcomes(reference: "Run | PathLike") -> "OutcomeTable":
    """A run, a run's directory, a recorded baseline or another tool's results, as a comparison needs it."""
    from ifeval.comparison.baselines import builtin_folder, find
    from ifeval.comparison.outcomes import run_outcomes
    from ifeval.runs.run import Run

    found = _loaded(reference)
    if isinstance(found, Run):
        return run_outcomes(found)
    if not isinstance(found, str | Path):
        raise UserError(f"{found!r} is not a run: give a Run, a run's directory, or the name of a recorded baseline.")
    return find(str(found), [Path("baselines"), builtin_folder()])


def _loaded(reference: Any) -> Any:
    """Another tool's results as a run; a run, the name of one and a model are what they were."""
    from ifeval.interop.importing import is_foreign, load_any

    foreign = isinstance(reference, str | Path) and is_foreign(Path(reference))
    return load_any(Path(reference)) if foreign else reference


def _observer(progress: bool) -> "AbstractContextManager[Observer]":
    from ifeval.cli.progress import observer

    return observer(quiet=not progress, verbose=False)
