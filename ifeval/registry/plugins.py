"""Where tasks come from: `ifeval.tasks`, `--task-path DIR`, and the entry-point group `ifeval.tasks`.

Every class in such a module that derives from `Task` and has a `name` is a task. A folder is loaded as a package, so
its files may import each other relatively: one of the harness's own as `ifeval.tasks.<folder>`, a user's as
`ifeval_tasks.<folder>`.
"""

import importlib
import importlib.machinery
import importlib.util
import inspect
import sys
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from ifeval.errors import UserError
from ifeval.task import Task

BUILTIN = "ifeval.tasks"
PACKAGE = "ifeval_tasks"


def builtin_folder() -> Path:
    """The folder of the tasks that come with the harness (in a checkout a link to `tasks/` at the top level)."""
    return Path(__file__).parents[1] / "tasks"


def discover(task_paths: Iterable[Path] = ()) -> dict[str, type[Task]]:
    """All tasks by name, sorted. Raises UserError where two share a name or a plug-in cannot be imported."""
    found: dict[str, type[Task]] = {}
    for folder in (builtin_folder(), *task_paths):
        for file in _task_files(folder):
            _add(found, _tasks_in(_load(file)))
    for entry in entry_points(group="ifeval.tasks"):
        try:
            loaded = entry.load()
        except Exception as error:
            raise UserError(f"The plug-in {entry.name!r} ({entry.value}) cannot be imported: {error}") from error
        _add(found, _tasks_in(loaded) if inspect.ismodule(loaded) else [loaded])
    return dict(sorted(found.items()))


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


def _tasks_in(module: ModuleType) -> list[type[Task]]:
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, Task)
        and value.__module__ == module.__name__
        and "name" in vars(value)
    ]


def _add(found: dict[str, type[Task]], tasks: Iterable[type[Task]]) -> None:
    for task in tasks:
        if found.setdefault(task.name, task) is not task:
            raise UserError(
                f"Two plug-ins are called {task.name!r}: {found[task.name].__module__} and {task.__module__}."
            )
