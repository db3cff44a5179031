"""docs/export.md: its examples run as they stand, and every other command of ours is one that the program takes."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ifeval.cli import app
from ifeval.interop import export_inspect
from ifeval.interop.exporting import TARGETS
from ifeval.runs.trackers import TRACKERS
from tests.conftest import ROOT
from tests.test_scaling_doc import parse

PAGE = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(export_inspect, "installed", lambda name: False)
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines():
        ended = CliRunner().invoke(app, shlex.split(line)[1:])
        assert ended.exit_code == 0, (line, ended.output)
    written = {path.name.replace("README.md", "card") for path in Path("hub").rglob("*") if path.is_file()}
    assert written == {"card", "structured.parquet"}
    assert {path.suffix for path in Path("logs").iterdir()} == {".json"}
    assert len(list(Path("lm-eval-results").rglob("samples_structured_*.jsonl"))) == 1


@pytest.mark.parametrize("line", sorted(set(re.findall(r"^(ifeval .*)$|`(ifeval [^`]+)`", PAGE, re.MULTILINE))))
def test_a_command_of_the_page_is_understood(line: tuple[str, str]) -> None:
    _, verb, *words = shlex.split(line[0] or line[1])
    if words:
        parse(verb, words)


def test_the_page_has_every_target_and_variable() -> None:
    assert all(f"`{name}`" in PAGE for name in TARGETS)
    source = (ROOT / "ifeval" / "runs" / "trackers.py").read_text(encoding="utf-8")
    known = set(re.findall(r"\b(?:WANDB|MLFLOW|TRACKIO)_[A-Z_]+\b", source)) - {
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES",
        "TRACKIO_SERVER_URL",
    }
    assert all(f"`{name}`" in PAGE or f"`{name}=" in PAGE for name in known)
    extra = re.search(r"^tracking = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert extra is not None
    assert all(re.search(rf'"{name}\b', extra[1]) for name in TRACKERS)
