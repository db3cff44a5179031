"""The examples of docs/gate.md give what the page says, and its policy is the default."""

import doctest
import re
import shlex
import sys
from pathlib import Path

import pytest

from ifeval.cli import main
from ifeval.release.policy import PRESETS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "gate.md").read_text()
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """(command, the output the page shows), in order."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall(PAGE):
        for part in block.split("$ ")[1:]:
            command, _, shown = part.partition("\n")
            found.append((command, shown))
    return found


@pytest.mark.usefixtures("drawn_once")
def test_the_commands_print_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    checker = doctest.OutputChecker()
    for command, shown in examples():
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit):
            main()
        printed = capsys.readouterr().out
        assert checker.check_output(shown, printed, doctest.ELLIPSIS), f"{command}\n{printed}"
    assert {path.name for path in tmp_path.glob("gate.*")} == {"gate.xml", "gate.md"}


def test_every_preset_is_explained() -> None:
    assert all(f"| `{name}`" in PAGE for name in PRESETS)
