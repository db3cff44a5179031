"""Generative evaluations while a model trains: a run of its own for each, held against the one at the start.

What the callbacks of trainers share; they say when, and where the numbers go.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from ifeval.comparison.outcomes import run_outcomes
from ifeval.comparison.trajectory import primary_scores
from ifeval.errors import Exit, NotComparable, UserError
from ifeval.interop.live import opened, undisturbed
from ifeval.release.decision import gate
from ifeval.release.policy import PRESETS, Policy, read_policy
from ifeval.runs.directory import write_json
from ifeval.runs.options import CHOOSING_SEED, RunOptions, asked
from ifeval.runs.pipeline import run
from ifeval.runs.run import Run, load_run
from ifeval.util.jsonio import loads
from ifeval.util.lists import names

Value = TypeVar("Value")

FLAGS = {"repeat": "repeats", "task_path": "task_paths", "template_arg": "template_args"}
"""Flags of `ifeval run` whose field has another name."""
PREFIX = "ifeval/"
START = "start.json"
LONGEST_WAIT = timedelta(days=2)
"""How long other processes wait for the one that evaluates; the groups of trainers give up after minutes."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One evaluation: `metrics` by the name that a log knows them by, and whether the gate against the start failed."""

    metrics: Mapping[str, float]
    failed: bool
    line: str


class Evaluations:
    """The evaluations of one training, below `out`.

    tasks, cases: as `ifeval run` takes them (text or lists). policy: a policy of the gate, its preset's name or file;
    without one `smoke`, which calls what is significantly worse however few the samples. base_url, model: ask this model
    of a server instead of the network. options: more flags of `ifeval run` by name. Raises UserError for wrong ones.
    """

    def __init__(
        self,
        out: Path,
        tasks: str | None,
        cases: str | Path | list[str | Path] | None,
        policy: "Policy | str | Path",
        base_url: str | None,
        model: str,
        options: Mapping[str, Any],
    ) -> None:
        self._out = out
        self._policy = _policy(policy)
        files = [] if cases is None else [cases] if isinstance(cases, str | Path) else list(cases)
        paths = tuple(map(Path, files))
        wanted = asked(names(tasks) if tasks is not None or paths else ("quick",), paths)
        given = {"seed": CHOOSING_SEED, "model": model, "tasks": wanted, "cases": paths, "cache": False}
        self._options = _run_options({**given, **options, "base_urls": names(base_url)})
        self._live = base_url is None
        self._start: Run | None = None
        self._training = ""
        self._others: Any = None
        self.done: set[int] = set()

    def evaluate(self, step: int, network: Any, tokenizer: Any) -> Evaluated:
        """Evaluate the model after `step` steps: in the first process, while the others wait for what it finds.

        An error there is raised in every process, so that none waits for ever.
        """
        self.done.add(step)
        return self._from_first(lambda: self._evaluate(step, network, tokenizer))

    def _evaluate(self, step: int, network: Any, tokenizer: Any) -> Evaluated:
        if self._start is None:
            self._start = self._earlier_start(step)
        found = self._run(step, network, tokenizer)
        if self._start is None:
            self._start = found
            write_json(self._out / START, {"run": found.path.name, "training": self._training})
        metrics = {f"{PREFIX}{task}": value for task, (value, _, _) in primary_scores(found.summary).items()}
        metrics[f"{PREFIX}mean"] = sum(metrics.values()) / len(metrics) if metrics else 0.0
        metrics[f"{PREFIX}truncated"] = found.summary["rates"]["truncated"]
        if found.path == self._start.path:
            return Evaluated(metrics, False, f"step {step}, the start: {_shown(metrics)}")
        try:
            decision = gate(run_outcomes(self._start), run_outcomes(found), self._policy)
        except NotComparable as error:  # replies of a server failed, say: no reason to end a training
            return Evaluated(metrics, False, f"step {step}: {_shown(metrics)}; NOT COMPARABLE: {error}")
        failed = decision.exit_code == Exit.REGRESSION
        metrics[f"{PREFIX}failed"] = float(failed)
        return Evaluated(metrics, failed, f"step {step}: {_shown(metrics)}; {decision.headline}")

    def _earlier_start(self, step: int) -> Run | None:
        """The run at the start of a training that is resumed; None where this is its first."""
        self._out.mkdir(parents=True, exist_ok=True)
        known = self._out / START
        self._training = uuid4().hex[:8]
        if step == 0 or not known.is_file():
            return None
        stored = loads(known.read_bytes())
        self._training = stored["training"]
        return load_run(self._out / stored["run"])

    def _run(self, step: int, network: Any, tokenizer: Any) -> Run:
        if not self._live:
            return load_run(run(self._options_to(f"step-{step}-{self._training}")))
        held = opened(network, tokenizer, f"step-{step}")
        with undisturbed(network):
            return load_run(run(self._options_to(f"step-{step}-{held.model.fingerprint[:8]}"), opened=held))

    def _options_to(self, name: str) -> RunOptions:
        return replace(self._options, out=self._out / name)

    def _from_first(self, make: Callable[[], Value]) -> Value:
        """What `make` gives in the first process, or the error it raises there, in all of them."""
        from torch import distributed

        if not (distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1):
            return make()
        if self._others is None:  # over gloo, whose clock is ours to set
            self._others = distributed.new_group(backend="gloo", timeout=LONGEST_WAIT)
        box: list[Any] = [None]
        if distributed.get_rank() == 0:
            try:
                box = [(make(), None)]
            except UserError as error:
                box = [(None, error)]
            except Exception as error:  # of any library; one that cannot be pickled must not keep the others waiting
                box = [(None, RuntimeError(f"The evaluation failed: {type(error).__name__}: {error}"))]
        distributed.broadcast_object_list(box, src=0, group=self._others)
        found, problem = box[0]
        if problem is not None:
            raise problem
        return found


def report(evaluated: Evaluated) -> None:
    """Say in one line on stderr what an evaluation found."""
    print(f"ifeval: {evaluated.line}", file=sys.stderr, flush=True)


def is_due(step: int, every: int, done: set[int], last: int | None = None) -> bool:
    """Whether the model after `step` steps is to be evaluated: each `every` steps, and after the `last`."""
    return step not in done and (step % every == 0 or step == last)


def require_every(every: Any) -> int:
    """The number of steps between evaluations; UserError where it is none."""
    if not isinstance(every, int) or isinstance(every, bool) or every < 1:
        raise UserError(f"every={every!r}: give the number of steps between evaluations, 1 or more.")
    return every


def _run_options(given: Mapping[str, Any]) -> RunOptions:
    known = {field.name for field in fields(RunOptions)} - set(FLAGS.values()) | set(FLAGS)
    if unknown := [name for name in given if name not in known and name not in ("base_urls",)]:
        raise UserError(f"There is no flag {unknown[0]!r}; the evaluation takes {', '.join(sorted(known))}.")
    values = {FLAGS.get(name, name): value for name, value in given.items()}
    if isinstance(values.get("task_paths"), str | Path):
        values["task_paths"] = (Path(values["task_paths"]),)
    return RunOptions(**values)


def _policy(given: Policy | str | Path) -> Policy:
    if isinstance(given, Policy):
        return given
    return PRESETS[given] if isinstance(given, str) and given in PRESETS else read_policy(Path(given))


def _shown(metrics: Mapping[str, float]) -> str:
    return ", ".join(f"{name.removeprefix(PREFIX)} {100 * value:.1f}" for name, value in metrics.items())
