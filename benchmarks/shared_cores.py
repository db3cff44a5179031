"""Tokens per second of the CPU engine beside other work, for each way its threads may wait.

    python benchmarks/shared_cores.py --model CHECKPOINT [--seconds 20] [--loads 0,2,4] [--only NAME,NAME]

One process per way, with the model loaded once; in it the same 60 prompts of at most 64 new tokens, under 0, 2 and 4 busy
loops, each for at most `--seconds`. Five ways take about six minutes on two cores. Nothing else may run meanwhile.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROMPTS, NEW_TOKENS, WARM_UP = 60, 64, 4
BUSY = [sys.executable, "-c", "while True: pass"]


def ways() -> dict[str, dict[str, str]]:
    """The environments to compare; what `ifeval.engines.vllm.cpu_environment` chooses is the first."""
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
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--seconds", type=float, default=20.0, help="At most so long per load.")
    parser.add_argument("--loads", default="0,2,4", help="Numbers of busy loops beside the engine.")
    parser.add_argument("--only", help="Some of the ways, by name.")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    loads = [int(load) for load in options.loads.split(",")]
    if options.measure:
        print(json.dumps(measured(options.model, loads, options.seconds)))
        return
    print(f"{'way':<18}{'load s':>8}" + "".join(f"{load:>8} loops" for load in loads) + "   (tokens per second)")
    for name, environment in ways().items():
        if options.only and name not in options.only.split(","):
            continue
        command = [sys.executable, __file__, *sys.argv[1:], "--measure"]
        done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, errors="replace")
        if done.returncode:
            print(f"{name:<18}failed: {(done.stderr.strip().splitlines() or ['no message'])[-1][:120]}", flush=True)
            continue
        found = json.loads(done.stdout.splitlines()[-1])
        print(f"{name:<18}{found['load']:>8.1f}" + "".join(f"{speed:>14.0f}" for speed in found["speeds"]), flush=True)


def measured(model: str, loads: list[int], seconds: float) -> dict[str, object]:
    """Seconds to load the engine, and its tokens per second beside each number of busy loops."""
    from ifeval.engines.base import Workload
    from ifeval.engines.vllm import VllmEngine
    from ifeval.models.prompts import Chat
    from ifeval.models.resolve import resolve
    from ifeval.tool_calls import by_name
    from ifeval.util.quiet import output_to

    found = resolve(model)
    engine = VllmEngine(found, Chat(found.chat_template, by_name("hermes")))
    asked = Workload(
        requests=PROMPTS, max_new_tokens=PROMPTS * NEW_TOKENS, longest_prompt=200, longest_reply=NEW_TOKENS, mean_prompt=80,
        seeded=False,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch, output_to(Path(scratch) / "log"):
        started = time.monotonic()
        engine.load(asked)
        loaded = time.monotonic() - started
        speed(engine, "warm", WARM_UP, seconds)
        return {"load": loaded, "speeds": [beside(load, engine, seconds) for load in loads]}


def beside(load: int, engine: object, seconds: float) -> float:
    """Tokens per second while so many busy loops run."""
    others = [subprocess.Popen(BUSY) for _ in range(load)]
    try:
        return speed(engine, f"beside {load}", PROMPTS, seconds)
    finally:
        for other in others:
            other.kill()
            other.wait()


def speed(engine, name: str, prompts: int, seconds: float) -> float:  # type: ignore[no-untyped-def]
    """Tokens per second over at most `seconds`; prompts are new each time, so that nothing comes from a cache."""
    from ifeval.records import Request, Sample, Sampling

    sampling = Sampling(max_tokens=NEW_TOKENS)
    requests = [
        Request(f"{name}-{n}", "speed", Sample(f"{name}-{n}", [{"role": "user", "content": f"{name}: tell story {n}."}]), sampling)
        for n in range(prompts)
    ]  # fmt: skip
    before, started = engine.tokens, time.monotonic()
    replies = engine.generate(iter(requests))
    for _ in replies:
        if time.monotonic() - started > seconds:
            break
    spent = time.monotonic() - started
    replies.close()
    return float((engine.tokens - before) / spent)


if __name__ == "__main__":
    main()
