"""Instruction types of others: from a folder, and from installed packages by the entry-point group `ifeval.checks`.

Every `.py` file of the folder, and every module (or record, or tuple of records) that an entry point names, is looked
through for `InstructionType`s. A broken one hides no other: `find` reports it beside what can be used.
"""

import importlib.util
import re
import string
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from random import Random
from types import ModuleType
from typing import NamedTuple, get_args

from ifeval.checks.ifeval.arguments import validate
from ifeval.checks.library import INSTRUCTIONS
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.example import example
from ifeval.checks.library.instruction import DIFFICULTIES, InstructionType, Stage, Wording, records_in
from ifeval.checks.text.reading import read
from ifeval.errors import UserError

GROUP = "ifeval.checks"
PACKAGE = "ifeval_checks"
TRIES = 20
"""How many sets of arguments `fault` draws; one of them at least has to give a reply that follows the instruction."""

Load = Callable[[], list[InstructionType]]
_CALLABLES = ("sample", "build", "check", "spoken")
_ID = re.compile(r"[\w-]+:[\w-]+")


class Found(NamedTuple):
    """Usable instruction types by id, and a sentence about each that is not usable."""

    instructions: dict[str, InstructionType]
    broken: list[str]


def find(folders: Iterable[Path] = ()) -> Found:
    """The instruction types of `folders` and of installed packages. Raises UserError for a folder without any file."""
    found = Found({}, [])
    for source, load in (*_files(folders), *_entries()):
        try:
            records = load()
        except Exception as error:  # what a plug-in raises when it is imported is anybody's guess
            found.broken.append(f"{source} cannot be imported: {type(error).__name__}: {error}")
            continue
        if not records:
            found.broken.append(f"{source} holds no InstructionType at its top level.")
        for record in records:
            problem = "is the library's own id; choose another" if record.id in INSTRUCTIONS else fault(record)
            if problem is None and record.id in found.instructions:
                problem = "comes twice; rename one"
            if problem is None:
                found.instructions[record.id] = record
            else:
                found.broken.append(f"{source}: the instruction type {record.id!r} {problem}.")
    return found


def fault(record: InstructionType) -> str | None:
    """What is wrong with an instruction type, as the rest of a sentence, or None.

    Its fields are looked at; then arguments are drawn, put into words, checked against the check's signature, and a
    reply is built and judged.
    """
    problem = _mistyped(record)
    if problem:
        return problem
    try:
        return _rehearsed(record)
    except UserError as error:
        return f"samples arguments that its check does not take ({str(error).removeprefix(': ').rstrip('.')})"
    except Exception as error:  # any exception of foreign code is a fault to report
        return f"raises {type(error).__name__} when it is tried out: {error}"


def _mistyped(record: InstructionType) -> str | None:
    if not isinstance(record.id, str) or not _ID.fullmatch(record.id):
        return "needs an id like 'group:name'"
    if record.difficulty not in DIFFICULTIES:
        return f"has the difficulty {record.difficulty!r}; it must be one of {', '.join(DIFFICULTIES)}"
    for name in get_args(Wording):
        phrasings = getattr(record, name)
        if not isinstance(phrasings, tuple) or not phrasings or not all(isinstance(one, str) for one in phrasings):
            return f"needs {name!r} to be a tuple of phrasings"
    wrong = [name for name in _CALLABLES if not callable(getattr(record, name))]
    if wrong:
        return f"needs a function as {wrong[0]!r}"
    return None if (record.check.__doc__ or "").strip() else "has a check without a docstring, which states its rule"


def _rehearsed(record: InstructionType) -> str | None:
    for number in range(TRIES):
        rng = Random(number)
        about = example()
        arguments = record.sample(rng, about)
        validate("its check", record.check, arguments, "")
        for wording in get_args(Wording):
            for phrasing in getattr(record, wording):
                named = {name for _, name, _, _ in string.Formatter().parse(phrasing) if name}
                if unknown := named - {*arguments, *record.spoken(arguments)}:
                    return f"names {{{min(unknown)}}} in a phrasing of {wording!r}, which is none of its arguments"
        draft = Draft(rng, about)
        if record.stage == Stage.CHOICE:
            record.build(draft, arguments)
        draft.begin()
        if record.stage != Stage.CHOICE:
            record.build(draft, arguments)
        if record.check(read(draft.render()), **arguments).ok:
            return None
    return f"has a check that none of {TRIES} replies of its own `build` passes"


def _files(folders: Iterable[Path]) -> Iterator[tuple[str, Load]]:
    for folder in folders:
        files = sorted(folder.glob("*.py"))
        if not files:
            raise UserError(f"--check-path {folder} is not a folder with .py files.")
        yield from ((str(file), partial(_in_file, file)) for file in files)


def _entries() -> Iterator[tuple[str, Load]]:
    for entry in entry_points(group=GROUP):
        yield f"The plug-in {entry.name!r} ({entry.value})", partial(_in_entry, entry)


def _in_file(file: Path) -> list[InstructionType]:
    spec = importlib.util.spec_from_file_location(f"{PACKAGE}.{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return records_in(module)


def _in_entry(entry: EntryPoint) -> list[InstructionType]:
    loaded = entry.load()
    if isinstance(loaded, ModuleType):
        return records_in(loaded)
    holder = ModuleType(GROUP)
    vars(holder)["loaded"] = loaded
    return records_in(holder)
