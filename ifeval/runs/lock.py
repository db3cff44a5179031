"""One writer per run: a lock on the directory that falls with the process that holds it, and says who that is."""

import fcntl
import os
import socket
from pathlib import Path
from typing import Any
from weakref import WeakSet

from ifeval.errors import UserError
from ifeval.util.files import NO_LOCKS
from ifeval.util.jsonio import dumps, loads

LOCK = ".lock"
"""The file in a run's directory that its writer holds; it stays behind, empty of meaning, when nobody does."""


class RunLock:
    """Holds a run's directory from its making until `release`, or until the process ends however it ends.

    Raises UserError where another process holds it (process and host are named), and where the folder cannot be
    written. On a file system without locks the owner's mark is believed while its process lives on this host.
    """

    def __init__(self, run: Path) -> None:
        self._path = run / LOCK
        try:
            run.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise UserError(f"{run} cannot be written: {error.strerror}.") from error
        try:
            self._take(run)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, dumps({"pid": os.getpid(), "host": socket.gethostname()}), 0)
        except BaseException:
            os.close(self._file)
            raise
        _HELD.add(self)

    def _take(self, run: Path) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                f"{run} is being written by {_owner(self._path)}; wait for it, or choose another --out."
            ) from None
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise UserError(f"{run} cannot be locked: {error.strerror}.") from error
            owner = _read(self._path)
            if (
                owner.get("host") == socket.gethostname()
                and owner.get("pid") != os.getpid()
                and _lives(owner.get("pid"))
            ):
                raise UserError(
                    f"{run} is being written by {_owner(self._path)}; wait for it, or choose another --out."
                ) from None

    def release(self) -> None:
        """Let go. May be called twice."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            self.forget()

    def forget(self) -> None:
        """Close the file and leave its content: all that a forked process may do with its copy of a lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


_HELD: "WeakSet[RunLock]" = WeakSet()


def _forget_all() -> None:
    for lock in list(_HELD):
        lock.forget()


# vLLM forks its engine on CUDA, and any copy of the file keeps the lock.
os.register_at_fork(after_in_child=_forget_all)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _owner(path: Path) -> str:
    owner = _read(path)
    return f"process {owner['pid']} on {owner['host']}" if {"pid", "host"} <= owner.keys() else "another process"


def _lives(pid: Any) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
