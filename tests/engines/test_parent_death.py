"""Processes that a run starts end with it. No engine is needed: these start processes the way vLLM does."""

import os
import signal
import subprocess
import sys
import time

import pytest

from ifeval.engines.machine import installed
from tests.processes import alive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")

FORKS = """
import os, time
from ifeval.engines.parent_death import ended_with_us

def stay(name):
    os.write(1, f"{name} {os.getpid()}\\n".encode())
    time.sleep(120)
    os._exit(0)

with ended_with_us():
    if os.fork() == 0:
        if os.fork() == 0:
            stay("worker")
        stay("core")
if os.fork() == 0:
    stay("other")
stay("run")
"""

ORPHAN = """
import ctypes, os, time
from ifeval.engines.parent_death import ended_with_us, install

ctypes.CDLL(None).prctl(36, 1)  # orphans come to this process, as they do in many containers, and not to process 1
if os.fork() == 0:
    run, end = os.getpid(), os.pipe()
    with ended_with_us():
        os.register_at_fork(after_in_child=lambda: ctypes.CDLL(None).prctl(1, 0))  # as if it still imported
        if os.fork() == 0:
            while os.getppid() == run:
                time.sleep(0.01)
            install()
            os._exit(7)
    os._exit(0)
print(sorted(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(2)))
"""

PLUGINS = """
import ctypes, os
from vllm.plugins import load_general_plugins
from ifeval.engines.parent_death import ended_with_us

with ended_with_us():
    load_general_plugins()  # as EngineArgs does
    if os.fork() == 0:
        load_general_plugins()  # as EngineCore does
        number = ctypes.c_int()
        ctypes.CDLL(None).prctl(2, ctypes.byref(number))
        os._exit(number.value)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_what_a_run_forks_ends_with_it_and_what_follows_does_not() -> None:
    run = subprocess.Popen([sys.executable, "-c", FORKS], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    pids = dict(run.stdout.readline().split() for _ in range(4))
    started = {name: int(pid) for name, pid in pids.items()}
    try:
        assert all(alive(pid) for pid in started.values())
        run.kill()
        run.wait()
        deadline = time.monotonic() + 20
        while (alive(started["core"]) or alive(started["worker"])) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert {name for name, pid in started.items() if alive(pid)} == {"other"}
    finally:
        for name in ("core", "worker", "other"):
            if alive(started[name]):
                os.kill(started[name], signal.SIGKILL)


def test_a_process_that_comes_too_late_ends_itself() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHAN], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[0, 1]"


def test_the_mark_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    from ifeval.engines.parent_death import OWNER, ended_with_us

    monkeypatch.delenv(OWNER, raising=False)
    with ended_with_us():
        assert os.environ[OWNER] == str(os.getpid())
    assert OWNER not in os.environ


@pytest.mark.engine
@pytest.mark.skipif(not installed("vllm"), reason="vllm is not installed: make install")
def test_a_forked_engine_core_is_tied_though_its_plugins_count_as_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", PLUGINS], capture_output=True, text=True, check=True)
    assert int(done.stdout.splitlines()[-1]) == signal.SIGKILL
