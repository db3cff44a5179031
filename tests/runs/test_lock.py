"""Two writers on one run: the second is refused with the first one's name, and a killed one leaves nothing locked."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ifeval.errors import UserError
from ifeval.runs.lock import LOCK, RunLock

HOLD = "import sys, time; from pathlib import Path; from ifeval.runs.lock import RunLock; lock = RunLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"


@pytest.fixture
def holder(tmp_path: Path):
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    yield child
    child.kill()
    child.wait()


def test_a_second_writer_is_refused_and_told_who_writes(tmp_path: Path, holder: subprocess.Popen) -> None:
    with pytest.raises(UserError, match=rf"is being written by process {holder.pid} on \S+; wait for it"):
        RunLock(tmp_path)


def test_a_killed_writer_leaves_nothing_locked(tmp_path: Path, holder: subprocess.Popen) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    lock = RunLock(tmp_path)
    lock.release()
    lock.release()
    RunLock(tmp_path).release()


def test_a_process_that_the_writer_forked_holds_nothing(tmp_path: Path) -> None:
    """As vLLM forks its engine on CUDA, which may take seconds to end after its run was killed."""
    lock = RunLock(tmp_path)
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(there, b"!")  # what is registered for a fork has been run
        time.sleep(120)
        os._exit(0)
    os.read(here, 1)
    try:
        with pytest.raises(UserError, match=rf"process {os.getpid()} "):
            RunLock(tmp_path)
        lock.release()
        RunLock(tmp_path).release()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_file_system_without_locks_believes_the_mark_of_a_living_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    import socket

    (tmp_path / LOCK).write_text(f'{{"pid": 1, "host": "{socket.gethostname()}"}}')
    with pytest.raises(UserError, match="is being written by process 1 on"):
        RunLock(tmp_path)
    (tmp_path / LOCK).write_text('{"pid": 1, "host": "elsewhere"}')
    RunLock(tmp_path).release()
    (tmp_path / LOCK).write_bytes(b"\xff[")
    RunLock(tmp_path).release()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        RunLock(tmp_path / "file" / "run")
