"""Output that nobody takes: the gate's answer stays its exit code, everything else says so and is no success."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.prepared import Prepared, prepared
from tests.cli.test_mistakes import run
from tests.made_runs import make_run

RIGHT = [1] * 300
WORSE = [0] * 60 + [1] * 240


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "old", {"t": RIGHT}, model="old")
    make_run(folder / "same", {"t": RIGHT}, model="same")
    make_run(folder / "worse", {"t": WORSE}, model="worse")
    return folder


@pytest.fixture(scope="module")
def forks(runs: Path) -> Iterator[Prepared]:
    with prepared(runs) as verbs:
        yield verbs


def ended(folder: Path, redirection: str, *arguments: str) -> tuple[int, str]:
    """Exit code and standard error of `ifeval ARGUMENTS REDIRECTION`."""
    command = f'exec "$0" -m ifeval "$@" {redirection}'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=600
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("redirection", "form", "candidate", "code"),
    [
        (">/dev/full", (), "worse", 1),
        (">/dev/full", ("--json",), "worse", 1),
        (">/dev/full", (), "same", 0),
        (">&-", ("--json",), "worse", 1),
        ("> >(exit 0)", (), "worse", 1),
    ],
)
def test_the_gates_answer_stays(
    forks: Prepared, redirection: str, form: tuple[str, ...], candidate: str, code: int
) -> None:
    found, said = forks.ended(redirection, "gate", candidate, "--baseline", "old", *form)
    assert found == code, said
    assert "Traceback" not in said
    if redirection == ">/dev/full":
        assert "the verdict cannot be printed: No space left on device" in said


@pytest.mark.parametrize(("redirection", "code"), [(">/dev/full", 2), (">&-", 0), ("2>&-", 0)])
def test_other_verbs_say_that_nothing_was_printed(forks: Prepared, redirection: str, code: int) -> None:
    found, said = forks.ended(redirection, "show", "old")
    assert found == code, said
    assert "Traceback" not in said
    assert ("the output cannot be" in said) == (code == 2)


def test_a_program_of_its_own_ends_as_its_forks_do(runs: Path) -> None:
    found, said = ended(runs, ">/dev/full", "gate", "worse", "--baseline", "old")
    assert (found, "cannot be printed: No space left on device" in said) == (1, True)


def test_a_reader_that_leaves_is_no_failure(runs: Path) -> None:
    found, said = ended(runs, "| head -c 1", "show", "old", "--json", "--verdict", "pass", "-n", "300")
    assert (found, said) == (0, "")


def test_progress_into_a_full_log_ends_no_run(forks: Prepared, tmp_path: Path) -> None:
    arguments = [
        "run",
        "--model",
        "scripted:oracle",
        "--tasks",
        "format",
        "--limit",
        "3",
        "--out",
        str(tmp_path / "run"),
    ]
    assert forks.ended("2>/dev/full", *arguments)[0] == 0


BAD = "PATH"


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--model", "scripted:oracle", "--tasks", "format", "--limit", "1", "--out", BAD),
        ("run", "--model", BAD),
        ("show", BAD),
        ("gate", "old", "--baseline", BAD),
        ("gate", BAD, "--baseline", "old"),
        ("compare", "old", BAD),
        ("report", "old", "-o", BAD),
        ("leaderboard", BAD),
        ("leaderboard", ".", "--out", BAD),
        ("baseline", "add", BAD),
        ("rescore", BAD),
        ("merge", "old", BAD, "--out", "y"),
        ("doctor", "--model", BAD),
        ("check", BAD),
        ("export", BAD, "--to", "every-eval-ever", "--out", "y"),
        ("import", BAD, "--out", "y"),
        ("data", "check", BAD),
    ],
    ids=lambda arguments: " ".join("..." if word == BAD else word for word in arguments),
)
@pytest.mark.parametrize("bad", ["x" * 300, "/dev/null/x"], ids=["300 letters", "no folder"])
def test_a_path_that_cannot_be_is_one_sentence(
    runs: Path,
    arguments: tuple[str, ...],
    bad: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(runs)
    assert run(monkeypatch, *(bad if word == BAD else word for word in arguments)) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("ifeval: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("data", "fetch", "ifeval"),
        ("doctor", "--model", "tiny", "--chat-template", "chatml"),
        ("run", "--model", "tiny"),
    ],
    ids=" ".join,
)
def test_a_cache_that_cannot_be_written_is_one_sentence(
    arguments: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("IFEVAL_CACHE", "/dev/null/x")
    assert run(monkeypatch, *arguments) == 2
    assert "Traceback" not in capsys.readouterr().err
