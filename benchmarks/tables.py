"""Two runs of 100,000 samples compared, and a leaderboard of 500 runs: seconds and memory of each whole process.

python benchmarks/tables.py [--samples 100000] [--runs 500]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import Process
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet

from ifeval.runs.directory import MANIFEST, SUMMARY, TABLE, write_json
from ifeval.runs.summary import RATES

REPLY = "A reply of about a thousand characters. " * 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=500)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, share in (("old", 0.80), ("new", 0.78)):
            writer = Process(target=write_samples, args=(folder / name, share, wanted.samples))
            writer.start()  # in a process of its own: what a child inherits counts as its memory
            writer.join()
            write_run(folder / name, name, share, wanted.samples)
        for number in range(wanted.runs):
            write_run(folder / "board" / f"run-{number:04}", f"model-{number}", number / wanted.runs, 541)
        measure(f"compare, {wanted.samples:,} samples", "compare", folder / "old", folder / "new")
        measure(f"leaderboard, {wanted.runs} runs", "leaderboard", folder / "board", "--out", folder / "tables")


def measure(title: str, *arguments: object) -> None:
    """Run one `ifeval` command; print its wall and CPU seconds and its peak resident set."""
    started = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", "ifeval", *map(str, arguments)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{title}: failed")
    print(f"{title}: {seconds:.2f} s ({used.ru_utime + used.ru_stime:.2f} s of CPU), {used.ru_maxrss / 1024:,.0f} MiB")


def write_samples(run: Path, share: float, samples: int) -> None:
    """samples.parquet as a run leaves it: `share` of the samples right, two checks each, replies of a kilobyte."""
    right = np.random.default_rng(int(1000 * share)).random(samples) < share
    other = right | (np.arange(samples) % 2 == 0)
    verdict = pyarrow.StructArray.from_arrays(
        [
            pyarrow.array(np.tile(["length:words", "punctuation:no_comma"], samples)),
            pyarrow.array(np.stack([right, other], axis=1).ravel()),
            pyarrow.array(np.tile(["412 words, wanted fewer than 400", "no comma was asked for, 3 found"], samples)),
            pyarrow.array(np.full(2 * samples, "")),
        ],
        ["name", "ok", "reason", "outcome"],
    )
    pairs = pyarrow.array(np.arange(0, 2 * samples + 1, 2, dtype=np.int32))
    followed = np.stack([right.astype(np.int32) + other, np.full(samples, 2)], axis=1).ravel()
    columns = {
        "task": np.full(samples, "made"),
        "sample_id": [f"made-{number:07}" for number in range(samples)],
        "repeat": np.zeros(samples, dtype=np.int32),
        "reply": [f"{REPLY}{number}" for number in range(samples)],
        "completion_tokens": np.full(samples, 200, dtype=np.int32),
        "error": pyarrow.nulls(samples, "string"),
        **{name: np.zeros(samples, dtype=bool) for name in RATES},
        "metric.followed": right.astype(float),
        "count.checks": pyarrow.ListArray.from_arrays(pairs, pyarrow.array(followed, "int32")),
        "verdicts": pyarrow.ListArray.from_arrays(pairs, verdict),
    }
    run.mkdir(parents=True)
    pyarrow.parquet.write_table(pyarrow.table(columns), run / TABLE, row_group_size=10_000, compression="zstd")


def write_run(run: Path, model: str, share: float, samples: int) -> None:
    """run.json and summary.json, with the fields that the tables read."""
    score = {
        "value": share,
        "low": max(0.0, share - 0.03),
        "high": min(1.0, share + 0.03),
        "n": samples,
        "method": "wilson",
    }
    task: dict[str, Any] = {
        "family": "format", "version": "1", "primary": "followed", "unit": "sample", "samples": samples,
        "rows": samples, "metrics": {"followed": score, "checks": score}, "rates": dict.fromkeys(RATES, 0.0),
        "checks": {}, "outcomes": {}, "by": {},
    }  # fmt: skip
    settings = {
        "model": model, "limit": None, "repeats": 1, "constrain": False, "system": None,
        "template": None, "reasoning": "tags", "tool_dialect": "hermes",
        "tasks": {"made": {"version": "1", "seed": 0, "sampling": {"temperature": 0.0}}}, "engine": {"name": "vllm", "version": "1"},
    }  # fmt: skip
    about = {"name": model, "fingerprint": model, "parameters": 135_000_000, "chat_template": None}
    manifest = {
        "identity": model, "status": "complete", "started": "2026-11-20T10:00:00+00:00", "settings": settings,
        "model": about, "versions": {"ifeval-harness": "0.1.0"},
    }  # fmt: skip
    write_json(run / MANIFEST, manifest)
    engine = {"name": "vllm", "tokens_per_second": 900.0, "generated_tokens": 200 * samples}
    whole = {"tasks": {"made": task}, "families": {}, "rates": task["rates"], "engine": engine}
    write_json(run / SUMMARY, whole)


if __name__ == "__main__":
    main()
