"""ifeval: does this checkpoint follow instructions, and is it worse than the one you shipped?

import ifeval

run = ifeval.evaluate("models/smollm2-135m-instruct", tasks=["format"], limit=50)
run.summary["tasks"]["format"]["metrics"]["prompt_strict"]
run.samples.groupby("tag.constraints")["metric.prompt_strict"].mean()
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ifeval.runs.run import Run

__all__ = ["evaluate", "load_run"]


def evaluate(model: str, tasks: "list[str] | str" = "core", **settings: Any) -> "Run":
    """Run `tasks` (names or suites) on `model`, or resume that run, and return it.

    model: what `--model` takes. settings: the other fields of `ifeval.runs.options.RunOptions`.
    Raises `ifeval.errors.UserError` with one sentence for anything the caller can mend.
    """
    from ifeval.runs.options import RunOptions
    from ifeval.runs.pipeline import run
    from ifeval.runs.run import load_run

    names = (tasks,) if isinstance(tasks, str) else tuple(tasks)
    return load_run(run(RunOptions(model=str(model), tasks=names, **settings)))


def load_run(path: str) -> "Run":
    """A run read back from its directory: `.manifest`, `.summary`, and the frames `.samples` and `.verdicts`."""
    from ifeval.runs.run import load_run as load

    return load(path)
