"""The door for stored runs: whatever stands in their files, every verb that reads them ends with a sentence or a result."""

import io
import shutil
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

import ifeval
from ifeval.cli import main
from ifeval.errors import Exit
from ifeval.util.jsonio import loads
from tests.conftest import ROOT
from tests.fuzz.inputs import EXAMPLES, as_file, damaged, held, tampered
from tests.made_runs import make_run

PLUGINS = ROOT / "tests" / "plugins"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`run` is tampered with, `other` stays; both know their task, which rescoring needs. `talk` holds conversations."""
    place = tmp_path_factory.mktemp("stored")
    for name in ("run", "other"):
        options: dict[str, Any] = {"task_path": PLUGINS, "out": place / name, "progress": False, "cache": False}
        ifeval.evaluate("scripted:oracle" if name == "run" else "scripted:random", "tiny-copy", limit=8, **options)
    make_run(place / "made", {"t": [1.0, 0.0, 1.0, 1.0], "u": [[1.0, 0.0], [1.0, 1.0]]}, errors=1)
    return place


def ended(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> tuple[int, str]:
    """Exit code and standard error of a verb, run in this process; what it prints drives no terminal and no CI log."""
    monkeypatch.setattr(sys, "argv", ["ifeval", *map(str, arguments)])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace"), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ending:
            code = int(ending.code or 0)
        else:
            code = 0
    out.flush()
    printed = out.buffer.getvalue().decode() + err.getvalue()  # type: ignore[attr-defined]
    assert "\x1b" not in printed, arguments
    assert not any(line.lstrip().startswith("::") for line in printed.splitlines()), arguments
    return code, err.getvalue()


VERBS: dict[str, Callable[[Path], list[object]]] = {
    "show": lambda f: ["show", f / "run"],
    "show --failures": lambda f: ["show", f / "run", "--failures", "--json"],
    "show --by": lambda f: ["show", f / "run", "--by", "parity"],
    "compare": lambda f: ["compare", f / "other", f / "run"],
    "compare (first)": lambda f: ["compare", f / "run", f / "other"],
    "gate": lambda f: ["gate", f / "run", "--baseline", f / "other"],
    "report": lambda f: ["report", f / "run", "-o", f / "report.html"],
    "replay": lambda f: ["run", "--model", f"replay:{f / 'run'}", "--tasks", "tiny-copy", "--limit", 8,
                         "--out", f / "replayed", "--task-path", PLUGINS, "--no-cache"],
    "leaderboard": lambda f: ["leaderboard", f / "run", "--out", f / "tables"],
    "rescore": lambda f: ["rescore", f / "run", "--task-path", PLUGINS],
    "merge": lambda f: ["merge", f / "run", "--out", f / "merged", "--task-path", PLUGINS],
    "baseline add": lambda f: ["baseline", "add", f / "run", "--name", "b", "--yes", "--baselines", f / "baselines"],
    "export": lambda f: ["export", f / "run", "--out", f / "exported"],
    "run": lambda f: ["run", "--model", "scripted:oracle", "--tasks", "tiny-copy", "--limit", 8, "--out", f / "run",
                      "--task-path", PLUGINS, "--no-cache", "--json"],
}  # fmt: skip
"""The last verb goes on with the run that it finds."""


def tampering(file: str, content: bytes) -> st.SearchStrategy[bytes]:
    """The file with values changed where it holds JSON, and with bytes changed."""
    if file.endswith(".json"):
        return tampered(loads(content)).map(as_file) | damaged(content)
    if file.endswith(".jsonl"):
        lines = content.splitlines()
        row = tampered(loads(lines[0])).map(as_file)
        return st.tuples(row, st.integers(0, len(lines))).map(
            lambda drawn: b"\n".join([*lines[: drawn[1]], drawn[0], *lines[drawn[1] + 1 :]]) + b"\n"
        ) | damaged(content)
    return damaged(content)


@EXAMPLES
@pytest.mark.parametrize("file", ["run.json", "summary.json", "samples.jsonl", "samples.parquet"])
def test_a_tampered_run_is_a_sentence_or_a_result(
    folder: Path, file: str, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {path.name: path.read_bytes() for path in (folder / "run").iterdir() if path.is_file()}
    inputs = st.tuples(tampering(file, whole[file]), st.sampled_from(list(VERBS)))

    def enter(drawn: tuple[bytes, str]) -> None:
        content, verb = drawn
        (folder / "run" / file).write_bytes(content)
        try:
            code, said = ended(monkeypatch, *VERBS[verb](folder))
            assert code != Exit.INTERNAL, said
            assert "Traceback" not in said, said
        finally:
            shutil.rmtree(folder / "run")
            for made in ("merged", "replayed"):
                shutil.rmtree(folder / made, ignore_errors=True)
            (folder / "run").mkdir()
            for name, kept in whole.items():
                (folder / "run" / name).write_bytes(kept)

    held(inputs, enter, examples)


@EXAMPLES
def test_a_tampered_baseline_is_a_sentence_or_a_result(
    folder: Path, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "baseline.json"
    assert ended(monkeypatch, "baseline", "add", folder / "other", "--name", "baseline", "--baselines", folder)[0] == 0
    content = file.read_bytes()

    def enter(drawn: tuple[bytes, str]) -> None:
        file.write_bytes(drawn[0])
        verb = ["show", file] if drawn[1] == "baseline" else [folder / "run", "--baseline", file]
        code, said = ended(monkeypatch, drawn[1], *verb)
        assert code != Exit.INTERNAL, said

    inputs = tampered(loads(content)).map(as_file) | damaged(content)
    held(st.tuples(inputs, st.sampled_from(["baseline", "gate"])), enter, examples)
    file.unlink()


def test_a_run_killed_before_its_last_write_is_a_sentence_or_a_result(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is there but the manifest's end: status, times, what the engine did."""
    file = folder / "run" / "run.json"
    kept = file.read_bytes()
    manifest = loads(kept)
    began = {name: value for name, value in manifest.items() if name not in ("finished", "phases", "engine_settings")}
    for verb, arguments in VERBS.items():
        file.write_bytes(as_file({**began, "status": "running"}))
        code, said = ended(monkeypatch, *arguments(folder))
        assert code in (0, 2, 3, 4), (verb, said)
    assert loads(file.read_bytes())["status"] == "complete", "the last verb goes on with it"
    file.write_bytes(kept)
