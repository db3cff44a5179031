"""Where tasks come from: `ifeval.tasks`, `--task-path DIR`, and the entry-point group `ifeval.tasks`.

Every class in such a module that derives from `Task` and has a `name` is a task. A folder is loaded as a package, so
its files may import each other relatively: one of the harness's own as `ifeval.tasks.<folder>`, a user's as
`ifeval_tasks.<folder>`. A plug-in that breaks the contract (`ifeval.registry.contract`) hides no other one.
"""

import importlib
import importlib.machinery
import importlib.util
import inspect
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from ifeval.errors import UserError
from ifeval.registry.contract import class_fault, class_sentence
from ifeval.task import Task

BUILTIN = "ifeval.tasks"
PACKAGE = "ifeval_tasks"


class Catalogue(dict[str, type[Task]]):
    """The usable tasks by name, sorted; `broken` has, per plug-in that is not, its names and what is wrong with it."""

    def __init__(self, tasks: dict[str, type[Task]], broken: list[tuple[frozenset[str], str]]) -> None:
        super().__init__(sorted(tasks.items()))
        self.broken = broken

    def sentence(self, name: str) -> str | None:
        """What is wrong with the broken plug-in of this name (its task's or its folder's), None where there is none."""
        return next((sentence for names, sentence in self.broken if name in names), None)


def builtin_folder() -> Path:
    """The folder of the tasks that come with the harness (in a checkout a link to `tasks/` at the top level)."""
    return Path(__file__).parents[1] / "tasks"


def discover(task_paths: Iterable[Path] = ()) -> Catalogue:
    """All tasks by name. Raises UserError for a folder that holds no plug-in."""
    found: dict[str, type[Task]] = {}
    broken: list[tuple[frozenset[str], str]] = []
    for folder in (builtin_folder(), *task_paths):
        for file in _task_files(folder):
            try:
                kinds = _tasks_in(_load(file))
            except UserError as error:
                broken.append((frozenset({file.parent.name}), str(error)))
                continue
            if not kinds:
                sentence = f"{file} defines no class that derives from ifeval.task.Task and has a `name`."
                broken.append((frozenset({file.parent.name}), sentence))
            _sort(kinds, found, broken)
    for entry in entry_points(group="ifeval.tasks"):
        try:
            kinds = list(_entry_tasks(entry))
        except UserError as error:
            broken.append((frozenset({entry.name}), str(error)))
            continue
        _sort(kinds, found, broken)
    return Catalogue(found, broken)


def _task_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UserError(f"--task-path {folder} is not a folder.")
    files = sorted(folder.glob("*/task.py")) + [folder / "task.py"] * (folder / "task.py").is_file()
    if not files:
        raise UserError(f"--task-path {folder} holds no task.py (looked in it and one folder down).")
    return files


def _load(file: Path) -> ModuleType:
    """Import `file` as `<package>.<folder>.task`, its folder as a package of that name."""
    if file.resolve().is_relative_to(builtin_folder().resolve()):
        return _imported(f"{BUILTIN}.{file.parent.name}.task", file)
    package = f"{PACKAGE}.{file.parent.name}"
    known = sys.modules.get(f"{package}.task")
    if known is not None:
        if Path(known.__file__ or "").resolve() != file.resolve():
            raise UserError(f"{file.parent} and {Path(known.__file__ or '').parent} share a folder name; rename one.")
        return known
    for name, paths in ((PACKAGE, []), (package, [str(file.parent)])):
        if name not in sys.modules:
            spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = paths
            sys.modules[name] = importlib.util.module_from_spec(spec)
    return _imported(f"{package}.task", file)


def _imported(module: str, file: Path) -> ModuleType:
    try:
        return importlib.import_module(module)
    except Exception as error:
        raise UserError(f"{file} cannot be imported: {type(error).__name__}: {error}") from error


def _entry_tasks(entry: EntryPoint) -> Iterator[type[Task]]:
    try:
        loaded = entry.load()
    except Exception as error:
        raise UserError(f"The plug-in {entry.name!r} ({entry.value}) cannot be imported: {error}") from error
    if inspect.ismodule(loaded):
        yield from _tasks_in(loaded)
    elif inspect.isclass(loaded) and issubclass(loaded, Task):
        yield loaded
    else:
        raise UserError(f"The plug-in {entry.name!r} ({entry.value}) is neither a module nor a Task class.")


def _tasks_in(module: ModuleType) -> list[type[Task]]:
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, Task)
        and value.__module__ == module.__name__
        and "name" in vars(value)
    ]


def _sort(kinds: Iterable[type[Task]], found: dict[str, type[Task]], broken: list[tuple[frozenset[str], str]]) -> None:
    """Put each class under `found`, or under `broken` where it breaks the contract or its name is taken."""
    for kind in kinds:
        names = frozenset({str(kind.name), kind.__module__.split(".")[-2] if "." in kind.__module__ else ""})
        if fault := class_fault(kind):
            broken.append((names, class_sentence(kind, fault)))
        elif found.setdefault(kind.name, kind) is not kind:
            sentence = f"Two plug-ins are called {kind.name!r}: {found[kind.name].__module__} and {kind.__module__}."
            broken.append((names, sentence))
