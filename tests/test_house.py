"""The house: which room may import which, no circle of files, and CONTRIBUTING's map shows the rooms there are."""

import ast
import re
from collections import defaultdict
from functools import cache
from graphlib import TopologicalSorter
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
    "cases": {"checks", "structured", "tool_calls", "task"},
    "models": {"tool_calls"},
    "registry": {"models", "task"},
    "tasks": {"checks", "decoys", "structured", "tool_calls", "task", "stats"},
    "engines": {"decoys", "models", "tool_calls"},
    "runs": {"cases", "decoys", "engines", "models", "registry", "tool_calls", "task", "stats"},
    "comparison": {"runs", "stats", "models"},
    "finetuning": {"comparison", "runs", "registry", "models", "engines", "checks", "tool_calls", "task"},
    "rewards": {"checks", "decoys", "models", "registry", "task", "tool_calls"},
    "interop": {"release", "comparison", "stats", "runs", "engines", "models", "registry", "checks", "task"},
    "report": {"comparison", "runs", "stats"},
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
def _modules() -> dict[str, Path]:
    """Every module of the house by its dotted name; tasks by the name they have under `ifeval`."""
    found = {}
    for file in [*HOUSE.rglob("*.py"), *(ROOT / "tasks").rglob("*.py")]:
        place = file.resolve().relative_to(ROOT).with_suffix("")
        parts = ("ifeval", *place.parts) if place.parts[0] == "tasks" else place.parts
        found[".".join(parts).removesuffix(".__init__")] = file.resolve()
    return found


@cache
def _arrows() -> dict[str, set[str]]:
    """Module -> modules of the house that it imports, within functions and for type checkers too."""
    modules = _modules()
    found = {}
    for name, file in modules.items():
        named: list[tuple[str, str]] = []
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                base = ".".join([*name.split(".")[: -node.level], node.module or ""]) if node.level else node.module
                named += [(f"{base}.{alias.name}", base or "") for alias in node.names]
            elif isinstance(node, ast.Import):
                named += [(alias.name, "") for alias in node.names]
        found[name] = {long if long in modules else short for long, short in named} & set(modules) - {name}
    return found


@cache
def _imports() -> dict[str, dict[str, set[str]]]:
    """Room -> room it imports -> the modules that do."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, imported in _arrows().items():
        for other in imported:
            if other != "ifeval" and _room(other) != _room(name):
                found[_room(name)][_room(other)].add(name)
    return found


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_stands_below_it(room: str) -> None:
    reached = {to: modules for to, modules in _imports().get(room, {}).items() if to not in _below(room)}
    assert not reached, {to: sorted(modules) for to, modules in reached.items()}


def test_every_room_has_its_floor() -> None:
    rooms = {path.stem for path in HOUSE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__", "__main__", "cli", "api"} <= set(MAY_IMPORT)


def test_no_circle_of_rooms() -> None:
    TopologicalSorter({room: _below(room) for room in MAY_IMPORT}).prepare()


def test_no_circle_of_files() -> None:
    TopologicalSorter(_arrows()).prepare()  # its CycleError names the circle


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
