"""docs/tasks.md works as written: the plug-in from a folder, from an installed package, and in a suite."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import ifeval
from ifeval.registry.plugins import discover
from ifeval.registry.suites import expand
from ifeval.runs.validation import validate
from ifeval.tool_calls import by_name

DOC = (Path(__file__).parents[1] / "docs" / "tasks.md").read_text()
PLUGIN = re.search(r"```python\n(.*?)```", DOC, re.DOTALL)[1]
TOML = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    file = tmp_path / "my_tasks" / "sums" / "task.py"
    file.parent.mkdir(parents=True)
    file.write_text(PLUGIN)
    return tmp_path / "my_tasks"


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test loads the plug-in from its own folder."""
    for name in ("ifeval_tasks.sums", "ifeval_tasks.sums.task"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_it_takes_about_forty_lines() -> None:
    assert len([line for line in PLUGIN.splitlines() if line.strip()]) <= 45


def test_the_plug_in_validates_and_runs(folder: Path, tmp_path: Path) -> None:
    task = discover([folder])["sums"]()
    found = validate(task, by_name("hermes"))
    assert found.ok, found.problems
    run = ifeval.evaluate("scripted:oracle", tasks="sums", task_path=(folder,), out=tmp_path / "run")
    assert run.summary["tasks"]["sums"]["metrics"]["correct"]["value"] == 1
    assert run.summary["tasks"]["sums"]["by"]["digits"].keys() == {"1", "2", "3"}


def test_a_suite_of_ones_own(folder: Path, tmp_path: Path) -> None:
    suite = tmp_path / "mine.toml"
    suite.write_text(next(text for text in TOML if "[suites]" in text))
    assert expand([str(suite)], discover([folder])) == {"format": 100, "tool_calls": None, "sums": None}


def test_the_entry_point_of_another_package(tmp_path: Path) -> None:
    """A real little distribution on the path: its metadata says where the task is."""
    package = tmp_path / "site" / "my_package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "sums.py").write_text(PLUGIN)
    metadata = tmp_path / "site" / "my_package-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    points = next(text for text in TOML if "entry-points" in text)
    (metadata / "entry_points.txt").write_text("[ifeval.tasks]\n" + points.splitlines()[1].replace('"', "") + "\n")
    listed = subprocess.run(
        [sys.executable, "-m", "ifeval", "tasks", "list"],
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "sums of two numbers" in listed.stdout
