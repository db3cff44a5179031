"""What `test_torchrun.py` starts with torchrun: the same trainings in each of the processes.

Arguments: the folder of the base model, a folder with the data, where the outputs go.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training import judge
from ifeval.finetuning.training.loop import train


def settings(base: Path, folder: Path) -> SftOptions:
    return SftOptions(
        model=str(base),
        data=(str(folder / "made.jsonl"),),
        out=folder,
        max_steps=5,
        max_length=96,
        batch=3,
        learning_rate=3e-3,
        precision="fp32",
        seed=7,
    )


def trainings(base: Path, folder: Path) -> dict[str, SftOptions]:
    """What one process and two do alike, by the name of the output. Three rows leave a process one to fill up."""
    plain = settings(base, folder)
    pairs = (str(folder / "pairs.jsonl"),)
    return {
        "whole": plain,
        "adapters": replace(plain, lora=4, max_steps=2),
        "preferred": replace(plain, data=pairs, method="dpo", beta=0.5, max_steps=2),
    }


class Stopping:
    """Sends SIGTERM to the process it is in after a step; the first process alone is told."""

    def __init__(self, after: int) -> None:
        self.after = after if os.environ["RANK"] == "0" else -1

    def phase(self, text: str) -> None: ...

    def note(self, text: str) -> None: ...

    def step(self, step: object) -> None:
        if step.step == self.after:  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGTERM)


def main(base: Path, folder: Path, out: Path) -> None:
    for name, options in trainings(base, folder).items():
        train(replace(options, out=out / name), Stopping(-1))
    for name in ("halved", "handed_over"):
        try:
            train(replace(settings(base, folder), out=out / name), Stopping(3))
        except KeyboardInterrupt:
            continue
        raise AssertionError("nobody stopped")
    train(replace(settings(base, folder), out=out / "halved", resume=True), Stopping(-1))
    asked = judge.run_command
    judge.run_command = lambda *arguments: [
        "scripted:oracle" if part.startswith(str(out)) and "checkpoints" in part else part for part in asked(*arguments)
    ]
    judged = replace(settings(base, folder), max_steps=2, eval_tasks="format:2,wrong_in_any_reply:2", eval_every=1)
    train(replace(judged, out=out / "judged"), Stopping(-1))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
