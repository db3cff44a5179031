"""Fine-tuning speed: tokens a second, peak memory, the share of the matrix-multiply peak, and TRL beside it.

python benchmarks/sft_speed.py [--model DIR] [--steps 8] [--max-length 1024] [--batch 1] [--rounds 1]
    [--precision bf16] [--precision fp32] [--layout packed] [--layout unpacked] [--rows 4] [--peer-python PYTHON_WITH_TRL]
    [--peer-unpacked as-given]

A step has BATCH rows of max-length packed, or BATCH x ROWS examples unpacked, of which TRL takes ROWS in a forward pass and
ifeval as many as come to max-length tokens with their padding. All train on the same rows of the task `format`, in turn,
each in a process of its own; the first two steps of each are warm-up. TRL's steps are as its sampler `group_by_length` makes
them of a thousand rows, rows of one length together; as that begins with the longest, steps drawn from all of them stand for
them, and ifeval shuffles the rows of these. `--peer-unpacked shuffled` or `padding-free` gives TRL's other ways with rows
that are not packed. Speed is all tokens over all seconds. Floating-point operations a token: 6 x weights of the
body, 8 x weights of the head on trained tokens (its logits are computed anew in the backward pass); attention is left out, so
shares are lower bounds. Both sides train on the replies only, keep fp32 weights (bf16 is autocast) and have the same settings of
OpenMP; docs/sft.md says how to make TRL's environment. Measure on a quiet machine.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

import torch
from timing import wall_seconds

from ifeval.cli.sft import SPINS
from ifeval.finetuning.training.network import multiply_seconds
from ifeval.models.checkpoint import inspect, read_json

WARM_UP = 2
SIZE = 2048
os.environ.setdefault("GOMP_SPINCOUNT", SPINS)  # for both sides
IFEVAL = str(Path(sys.executable).with_name("ifeval"))
LAYOUTS = ("packed", "unpacked")
SORTED = 50
"""Steps whose rows TRL's sampler sorts by length together."""
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


@dataclass(frozen=True)
class Measured:
    """Tokens a second, peak bytes, and the share of tokens that were trained (None where it was not said)."""

    speed: float
    memory: int
    trained: float | None = None


@dataclass(frozen=True)
class Job:
    """What both sides train on and how."""

    model: str
    rows: Path
    max_length: int
    batch: int
    rows_at_once: int
    steps: int

    def ours(self, precision: str, layout: str, folder: Path) -> Measured:
        packed = ["--batch-tokens", str(self.batch * self.max_length)]
        apart = ["--no-packing", "--batch", str(self.batch * self.rows_at_once)]
        wall_seconds([
            IFEVAL, "sft", "--model", self.model, "--data", str(self.rows), "--out", str(folder), "--save-every", "0",
            "--max-length", str(self.max_length), "--max-steps", str(self.steps), "--weights", "fp32",
            "--precision", precision, "--packing", *(packed if layout == "packed" else apart),
        ])  # fmt: skip
        steps = [json.loads(line) for line in (folder / "training" / "log.jsonl").read_text().splitlines()][WARM_UP:]
        trained = sum(step["trained_tokens"] for step in steps) / sum(step["tokens"] for step in steps)
        memory = read_json(folder / "ifeval_sft.json")["training"]["peak_memory_bytes"]
        return Measured(speed(steps), memory, trained)

    def peer(self, python: str, precision: str, layout: str, folder: Path) -> Measured:
        """layout: one of `trl_peer.py`."""
        script = str(Path(__file__).with_name("trl_peer.py"))
        numbers = [str(number) for number in (self.max_length, self.batch, self.steps)]
        command = [python, script, self.model, str(self.rows), str(folder), *numbers, precision, layout]
        command.append("1" if layout == "packed" else str(self.rows_at_once))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
        said = json.loads(done.stdout.splitlines()[-1])
        return Measured(speed(said["steps"][WARM_UP:]), said["peak_memory_bytes"])


def speed(steps: list[dict[str, float]]) -> float:
    return sum(step["tokens"] for step in steps) / sum(step["seconds"] for step in steps)


def draw(made: Path, chosen: Path, model: str, size: int, steps: int) -> None:
    """Write the rows of some steps of `size` rows, drawn from those that TRL's sampler makes of the rows `made`."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)

    def length(line: str) -> int:
        return len(tokenizer.apply_chat_template(json.loads(line)["messages"], return_dict=False))

    lines = made.read_text().splitlines(keepends=True)
    together = SORTED * size
    parts = [sorted(lines[at : at + together], key=length) for at in range(0, len(lines), together)]
    ordered = [line for part in parts for line in part]
    batches = [ordered[at : at + size] for at in range(0, len(ordered) - size + 1, size)]
    chosen.write_text("".join(line for batch in Random(0).sample(batches, steps) for line in batch))


def work_a_token(model: Path, trained: float) -> float:
    """Floating-point operations a token, forward and backward."""
    config = read_json(model / "config.json")
    head = config["vocab_size"] * config["hidden_size"]
    return 6 * ((inspect(model).parameters or 0) - head) + 8 * head * trained


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="models/smollm2-135m-instruct")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--max-length", type=int, default=1024)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--rows", type=int, default=4)
    parser.add_argument("--layout", action="append", choices=LAYOUTS)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--precision", action="append", choices=DTYPES)
    parser.add_argument("--peer-python", help="the Python of an environment with TRL")
    parser.add_argument("--peer-unpacked", default="as-given", choices=("as-given", "shuffled", "padding-free"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        made, rows, steps = folder / "made.jsonl", folder / "rows.jsonl", given.steps + WARM_UP
        wall_seconds([IFEVAL, "data", "make", "--task", "format:1000", "--tasks", "format", "--out", str(made)])
        draw(made, rows, given.model, given.batch * given.rows, steps)
        job = Job(given.model, rows, given.max_length, given.batch, given.rows, steps)
        cases = [
            (turn, *case)
            for turn in range(given.rounds)
            for case in product(given.precision or DTYPES, given.layout or LAYOUTS)
        ]
        for turn, precision, layout in cases:
            theirs = given.peer_unpacked if layout == "unpacked" else layout
            compare(job, precision, layout, folder / f"{precision}-{layout}-{turn}", given.peer_python, theirs)


def compare(job: Job, precision: str, layout: str, folder: Path, python: str | None, theirs: str) -> None:
    """Print how fast we are, and TRL in its layout `theirs` where there is one."""
    peak = 2 * SIZE**3 / multiply_seconds(DTYPES[precision], SIZE)
    ours = job.ours(precision, layout, folder)
    used = ours.speed * work_a_token(Path(job.model), ours.trained or 0.0)
    print(
        f"{precision} {layout}: {ours.speed:,.0f} tokens/s ({100 * (ours.trained or 0):.0f} % trained), "
        f"peak {ours.memory / 2**30:.2f} GiB, {100 * used / peak:.0f} % of {peak / 1e12:.2f} TFLOP/s",
        flush=True,
    )
    if python:
        peer = job.peer(python, precision, theirs, folder.with_name(f"trl-{folder.name}"))
        print(
            f"{precision} {layout}: TRL ({theirs}) {peer.speed:,.0f} tokens/s, peak {peer.memory / 2**30:.2f} GiB; "
            f"ratio {ours.speed / peer.speed:.2f}, memory {ours.memory / peer.memory:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
