"""Suites: named lists of tasks. Data, not code: `tasks/suites.toml`, and a TOML file of the user's own.

A member is a task's name, or `name:N` for its first N samples.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from ifeval.errors import UserError
from ifeval.registry.plugins import Catalogue, builtin_folder


def load_suites(extra: Path | None = None) -> dict[str, list[str]]:
    """Suites by name. A file reads `[suites]` and then `name = ["task", ...]`; UserError says what is wrong in it."""
    suites: dict[str, list[str]] = {}
    for path in (builtin_folder() / "suites.toml", *([extra] if extra else [])):
        try:
            table = tomllib.loads(path.read_text()).get("suites", {})
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UserError(f"{path}: not a readable suite file ({error}).") from error
        for name, tasks in table.items():
            if not isinstance(tasks, list) or not all(isinstance(task, str) for task in tasks):
                raise UserError(f"{path}: suite {name!r} must be a list of task names.")
            suites[name] = tasks
    return suites


def expand(names: Iterable[str], known: Catalogue) -> dict[str, int | None]:
    """The tasks of the given names, suites and suite files (`mine.toml`), each once, in the order asked for.

    The value is how many samples are asked for, None for all. Raises UserError for a name nobody knows.
    """
    wanted: dict[str, int | None] = {}
    suites = load_suites()
    for name in names:
        if name.endswith(".toml"):
            own = load_suites(Path(name))
            members = [task for suite in own.keys() - suites.keys() for task in own[suite]]
        else:
            members = suites.get(name, [name])
        for member in members:
            task, _, limit = member.partition(":")
            if limit and not (limit.isdecimal() and int(limit)):
                raise UserError(f"{member!r}: write a task's name, or name:N for its first N samples.")
            if sentence := known.sentence(task):
                raise UserError(sentence)
            if task not in known:
                raise UserError(
                    f"No task or suite is called {task!r}; tasks are {', '.join(known)}; suites {', '.join(suites)}."
                )
            wanted[task] = int(limit) if limit else None
    if not wanted:
        raise UserError("--tasks names no task.")
    return wanted
