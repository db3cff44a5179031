"""A file that a user keeps is written whole or not at all: nothing in the sources writes in place, no full disk halves one."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ifeval.errors import UserError
from ifeval.util.files import written_atomically
from tests.conftest import ROOT

IN_PLACE = {
    "ifeval/util/files.py": "the one writer",
    "ifeval/engines/vllm_server.py": "what a server prints, while it runs",
    "ifeval/finetuning/training/judge.py": "what an evaluation prints, while it runs",
}
"""Files that may open one for writing, and why nothing is lost there."""

WRITERS = {"write_text", "write_bytes", "copyfile", "copy", "copy2", "to_csv", "to_parquet", "savetxt", "save_file"}
"""Calls that write a file under its own name."""


def _calls_that_write(tree: ast.Module) -> Iterator[int]:
    """The lines of calls that write in place: `open` in a mode that empties or creates, and `WRITERS`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        modes = [
            word.value for word in [*node.args, *(k.value for k in node.keywords)] if isinstance(word, ast.Constant)
        ]
        opens = (
            name == "open"
            and owner != "os"
            and any(isinstance(m, str) and set(m) & set("wx+") and len(m) < 4 for m in modes)
        )
        if opens or (name in WRITERS and (name != "copy" or owner == "shutil")):
            yield node.lineno


def test_nothing_writes_in_place() -> None:
    found = {
        f"{place}:{line}"
        for file in [*(ROOT / "ifeval").rglob("*.py"), *(ROOT / "tasks").rglob("*.py")]
        if (place := file.resolve().relative_to(ROOT).as_posix()) not in IN_PLACE
        for line in _calls_that_write(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert not found, f"write these with ifeval.util.files.write_atomically: {sorted(found)}"


def test_the_search_finds_what_it_looks_for() -> None:
    source = "p.write_text('x')\nopen(p, 'w')\np.open('xb')\nshutil.copy(a, b)\np.open('rb')\nx.copy()\nos.open(p, 1)"
    assert list(_calls_that_write(ast.parse(source))) == [1, 2, 3, 4]


def test_a_stream_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("old")

    def rows() -> Iterator[bytes]:
        yield b"new\n"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), written_atomically(path) as file:
        file.writelines(rows())
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["rows.jsonl"]


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)


def test_tables_pages_and_exports_survive_a_full_disk(
    tmp_path: Path, full_disk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ifeval.cli.train_data import write_rows
    from ifeval.report.html import write_report
    from ifeval.report.leaderboard_formats import NAMES, write
    from ifeval.runs.run import load_run
    from tests.made_runs import make_run

    with monkeypatch.context() as room:
        room.setattr(os, "fsync", lambda _: None)
        run = load_run(make_run(tmp_path / "run", {"format": [1.0, 0.0]}))
    kept = {name: tmp_path / name for name in (*NAMES, "report.html")}
    for path in kept.values():
        path.write_text("old")
    for attempt in (
        lambda: write([], tmp_path),
        lambda: write_report([run], kept["report.html"]),
        lambda: write_rows(tmp_path / "rows.jsonl", [{"a": 1}]),
    ):
        with pytest.raises(UserError, match="cannot be written: No space left on device"):
            attempt()
    assert {path.read_text() for path in kept.values()} == {"old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, "run"])
