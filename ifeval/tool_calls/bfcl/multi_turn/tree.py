"""The directories and files of GorillaFileSystem, as upstream links them: copies share their parts."""

from collections.abc import Iterator
from typing import Any

MAX_ENTRIES = 5_000
MAX_PATHS = 1_000_000
"""How many files and directories one call may visit, and how many characters their paths may have, all together: a
copied directory shares its parts, so paths can multiply."""


class File:
    """A name and a text."""

    def __init__(self, name: str, content: str = "") -> None:
        self.name, self.content = name, content


class Directory:
    """A name, a parent (None for the root) and entries by name. Two are equal if names and contents are, recursively."""

    def __init__(self, name: str, parent: "Directory | None" = None) -> None:
        self.name, self.parent = name, parent
        self.contents: dict[str, File | Directory] = {}

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Directory) and same(self, other)

    def item(self, name: str) -> "File | Directory | None":
        """The entry of that name; "." is the directory itself, even where an entry is called so."""
        return self if name == "." else self.contents.get(name)

    def add_file(self, name: str, content: str = "") -> None:
        """Raises ValueError where the name is taken."""
        if name in self.contents:
            raise ValueError(f"File '{name}' already exists in directory '{self.name}'.")
        self.contents[name] = File(name, content)

    def add_directory(self, name: str) -> "Directory":
        """A new, empty directory of that name. Raises ValueError where the name is taken."""
        if name in self.contents:
            raise ValueError(f"Directory '{name}' already exists in directory '{self.name}'.")
        made = self.contents[name] = Directory(name, self)
        return made


def loaded(name: str, contents: dict[str, Any]) -> Directory:
    """A tree out of a scenario's `{name: {type, contents or content}}`."""
    root = Directory(name)
    waiting = [(root, contents)]
    while waiting:
        directory, entries = waiting.pop()
        for entry, described in entries.items():
            if described["type"] == "directory":
                waiting.append((directory.add_directory(entry), described["contents"]))
            else:
                directory.add_file(entry, described["content"])
    return root


def walk(directory: Directory, path: str) -> Iterator[tuple[str, str, "File | Directory"]]:
    """Every path under `directory`, depth first, as (path, name, entry). Raises RecursionError beyond the limits."""
    waiting = [(f"{path}/{name}", name, entry) for name, entry in reversed(directory.contents.items())]
    visited = length = 0
    while waiting:
        found = waiting.pop()
        yield found
        visited += 1
        length += len(found[0])
        if visited > MAX_ENTRIES or length > MAX_PATHS:
            raise RecursionError("too many files and directories")
        if isinstance(found[2], Directory):
            entries = reversed(found[2].contents.items())
            waiting += [(f"{found[0]}/{name}", name, entry) for name, entry in entries]


def same(one: Directory, other: Directory) -> bool:
    """Whether two trees are equal; in linear time where they share parts, or contain themselves."""
    compared = set()
    waiting: list[tuple[File | Directory, File | Directory]] = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if (id(left), id(right)) in compared:
            continue
        compared.add((id(left), id(right)))
        if isinstance(left, Directory) and isinstance(right, Directory):
            if left.name != right.name or left.contents.keys() != right.contents.keys():
                return False
            waiting += [(entry, right.contents[name]) for name, entry in left.contents.items()]
        elif isinstance(left, File) and isinstance(right, File):
            if (left.name, left.content) != (right.name, right.content):
                return False
        else:
            return False
    return True
