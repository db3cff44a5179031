"""A dialect of another package: docs/dialects-your-own.md as it stands, and one sentence for what cannot be used."""

import re
from pathlib import Path

import pytest

import ifeval
from ifeval.errors import UserError
from ifeval.tool_calls import by_name
from tests.conftest import ROOT


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    page = (ROOT / "docs" / "dialects-your-own.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "arrow_dialect.py").write_text(code)
    return code


def test_the_documented_dialect_reads_and_writes(code: str) -> None:
    arrows = by_name("arrow_dialect:Arrows")
    parsed = arrows.parse('Let me see.\n=> weather {"city": "Oslo"}\n=> broken {"a": }')
    assert [(call.name, call.arguments) for call in parsed.calls] == [("weather", {"city": "Oslo"})]
    assert parsed.text == "Let me see."
    assert parsed.error is not None
    assert parsed.error.startswith("broken")


def test_a_run_speaks_it(code: str, tmp_path: Path) -> None:
    run = ifeval.evaluate(
        "scripted:oracle",
        "tool_calls",
        limit=12,
        tool_dialect="arrow_dialect:Arrows",
        out=tmp_path / "run",
        progress=False,
    )
    assert run.tasks["tool_calls"].primary.estimate == 1
    assert run.samples["reply"].str.startswith("=> ").any()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('    name = "arrows"\n', "", "the class has no `name`"),
        ("=> {call.name}", "-> {call.name}", "`parse` does not read back what `render` writes"),
        ("    def parse(", "    def read(", "has `parse` and `render`"),
        ("json.dumps(dict", "json.dunk(dict", "AttributeError on its own text"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(code: str, tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in code
    name = f"broken_{abs(hash(words))}"
    (tmp_path / f"{name}.py").write_text(code.replace(old, new))
    with pytest.raises(UserError, match=re.escape(words)):
        by_name(f"{name}:Arrows")


def test_an_unknown_name_names_those_there_are() -> None:
    with pytest.raises(UserError, match="There is no tool dialect 'smoke signals'"):
        by_name("smoke signals")
    with pytest.raises(UserError, match="cannot be imported: ModuleNotFoundError"):
        by_name("no_such_module:Dialect")
