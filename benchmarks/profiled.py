"""Where the time of a training step goes: runs a training script on a CPU under torch's profiler.

    python benchmarks/profiled.py SCRIPT ARGUMENTS...

SCRIPT: `benchmarks/trl_peer.py`, the installed command `ifeval`, or any other that steps one of torch's optimisers. Three
steps are recorded, after three of warm-up, and printed as seconds per step and kind of work, each moment counted once, for the
innermost operation; forward and backward together, recomputation too. Where a script ends with a status of its own, it is kept.
"""

import os
import runpy
import sys
import time
from collections import Counter
from pathlib import Path

# what `ifeval sft` sets before it imports torch, here for all alike
os.environ |= {
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "10000",
    "OMP_NUM_THREADS": str(len(os.sched_getaffinity(0))),
}
os.environ |= {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "128", "LRU_CACHE_CAPACITY": "128"}

from torch.autograd.profiler_util import FunctionEvent
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.profiler import ProfilerActivity, profile

WARM_UP, STEPS = 3, 3
VOCABULARY = 30_000
"""A tensor with a side of that many or more belongs to the embedding, the head or the loss."""

KINDS = (
    ("attention", ("CausalAttention", "scaled_dot_product")),
    (
        "optimiser, adding up gradients",
        ("Optimizer.", "AccumulateGrad", "aten::_foreach_", "aten::_fused_adam", "aten::linalg_vector_norm"),
    ),
    ("embedding, head and loss", ("embedding", "log_softmax", "nll_loss", "ChunkedLogProb")),
    ("matrix products of the body", ("aten::mm", "aten::addmm", "aten::bmm", "mkldnn::_linear", "aten::linear")),
    ("copies and casts", ("aten::copy_", "aten::_to_copy", "aten::clone", "aten::cat")),
)
OTHER = "the rest: norms, activations, positions, sums"


class Recorder:
    """Starts and stops the profiler between two updates of the optimiser."""

    def __init__(self) -> None:
        self.done, self.seconds = 0, 0.0
        self.profiler = profile(activities=[ProfilerActivity.CPU], record_shapes=True)
        register_optimizer_step_post_hook(self.stepped)

    def stepped(self, *_: object) -> None:
        """Called after each update."""
        self.done += 1
        if self.done == WARM_UP:
            self.profiler.start()
            self.seconds = -time.perf_counter()
        elif self.done == WARM_UP + STEPS:
            self.seconds += time.perf_counter()
            self.profiler.stop()

    def table(self) -> str:
        """Seconds per step and share of each kind, the largest first."""
        spent: Counter[str] = Counter()
        for event in self.profiler.events() or ():
            spent[kind(event)] += event.self_cpu_time_total / 1e6
        spent["Python, and the profiler's own"] = self.seconds - sum(spent.values())
        rows = [f"{s / STEPS:8.2f} s {100 * s / self.seconds:5.1f} %  {name}" for name, s in spent.most_common()]
        return "\n".join([*rows, f"{self.seconds / STEPS:8.2f} s  a step"])


def kind(event: FunctionEvent) -> str:
    """The kind of work of an operation: by its own name and size, or those of the operations that it is part of."""
    around: list[FunctionEvent] = []
    at: FunctionEvent | None = event
    while at:
        around.append(at)
        at = at.cpu_parent
    for name, marks in KINDS[:2]:
        if any(mark in one.name for one in around for mark in marks):
            return name
    if any(side >= VOCABULARY for one in around for shape in one.input_shapes or () for side in sides(shape)):
        return KINDS[2][0]
    for name, marks in KINDS[2:]:
        if any(mark in one.name for one in around for mark in marks):
            return name
    return OTHER


def sides(shape: object) -> list[int]:
    return [side for side in shape if isinstance(side, int)] if isinstance(shape, (list, tuple)) else []


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    recorder, script = Recorder(), sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path.insert(0, str(Path(script).resolve().parent))
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise
    if recorder.done < WARM_UP + STEPS:
        sys.exit(f"{script} took {recorder.done} steps, and {WARM_UP + STEPS} are needed")
    print(recorder.table())


if __name__ == "__main__":
    main()
