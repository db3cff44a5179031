"""Instructions one can ask for: in words, with arguments, knowing their neighbours, and followed by construction.

Every module of this package may hold records of instruction types (`InstructionType`, alone or in tuples). `INSTRUCTIONS`
collects them by id and `CHECKS` is derived from it. `construct` writes a reply that follows a set of them.
Instruction types of others: `ifeval.checks.plugins`.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.library.draft import CannotBuild, Draft, Material, Point
from ifeval.checks.library.instruction import (
    DIFFICULTIES,
    Arguments,
    Difficulty,
    InstructionType,
    Stage,
    Wording,
    records_in,
)
from ifeval.checks.text.reading import on_text

__all__ = [
    "CHECKS",
    "DIFFICULTIES",
    "INSTRUCTIONS",
    "Arguments",
    "Built",
    "CannotBuild",
    "Difficulty",
    "Draft",
    "InstructionType",
    "Material",
    "Point",
    "Stage",
    "Wording",
    "construct",
    "follows",
]

INSTRUCTIONS: dict[str, InstructionType] = {
    record.id: record
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__))
    for record in records_in(importlib.import_module(f"{__name__}.{module}"))
}
"""The library's own instruction types by id. Tasks draw from these alone, so that samples are the same everywhere."""

CHECKS: dict[str, Check] = {name: on_text(record.check) for name, record in INSTRUCTIONS.items()}
"""The check of each instruction type of `INSTRUCTIONS`; it takes a text, or a `Reading` where a language is to be given."""


@dataclass(frozen=True, slots=True)
class Built:
    """A reply that follows its instructions, and the points of the material that it makes, by their places."""

    reply: str
    made: tuple[int, ...]


def construct(instructions: Sequence[tuple[str, Arguments]], material: Material, rng: Random) -> Built | None:
    """A reply about `material` that every check of `instructions` passes, or None where this attempt made none.

    Each instruction edits one draft: some say which sentences come into question, then the layout is made, and the
    letters come last. The result is judged like any reply.
    """
    draft = Draft(rng, material)
    ordered = sorted(instructions, key=lambda item: INSTRUCTIONS[item[0]].stage)
    try:
        for name, arguments in ordered:
            if INSTRUCTIONS[name].stage == Stage.CHOICE:
                INSTRUCTIONS[name].build(draft, arguments)
        draft.begin()
        for name, arguments in ordered:
            if INSTRUCTIONS[name].stage != Stage.CHOICE:
                INSTRUCTIONS[name].build(draft, arguments)
    except CannotBuild:
        return None
    reply = draft.render()
    return Built(reply, tuple(draft.made)) if follows(reply, instructions) else None


def follows(reply: str, instructions: Sequence[tuple[str, Arguments]]) -> bool:
    """Whether `reply` passes every check of `instructions`, strictly."""
    return all(CHECKS[name](reply, **arguments).ok for name, arguments in instructions)
