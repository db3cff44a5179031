"""Instruction types of others: what is found, and what is said of a broken one."""

from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from ifeval.checks import plugins
from ifeval.checks.library import INSTRUCTIONS, InstructionType
from ifeval.errors import UserError
from ifeval.records import CheckResult

GOOD = replace(INSTRUCTIONS["layout:table"], id="mine:table")
"""An instruction type that an entry point of these tests names."""


def undocumented(text: str) -> CheckResult:
    return CheckResult(True, "fine")


def impossible(text: str) -> CheckResult:
    """Never followed."""
    return CheckResult(False, "no")


def broken(*_: object) -> None:
    raise KeyError("rows")


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_our_own_pass_what_is_asked_of_others(name: str) -> None:
    assert plugins.fault(INSTRUCTIONS[name]) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": "table"}, "needs an id like 'group:name'"),
        ({"id": 3}, "needs an id like 'group:name'"),
        ({"difficulty": "brutal"}, "must be one of easy, medium, hard"),
        ({"order": ()}, "needs 'order' to be a tuple of phrasings"),
        ({"note": "a table"}, "needs 'note' to be a tuple of phrasings"),
        ({"note": ("a table of {cells}",)}, "names {cells} in a phrasing of 'note'"),
        ({"build": None}, "needs a function as 'build'"),
        ({"build": broken}, "raises KeyError when it is tried out"),
        ({"sample": lambda rng, material: {"columns": 2}}, "needs the argument 'rows'"),
        ({"sample": lambda rng, material: {"columns": 2, "rows": "3"}}, "rows '3' must be of type int"),
        ({"check": undocumented, "sample": lambda rng, material: {}}, "without a docstring"),
        ({"check": impossible, "sample": lambda rng, material: {"columns": 2, "rows": 2}}, "takes no arguments"),
        ({"build": lambda draft, arguments: None}, "none of 20 replies of its own `build` passes"),
    ],
)
def test_a_fault_is_named(change: dict, problem: str) -> None:
    assert problem in (plugins.fault(replace(GOOD, **change)) or "")


def test_a_broken_file_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import nowhere_to_be_found\n")
    (tmp_path / "b.py").write_text("from tests.checks.test_plugins import GOOD\n")
    (tmp_path / "c.py").write_text("from tests.checks.test_plugins import GOOD\n")
    (tmp_path / "d.py").write_text("from ifeval.checks.library.lists import LISTS\n")
    (tmp_path / "e.py").write_text("x = 1\n")
    found = plugins.find([tmp_path])
    assert list(found.instructions) == ["mine:table"]
    assert f"{tmp_path}/a.py cannot be imported: ModuleNotFoundError" in found.broken[0]
    assert found.broken[1] == f"{tmp_path}/c.py: the instruction type 'mine:table' comes twice; rename one."
    assert "is the library's own id; choose another." in found.broken[2]
    assert found.broken[-1] == f"{tmp_path}/e.py holds no InstructionType at its top level."


def test_a_folder_without_files_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not a folder with \.py files"):
        plugins.find([tmp_path / "none"])


def test_entry_points_name_a_module_or_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        EntryPoint("one", "tests.checks.test_plugins:GOOD", plugins.GROUP),
        EntryPoint("two", "tests.checks.test_plugins", plugins.GROUP),
        EntryPoint("gone", "tests.checks.nowhere", plugins.GROUP),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)
    found = plugins.find()
    assert isinstance(found.instructions["mine:table"], InstructionType)
    assert "comes twice" in found.broken[0]
    assert "'gone' (tests.checks.nowhere) cannot be imported" in found.broken[1]
