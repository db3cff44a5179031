"""Tokens per second of the CPU engine beside other work, for each way its threads may wait.

    python benchmarks/shared_cores.py --model CHECKPOINT [--kept FILE] [--seconds 12] [--loads 0,2,4] [--minutes 8]

One process per way, with the model loaded once; in it `RUNNING` prompts are decoded at a time for `--seconds`, beside 0, 2 and
4 busy loops. The first way is measured once more at the end: how far the two are apart is what a difference may be by chance.
Every number is kept in `--kept` as it is measured, so the same command goes on after whatever cut it, and `--minutes` ends it
with the table so far (`--minutes 0` only prints it). Six ways take six to seven minutes on two cores. Nothing else may run meanwhile.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RUNNING, NEW_TOKENS, WARM_UP = 60, 64, 2.0
BUSY = [sys.executable, "-c", "import os; p = os.getppid()\nwhile os.getppid() == p:\n for _ in range(10**6): pass"]
"""Busy until its parent has ended."""

ENDING_SECONDS = 20.0


class TimeIsUp(Exception):
    """The engine has decoded for as long as it was to."""


def ways() -> dict[str, dict[str, str]]:
    """The environments to compare; what `ifeval.engines.vllm.cpu_environment` chooses is the first and the last."""
    cores = sorted(os.sched_getaffinity(0))
    fewer = cores[:-1] or cores
    return {
        "as now": {},
        "passive": {"OMP_WAIT_POLICY": "passive"},
        "short spin": {"GOMP_SPINCOUNT": "10000", "KMP_BLOCKTIME": "1"},
        "one thread fewer": {
            "OMP_NUM_THREADS": str(len(fewer)),
            "VLLM_CPU_OMP_THREADS_BIND": ",".join(map(str, fewer)),
        },
        "not bound": {"VLLM_CPU_OMP_THREADS_BIND": "nobind"},
        "as now, again": {},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--kept", type=Path, default=Path("shared_cores.jsonl"), help="What was measured, a line each.")
    parser.add_argument("--seconds", type=float, default=12.0, help="So long beside each number of loops.")
    parser.add_argument("--loads", default="0,2,4", help="Numbers of busy loops beside the engine.")
    parser.add_argument("--minutes", type=float, default=8.0, help="After so many minutes no more is measured.")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    loads = [int(load) for load in options.loads.split(",")]
    if options.measure is not None:
        measure(options.model, options.measure, loads, options.seconds, options.kept)
        return
    deadline = time.monotonic() + 60 * options.minutes
    failures = {}
    try:
        for way, environment in ways().items():
            done = measured(options.kept)
            missing = [load for load in loads if (way, load) not in done]
            if missing and time.monotonic() < deadline:
                failures[way] = measured_apart(options, way, missing, environment, deadline)
    finally:
        print(table(measured(options.kept), loads))
        for way, failure in failures.items():
            if failure:
                print(f"{way}: {failure}")


def measured_apart(
    options: argparse.Namespace, way: str, loads: list[int], environment: dict[str, str], deadline: float
) -> str:
    """Measure one way in a process of its own; what went wrong, or nothing."""
    arguments = ["--model", options.model, "--kept", str(options.kept), "--seconds", str(options.seconds)]
    arguments += ["--loads", ",".join(map(str, loads)), "--measure", way]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            [sys.executable, __file__, *arguments], env=os.environ | environment, stdout=sys.stderr, stderr=said
        )
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return "cut: the time was up"
        finally:
            child.terminate()
            try:
                child.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
    return "" if child.returncode == 0 else f"failed: {(lines or ['no message'])[-1][:200]}"


def measured(kept: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """What stands in the file by way and number of loops; a line that was cut counts for nothing."""
    found = {}
    for line in kept.read_text().splitlines() if kept.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[row["way"], row["loops"]] = row
    return found


def table(done: dict[tuple[str, int], dict[str, Any]], loads: list[int]) -> str:
    """Markdown: tokens per second of each way beside each number of loops."""
    lines = [
        f"| tokens per second | load | {' | '.join(f'{load} loops' for load in loads)} |",
        f"|---|---{'|---' * len(loads)}|",
    ]
    for way in ways():
        rows = [done.get((way, load)) for load in loads]
        seconds = next((f"{row['load_seconds']:.0f} s" for row in rows if row), "-")
        speeds = [f"{row['speed']:.0f}" if row else "-" for row in rows]
        lines.append(f"| {way} | {seconds} | {' | '.join(speeds)} |")
    return "\n".join(lines)


def measure(model: str, way: str, loads: list[int], seconds: float, kept: Path) -> None:
    """Load the engine, and append its speed beside each number of busy loops to `kept`."""
    from ifeval.engines.base import Workload
    from ifeval.engines.vllm import VllmEngine
    from ifeval.models.prompts import Chat
    from ifeval.models.resolve import resolve
    from ifeval.tool_calls import by_name
    from ifeval.util.quiet import output_to

    found = resolve(model)
    engine = VllmEngine(found, Chat(found.chat_template, by_name("hermes")))
    asked = Workload(
        requests=RUNNING, max_new_tokens=RUNNING * NEW_TOKENS, longest_prompt=200, longest_reply=NEW_TOKENS,
        mean_prompt=80, seeded=False,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch, kept.open("a") as file:
        started = time.monotonic()
        with output_to(Path(scratch) / "log"):
            engine.load(asked)
        loaded = time.monotonic() - started
        speed(engine, "warm", WARM_UP)
        for load in loads:
            row = {"way": way, "loops": load, "load_seconds": loaded, "speed": beside(load, engine, seconds)}
            file.write(json.dumps(row) + "\n")
            file.flush()
            print(f"{way}, {load} loops: {row['speed']:.0f} tokens per second", flush=True)


def beside(load: int, engine: Any, seconds: float) -> float:
    """Tokens per second while so many busy loops run."""
    others = [subprocess.Popen(BUSY) for _ in range(load)]
    try:
        return speed(engine, f"beside {load}", seconds)
    finally:
        for other in others:
            other.kill()
            other.wait()


def speed(engine: Any, name: str, seconds: float) -> float:
    """Tokens per second while `RUNNING` prompts are decoded at a time; new ones each time, so nothing comes from a cache.

    The time is looked at before every step, for beside other work it may take a minute until a first reply is whole.
    """
    from ifeval.records import Request, Sample, Sampling

    sampling = Sampling(max_tokens=NEW_TOKENS)
    before, started = engine.tokens, time.monotonic()
    running, found = 0, 0.0

    def asked() -> Iterator[Request | None]:
        nonlocal running, found
        number = 0
        while (spent := time.monotonic() - started) < seconds:
            if running < RUNNING:
                running, number = running + 1, number + 1
                message = {"role": "user", "content": f"{name}: tell story {number}."}
                yield Request(f"{name}-{number}", "speed", Sample(f"{name}-{number}", [message]), sampling)
            else:
                yield None
        found = (engine.tokens - before) / spent
        raise TimeIsUp

    try:
        for _ in engine.generate(asked()):
            running -= 1
    except TimeIsUp:
        pass
    return found


if __name__ == "__main__":
    main()
