"""Verbs of an interpreter that has imported what they need: each has a fork of it, which ends as any interpreter ends.

Run as a program it takes a JSON line per verb from its input, and prints the exit code of each.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Prepared:
    """Runs verbs in `folder`."""

    def __init__(self, child: subprocess.Popen[str], folder: Path) -> None:
        self._child, self._folder = child, folder

    def ended(self, redirection: str, *arguments: str) -> tuple[int, str]:
        """Exit code and standard error of `ifeval ARGUMENTS REDIRECTION`."""
        log = self._folder / "stderr.log"
        order = {"folder": str(self._folder), "log": str(log), "redirection": redirection, "arguments": arguments}
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        print(json.dumps(order), file=self._child.stdin, flush=True)
        return int(self._child.stdout.readline()), log.read_text()


@contextmanager
def prepared(folder: Path) -> Iterator[Prepared]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cli.prepared"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        yield Prepared(child, folder)


def redirect(redirection: str, log: str) -> None:
    """As a shell does before it starts a program."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    match redirection:
        case ">/dev/full":
            os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
        case "> >(exit 0)":
            reader, writer = os.pipe()
            os.close(reader)
            os.dup2(writer, 1)
        case ">&-":
            os.close(1)
        case "2>&-":
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.close(2)
        case "2>/dev/full":
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(os.open("/dev/full", os.O_WRONLY), 2)


def streams() -> None:
    """As an interpreter does when it starts; one that is closed is None."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        try:
            stream = open(number, "w", closefd=False)  # noqa: SIM115 - as long as the process
        except OSError:
            stream = None
        setattr(sys, name, stream)


def serve() -> None:
    """Fork a child per line; this returns in the children, and ends the process where the input ends."""
    gc.freeze()  # no child looks through what all of them share
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            os.chdir(order["folder"])
            redirect(order["redirection"], order["log"])
            streams()
            sys.argv = ["ifeval", *order["arguments"]]
            return
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    sys.exit()


if __name__ == "__main__":
    import pydantic  # noqa: F401 - with the next two, what the verbs import when called

    import ifeval.release.decision  # noqa: F401
    import tests.reliability.forked  # noqa: F401
    from ifeval.cli import main

    serve()
    main()
