"""Where a verdict goes: the terminal, the files that were asked for, and on GitHub annotations and the job summary."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ifeval.errors import UserError
from ifeval.release.formats import annotations, to_json, to_junit, to_markdown, to_text
from ifeval.release.results import ReleaseDecision
from ifeval.util.files import write_atomically
from ifeval.util.quiet import mute_stdout
from ifeval.util.text import for_terminal


def deliver(verdict: ReleaseDecision, junit: Path | None, markdown: Path | None, json: bool) -> None:
    """Print the verdict and write what was asked for. Raises UserError where a file cannot be written."""
    write_files(verdict, junit, markdown, json)
    with _printed():
        if json:
            sys.stdout.buffer.write(to_json(verdict))
        else:
            print(for_terminal(to_text(verdict)), end="")


def write_files(verdict: ReleaseDecision, junit: Path | None, markdown: Path | None, json: bool) -> None:
    """All but the terminal's part, so that a command that ends with an error leaves its reason there too."""
    for path, content in ((junit, to_junit), (markdown, to_markdown)):
        if path is not None:
            _write(path, content(verdict))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        with _printed():
            for line in annotations(verdict):
                print(line, file=sys.stderr if json else sys.stdout)
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            _append(Path(summary), to_markdown(verdict))


@contextmanager
def _printed() -> Iterator[None]:
    """What is printed inside. Where nothing takes it (a full disk, a closed pipe) the exit code is still the answer."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        mute_stdout()
        with suppress(OSError):
            print(f"ifeval: the verdict cannot be printed: {error.strerror}.", file=sys.stderr)


def _write(path: Path, content: bytes | str) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error


def _append(path: Path, content: str) -> None:
    """The job summary collects what several steps have to say."""
    try:
        with path.open("a") as file:
            file.write(content)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
