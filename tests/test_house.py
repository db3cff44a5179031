"""The house: which room may import which, and that CONTRIBUTING's map shows the rooms there are."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

HOUSE = ROOT / "ifeval"

EVERYWHERE = {"records", "errors", "util"}
"""What every room may import."""

MAY_IMPORT: dict[str, set[str]] = {
    "records": set(),
    "errors": set(),
    "stats": set(),
    "util": {"errors", "stats"},
    "decoys": set(),
    "task": {"decoys"},
    "tool_calls": set(),
    "structured": {"task"},
    "checks": set(),
    "models": {"tool_calls"},
    "registry": {"models", "task"},
    "tasks": {"checks", "decoys", "structured", "tool_calls", "task", "stats"},
    "engines": {"decoys", "models", "tool_calls"},
    "runs": {"decoys", "engines", "models", "registry", "tool_calls", "task", "stats"},
    "comparison": {"runs", "stats", "models"},
    "finetuning": {"comparison", "runs", "registry", "models", "engines", "checks", "tool_calls", "task"},
    "rewards": {"checks", "decoys", "models", "registry", "task", "tool_calls"},
    "interop": {"release", "comparison", "runs", "engines", "registry", "checks", "task"},
    "report": {"comparison", "runs"},
    "release": {"comparison", "runs", "stats", "engines"},
}
"""A room and the rooms it may import; `cli` and the package itself may import every one."""


FOUNDATIONS = {"records", "errors", "stats", "util"}
"""What stands below `EVERYWHERE`, or in it: these import only what their own line says."""


def _below(room: str) -> set[str]:
    return MAY_IMPORT[room] if room in FOUNDATIONS else MAY_IMPORT[room] | EVERYWHERE


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else "ifeval"


@cache
def _imports() -> dict[str, dict[str, set[str]]]:
    """Room -> room it imports -> the files that do, function-level imports included."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in [*HOUSE.rglob("*.py"), *(ROOT / "tasks").rglob("*.py")]:
        place = file.resolve().relative_to(ROOT)
        parts = place.with_suffix("").parts
        room = "tasks" if parts[0] == "tasks" else parts[1]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module] if node.module != "ifeval" else [f"ifeval.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                if name.startswith("ifeval.") and _room(name) != room:
                    found[room][_room(name)].add(place.as_posix())
    return found


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_stands_below_it(room: str) -> None:
    reached = {to: files for to, files in _imports().get(room, {}).items() if to not in _below(room)}
    assert not reached, {to: sorted(files) for to, files in reached.items()}


def test_every_room_has_its_floor() -> None:
    rooms = {path.stem for path in HOUSE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__", "__main__", "cli", "api"} <= set(MAY_IMPORT)


def test_no_circle_of_rooms() -> None:
    below = {room: _below(room) for room in MAY_IMPORT}
    standing: set[str] = set()
    while settled := {room for room in set(below) - standing if below[room] <= standing}:
        standing |= settled
    assert standing == set(below)


def test_few_files_stand_at_the_root() -> None:
    assert len(list(HOUSE.glob("*.py"))) <= 8


def test_the_map_shows_the_rooms() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| `ifeval/([a-z_]+)(?:/|\.py)?`", page, re.MULTILINE))
    rooms = {path.name for path in HOUSE.iterdir() if (path / "__init__.py").exists()}
    assert rooms <= shown, f"CONTRIBUTING.md has no line for {sorted(rooms - shown)}"
    gone = {name for name in shown if not (HOUSE / name).exists() and not (HOUSE / f"{name}.py").exists()}
    assert not gone, f"CONTRIBUTING.md shows {sorted(gone)}, which is not there"


def test_tasks_are_the_ones_at_the_top_level() -> None:
    link = HOUSE / "tasks"
    assert link.resolve() == (ROOT / "tasks").resolve()
    assert not link.is_symlink() or link.readlink() == Path("../tasks")
