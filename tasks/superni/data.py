"""Super-NaturalInstructions on disk: a folder with `tasks/*.json` and the list of its official test tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.util.jsonio import loads

LISTS = ("test_tasks_official_119.txt", "splits/default/test_tasks.txt", "test_tasks.txt")
INSTANCES = 100
"""Instances per task, from the top of its file, as in the official evaluation."""

Example = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Instructions:
    """One task of the collection, cut to what an evaluation needs."""

    name: str
    category: str
    definition: str
    examples: Sequence[Example]
    instances: Sequence[Mapping[str, Any]]


def test_tasks(folder: Path) -> list[str]:
    """The names of the official test tasks, in the order of the list that lies in the folder."""
    for name in LISTS:
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8").split()
    raise UserError(f"{folder} holds no list of test tasks (looked for {', '.join(LISTS)}); add one.")


def task_file(folder: Path, name: str) -> Path:
    return folder / "tasks" / f"{name}.json"


def missing_tasks(folder: Path) -> list[str]:
    """The official test tasks that have no file in the folder."""
    return [name for name in test_tasks(folder) if not task_file(folder, name).is_file()]


def read_tasks(folder: Path) -> list[Instructions]:
    """All official test tasks that are there. Raises UserError where none is, or a file does not have the format."""
    names = [name for name in test_tasks(folder) if task_file(folder, name).is_file()]
    if not names:
        raise UserError(f"{folder / 'tasks'} holds none of the official test tasks; point --data at a full checkout.")
    return [_read(task_file(folder, name)) for name in names]


def _read(file: Path) -> Instructions:
    try:
        raw = loads(file.read_bytes())
        return Instructions(
            name=file.stem,
            category=raw["Categories"][0],
            definition=raw["Definition"][0],
            examples=[{"input": e["input"], "output": e["output"]} for e in raw["Positive Examples"]],
            instances=[
                {"id": i["id"], "input": i["input"], "output": [*i["output"]]} for i in raw["Instances"][:INSTANCES]
            ],
        )
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise UserError(f"{file} is not a Super-NaturalInstructions task ({error!r}); fetch it again.") from None
