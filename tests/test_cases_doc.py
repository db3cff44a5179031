"""docs/cases.md: its commands print what the page shows, and its files are ones that can be used."""

import doctest
import re
import shlex
import sys
from pathlib import Path

import pytest

from ifeval.cases import cases_tasks
from ifeval.cases.case import ASKING, JUDGING
from ifeval.cases.example import EXAMPLE
from ifeval.cli import main
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "cases.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_commands_print_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "broken.yaml").write_text(next(text for text in blocks("yaml") if "fact:" in text))
    (tmp_path / "changed").mkdir()
    (tmp_path / "changed" / "support.yaml").write_text(EXAMPLE.read_text().replace("answer: 1200", "answer: 1300"))
    checker, wrong = doctest.OutputChecker(), []
    for block in blocks("console"):
        for part in block.split("$ ")[1:]:
            command, _, shown = part.partition("\n")
            monkeypatch.setattr(sys, "argv", shlex.split(command))
            with pytest.raises(SystemExit):
                main()
            out, err = capsys.readouterr()
            said = out + "".join(line for line in err.splitlines(keepends=True) if line.startswith("ifeval: broken"))
            if not checker.check_output(shown, said, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE):
                wrong.append(f"{command}\n{out}\n{err}")
    assert not wrong, "\n".join(wrong)


def test_the_files_of_the_page_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "page.yaml").write_text(blocks("yaml")[0])
    (tmp_path / "table.csv").write_text(blocks("csv")[0])
    tasks = cases_tasks([tmp_path / "page.yaml", tmp_path / "table.csv"])
    assert [task.size for task in tasks.values()] == [6, 2]
    assert set(tasks["page"].kinds) == set(JUDGING)
    assert tasks["table"].breakdowns == ("topic",)


def test_every_key_is_explained() -> None:
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE))))
    assert named | {"prompt", "tools"} == {*ASKING, *JUDGING}
