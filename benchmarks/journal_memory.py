"""Memory of a run of a million short samples: everything but a model. Prints the peak resident set.

python benchmarks/journal_memory.py [--samples 1000000]
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

PLUGIN = """
from ifeval.records import Sample, Score, CheckResult
from ifeval.task import Task

class Million(Task):
    name, version, family, primary, description = "million", "1", "format", "right", "short samples"

    def samples(self, seed, limit=None):
        for number in range(limit or 0):
            yield Sample(str(number), [{"role": "user", "content": f"say {number}"}], target=str(number))

    def score(self, sample, response):
        return Score((CheckResult(True, "said", "said"),), {"right": 1.0})
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1_000_000)
    samples = parser.parse_args().samples
    import ifeval

    with tempfile.TemporaryDirectory() as scratch:
        plugin = Path(scratch) / "million" / "task.py"
        plugin.parent.mkdir()
        plugin.write_text(PLUGIN)
        started = time.perf_counter()
        run = ifeval.evaluate(
            "scripted:constant", tasks="million", limit=samples, task_path=(Path(scratch),), out=Path(scratch) / "run"
        )
        seconds = time.perf_counter() - started
        rows = run.summary["tasks"]["million"]["rows"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)
    print(f"{rows:,} samples in {seconds:.0f} s ({rows / seconds:,.0f} a second), peak resident set {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
