"""SIGKILL at several moments, with vLLM's engine core in a process of its own: spawned, and forked as on CUDA.

vLLM's CPU build always spawns. `FORKED` talks it into forking, which is what a GPU gets and where its plugins are not
loaded a second time.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ifeval.engines.machine import has_cuda, installed
from tests.processes import alive, command_lines, descends

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "smollm2-135m-instruct"
pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        not installed("vllm") or has_cuda(), reason="the CPU build of vLLM is not installed: make install"
    ),
    pytest.mark.skipif(not MODEL.is_dir(), reason="there is no model: make model"),
]

SPAWNED = "import ifeval.cli; ifeval.cli.main()"
FORKED = """
import os
from vllm.platforms.cpu import CpuPlatform
checked = CpuPlatform.check_and_update_config.__func__
def check(cls, config):
    checked(cls, config)
    os.environ["VLLM_WORKER_MULTIPROC_METHOD"] = "fork"
CpuPlatform.check_and_update_config = classmethod(check)
import ifeval.cli
ifeval.cli.main()
"""


def imports(run: Path, children: list[str]) -> bool:
    return any("spawn_main" in words for words in children)


def loads(run: Path, children: list[str]) -> bool:
    return any("EngineCore" in words for words in children)


def generates(run: Path, children: list[str]) -> bool:
    replies = run / "responses.jsonl"
    return replies.exists() and replies.stat().st_size > 0


@pytest.mark.parametrize(
    ("way", "moment"), [(SPAWNED, imports), (SPAWNED, loads), (FORKED, loads), (FORKED, generates)]
)
def test_no_process_stays(way: str, moment: Callable[[Path, list[str]], bool], tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-c", way, "run", "--model", str(MODEL), "--out", str(run), "--no-cache"]
    command += ["--tasks", "tiny-copy", "--task-path", str(ROOT / "tests" / "plugins"), "--max-tokens", "24"]
    environment = os.environ | {"VLLM_ENABLE_V1_MULTIPROCESSING": "1", "IFEVAL_CACHE": str(tmp_path / "cache")}
    with (tmp_path / "stderr").open("wb") as stderr:
        killed = subprocess.Popen(command, env=environment, stderr=stderr, stdout=stderr)
    children: dict[int, str] = {}
    try:
        while killed.poll() is None and not moment(run, list(children.values())):
            time.sleep(0.1)
            children = {pid: words for pid, words in command_lines().items() if descends(pid, killed.pid)}
        assert killed.poll() is None, (tmp_path / "stderr").read_text()
    finally:
        killed.kill()
        killed.wait()
    assert children
    deadline = time.monotonic() + 300  # one that imports ends when it has
    while any(alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert {pid: words for pid, words in children.items() if alive(pid)} == {}


def test_an_engine_process_that_dies_ends_the_run_in_one_sentence(tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-c", SPAWNED, "run", "--model", str(MODEL), "--out", str(run), "--no-cache"]
    command += ["--tasks", "tiny-copy", "--task-path", str(ROOT / "tests" / "plugins"), "--max-tokens", "24"]
    environment = os.environ | {"VLLM_ENABLE_V1_MULTIPROCESSING": "1", "IFEVAL_CACHE": str(tmp_path / "cache")}
    started = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    while started.poll() is None and not generates(run, []):
        time.sleep(0.1)
    for pid, words in command_lines().items():
        if "EngineCore" in words and descends(pid, started.pid):
            os.kill(pid, signal.SIGKILL)
    _, said = started.communicate(timeout=300)
    assert started.returncode == 2, said
    assert said.splitlines()[-1].startswith(
        "ifeval: vLLM ended while smollm2-135m-instruct replied: its engine process failed"
    )
