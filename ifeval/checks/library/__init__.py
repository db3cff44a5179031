"""Instructions one can ask for: in words, with arguments, knowing their neighbours, and followed by construction.

Every module of this package may hold records of instruction types (`InstructionType`, alone or in tuples). `INSTRUCTIONS`
collects them by id and `CHECKS` is derived from it. `construct` writes a reply that follows a set of them.
Instruction types of others: `ifeval.checks.plugins`.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from random import Random

from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import (
    DIFFICULTIES,
    Arguments,
    Difficulty,
    InstructionType,
    Material,
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
    "Difficulty",
    "Draft",
    "InstructionType",
    "Material",
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


def construct(instructions: Sequence[tuple[str, Arguments]], material: Material, rng: Random) -> str | None:
    """A reply about `material` that every check of `instructions` passes, or None where this attempt made none.

    Each instruction edits one draft, the layout first and the letters last; the result is then judged like any reply.
    """
    draft = Draft(rng, material.subject)
    for name, arguments in sorted(instructions, key=lambda item: INSTRUCTIONS[item[0]].stage):
        INSTRUCTIONS[name].build(draft, arguments)
    reply = draft.render()
    return reply if follows(reply, instructions) else None


def follows(reply: str, instructions: Sequence[tuple[str, Arguments]]) -> bool:
    """Whether `reply` passes every check of `instructions`, strictly."""
    return all(CHECKS[name](reply, **arguments).ok for name, arguments in instructions)
