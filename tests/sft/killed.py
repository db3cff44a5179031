"""Trains one tiny training again and again, killed with SIGKILL at random times: python -m tests.sft.killed OPTIONS KILLS.

OPTIONS: a JSON file with a model, its data and an output folder. Prints the folders of the finished trainings as JSON, the
first of which was never killed. Children are forked, so that torch is imported once.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from random import Random
from typing import Any


class Silent:
    def phase(self, text: str) -> None: ...
    def note(self, text: str) -> None: ...
    def step(self, step: object) -> None: ...


def start(settings: dict[str, Any], out: Path) -> int:
    """The process id of a training that begins or goes on."""
    from ifeval.finetuning.options import SftOptions
    from ifeval.finetuning.training.loop import train

    child = os.fork()
    if child:
        return child
    try:
        train(SftOptions(**settings | {"data": tuple(settings["data"]), "out": out, "resume": "auto"}), Silent())
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def finished(child: int, seconds: float | None) -> bool:
    """Wait for a training, at most some seconds, and kill it then; RuntimeError where it failed by itself."""
    end = time.monotonic() + seconds if seconds is not None else float("inf")
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            if status:
                raise RuntimeError(f"the training failed: {status}")
            return True
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def main(file: Path, kills: int) -> None:
    import torch

    import ifeval.finetuning.training.loop  # noqa: F401 - before the first fork

    torch.set_num_threads(1)
    given = json.loads(file.read_text())
    folder = Path(given.pop("out"))
    rng = Random(0)
    outs = [folder / "whole"]
    begun = time.monotonic()
    finished(start(given, outs[0]), None)
    whole = time.monotonic() - begun
    killed = 0
    while killed < kills:
        outs.append(folder / f"killed-{len(outs)}")
        while True:
            ended = finished(start(given, outs[-1]), rng.uniform(0, whole) if killed < kills else None)
            killed += not ended
            if ended:
                break
    print(json.dumps({"killed": killed, "outs": list(map(str, outs))}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
