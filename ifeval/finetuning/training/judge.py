"""Checkpoints judged while training goes on, by the harness itself; the best of them is what training leaves behind.

A loss says how well a model repeats its data. Whether it follows instructions is asked with `ifeval run`, in a process
of its own whose memory is free again afterwards. The prompts come from a seed that neither `ifeval run` nor `ifeval
data make` uses: the best of several checkpoints looks better than it is on the prompts it was chosen by.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from ifeval.comparison.trajectory import primary_scores
from ifeval.errors import UserError
from ifeval.finetuning.options import KERNEL_CACHES, SftOptions
from ifeval.finetuning.prepare import Prepared
from ifeval.finetuning.training.export import write_checkpoint
from ifeval.finetuning.training.log import LOG, Log, Watcher, read_evaluations
from ifeval.finetuning.training.parallel import ProcessGroup
from ifeval.runs.options import CHOOSING_SEED
from ifeval.runs.run import load_run
from ifeval.util.jsonio import dumps
from ifeval.util.lists import names

GUARD = "wrong_in_any_reply"
"""The task that says how many replies to everyday requests have nothing wrong with them."""

GUARD_SAMPLES = 40
"""How many of its requests are asked, unless --eval-tasks says otherwise."""

MARGIN = 0.1
"""How far the stop rate and the share of sound replies may fall below the untrained model's."""

LAUNCHER = (
    *("RANK", "LOCAL_RANK", "GROUP_RANK", "ROLE_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_WORLD_SIZE"),
    *("ROLE_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "OMP_NUM_THREADS"),
)
"""What torchrun sets for its processes; the evaluation is none of them."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A checkpoint after `step` steps. All numbers but `seconds` are shares in [0, 1].

    scores: each task's primary metric. mean: theirs, the guard left out. stopped: replies that ended by themselves.
    sound: replies to everyday requests with nothing wrong. failed: which guards it fell below, in words.
    """

    step: int
    scores: dict[str, float]
    mean: float
    stopped: float
    sound: float
    seconds: float
    failed: tuple[str, ...] = ()

    def __str__(self) -> str:
        scores = ", ".join(f"{task} {100 * score:.1f}" for task, score in self.scores.items())
        failed = f"; not eligible: {', '.join(self.failed)}" if self.failed else ""
        return f"after {self.step} steps: mean {100 * self.mean:.1f} ({scores}), stopped {100 * self.stopped:.1f} %{failed}"


class Judge:
    """Evaluates checkpoints of one training in `folder`, and keeps the best on disk.

    log: where evaluations are written, and found again by a training that is resumed.
    """

    def __init__(
        self, options: SftOptions, data: Prepared, folder: Path, log: Log | None, watch: Watcher, team: ProcessGroup
    ) -> None:
        rows = team.from_leader(lambda: read_evaluations(folder / LOG))
        self.evaluations = [Evaluation(**row) for row in rows]
        self.merge_error: float | None = None
        self._options = options
        self._data = data
        self._folder = folder
        self._log = log
        self._watch = watch
        self._team = team

    def due(self, step: int, steps: int) -> bool:
        """Is the checkpoint after `step` of `steps` steps to be evaluated? The first and the last always are."""
        done = any(evaluation.step == step for evaluation in self.evaluations)
        return not done and (step % self._options.eval_every == 0 or step == steps)

    def evaluate(self, step: int, network: Callable[[], Any], stopped: Sequence[Any]) -> None:
        """Evaluate the model after `step` steps and log it; of all checkpoints so far, keep the chosen one's files.

        network: makes a copy of the model, which is written and let go before the evaluation starts; None where this
        process does not lead, which then waits.
        Raises UserError where it cannot be evaluated, and KeyboardInterrupt as soon as `stopped` is not empty; then the
        replies so far stay, and the same call goes on from there.
        """
        self._watch.phase(f"evaluating after {step} steps")
        self._write(step, network())
        evaluation = self._team.from_leader(lambda: self._run(step, stopped))
        if evaluation is None:
            raise KeyboardInterrupt
        self.evaluations.append(evaluation)
        self._watch.phase(str(evaluation))
        if self._log is None:
            return
        self._log.evaluation(asdict(evaluation))
        for other in self._folder.glob("checkpoints/step-*"):
            if other != self.checkpoint(self.chosen.step):
                shutil.rmtree(other)

    def _write(self, step: int, network: Any) -> None:
        if network is not None:
            self.merge_error = write_checkpoint(network, self._data, self._options, self.checkpoint(step))

    def _run(self, step: int, stopped: Sequence[Any]) -> Evaluation | None:
        """The evaluation of the checkpoint written after `step` steps; None where it was stopped."""
        started = time.monotonic()
        run = self._folder / "evaluations" / f"step-{step}"
        command = run_command(self._options, self.checkpoint(step), run, gpu_share())
        if not run_child(command, run.with_suffix(".log"), stopped):
            return None
        base = self.evaluations[0] if self.evaluations else None
        return judged(step, load_run(run).summary, time.monotonic() - started, base)

    @property
    def chosen(self) -> Evaluation:
        """The best so far; the latest where none is eligible."""
        return best(self.evaluations) or self.evaluations[-1]

    def checkpoint(self, step: int) -> Path:
        """Where the checkpoint after `step` steps is written."""
        return self._folder / "checkpoints" / f"step-{step}"

    def record(self) -> dict[str, Any]:
        """What `ifeval_sft.json` says of it all."""
        found = best(self.evaluations)
        warning = None
        if found is None:
            warning = f"No checkpoint is eligible: each fell below a guard. Kept is the last, step {self.chosen.step}."
        elif found.mean <= self.evaluations[0].mean:
            warning = "No checkpoint scores above the untrained model."
        return {
            "tasks": tasks_of(self._options),
            "seed": CHOOSING_SEED,
            "margin": MARGIN,
            "kept_step": self.chosen.step,
            "warning": warning,
            "checkpoints": [asdict(evaluation) for evaluation in self.evaluations],
        }


def judged(step: int, summary: dict[str, Any], seconds: float, base: Evaluation | None) -> Evaluation:
    """The evaluation that a run's summary amounts to, held against the untrained model's. Raises UserError without a score."""
    scores = {task: value for task, (value, _, _) in primary_scores(summary).items()}
    asked = [score for task, score in scores.items() if task != GUARD]
    if not asked or GUARD not in scores:
        raise UserError(f"--eval-tasks: the evaluation gave no scores of {'any task' if not asked else GUARD}.")
    stopped = 1 - summary["rates"]["truncated"]
    guards = {"stop rate": (stopped, base.stopped), "sound replies": (scores[GUARD], base.sound)} if base else {}
    failed = [
        f"{name} {100 * value:.1f} %, before training {100 * before:.1f} %"
        for name, (value, before) in guards.items()
        if value < before - MARGIN
    ]
    return Evaluation(step, scores, sum(asked) / len(asked), stopped, scores[GUARD], seconds, tuple(failed))


def best(evaluations: Iterable[Evaluation]) -> Evaluation | None:
    """The eligible one with the highest mean, of equals the earliest; the untrained model is none of them."""
    eligible = [evaluation for evaluation in evaluations if evaluation.step and not evaluation.failed]
    return max(eligible, key=lambda evaluation: evaluation.mean, default=None)


def tasks_of(options: SftOptions) -> str:
    """The tasks to run: those asked for, and the guard."""
    named = names(options.eval_tasks)
    return ",".join(
        named if any(name.partition(":")[0] == GUARD for name in named) else [*named, f"{GUARD}:{GUARD_SAMPLES}"]
    )


def run_command(options: SftOptions, checkpoint: Path, run: Path, gpu: float | None) -> list[str]:
    """The `ifeval run` that evaluates a checkpoint. gpu: the share of the GPU's memory that the engine may take."""
    model = [options.model, "--adapter", str(checkpoint)] if options.keep_adapter else [str(checkpoint)]
    flags = ["--tasks", tasks_of(options), "--seed", str(CHOOSING_SEED), "--no-cache", "--out", str(run)]
    memory = ["--engine-arg", f"gpu_memory_utilization={gpu:.2f}"] if gpu else []
    template = [
        part
        for item in options.template_args.items()
        for part in ("--template-arg", f"{item[0]}={dumps(item[1]).decode()}")
    ]
    return [sys.executable, "-m", "ifeval", "run", "--model", *model, *flags, *memory, *template, *options.eval_args]


def gpu_share() -> float | None:
    """Nine tenths of what training leaves free of the first GPU, as a share of all its memory; None without a GPU."""
    if not torch.cuda.is_available():
        return None
    torch.cuda.empty_cache()
    free, total = torch.cuda.mem_get_info()
    return 0.9 * free / total


def run_child(command: Sequence[str], output: Path, stopped: Sequence[Any]) -> bool:
    """Run `command`, what it prints in the file `output`; False where it was ended because `stopped` is not empty.

    Raises UserError where it fails.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    # small kernel caches suit training, where shapes don't come back; an engine's do
    unwanted = KERNEL_CACHES + (LAUNCHER if "WORLD_SIZE" in os.environ else ())
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    with (
        output.open("wb") as lines,
        subprocess.Popen(command, stdout=lines, stderr=subprocess.STDOUT, env=environment) as child,
    ):
        while child.poll() is None and not stopped:
            with suppress(subprocess.TimeoutExpired):
                child.wait(0.5)
        child.terminate()  # nothing to a child that has ended
    if child.returncode and not stopped:
        said = output.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
        raise UserError(
            f"The evaluation failed (exit code {child.returncode}; {output}): {said[-1]} --resume continues."
        )
    return not stopped
