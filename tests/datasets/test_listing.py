"""What is there: hashes of content, names, and the verbs of `ifeval data`."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ifeval.cli.data import app
from ifeval.errors import UserError
from ifeval.registry import datasets, fetch
from ifeval.registry.datasets import DATASETS, content_hash, ensure
from tests.datasets.rows import ROWS, jsonl
from tests.loopback import serving


def test_content_hash_of_a_folder_is_of_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.json").write_text("1")
    before = content_hash(folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_text("ignored")
    assert content_hash(folder) == before
    folder.rename(tmp_path / "moved")
    assert content_hash(tmp_path / "moved") == before
    (tmp_path / "moved" / "sub" / "a.json").write_text("2")
    assert content_hash(tmp_path / "moved") != before


def test_content_hash_of_a_file_is_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("x")
    assert content_hash(tmp_path / "a") == content_hash(tmp_path / "b") != content_hash(tmp_path)


def test_unknown_names() -> None:
    for call in (ensure, datasets.path):
        with pytest.raises(UserError, match="there are: ifeval"):
            call("gsm8k")


def test_the_commands(publish: Callable, pin: Callable) -> None:
    pin("ifeval", fetch.digest(ROWS))
    runner = CliRunner()
    assert "ifeval data fetch ifeval" in runner.invoke(app, ["list"]).stdout
    with serving(lambda method, path: (200, {}, jsonl(ROWS))) as url:
        publish(url)
        fetched = runner.invoke(app, ["fetch", "ifeval"]).stdout
    listed = json.loads(runner.invoke(app, ["list", "--json"]).stdout)
    assert fetched == f"ifeval: {listed[0]['path']}\n"
    assert [row["path"] for row in listed[1:]] == [None] * (len(DATASETS) - 1)
    assert isinstance(runner.invoke(app, ["fetch", "bfcl", "nope"]).exception, UserError)


def test_listing_imports_nothing_heavy() -> None:
    code = "import sys; from ifeval.registry import datasets; print(*{'httpx', 'pyarrow', 'numpy', 'torch'} & set(sys.modules))"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert child.stdout.strip() == "", child.stderr
