"""Instructions one can ask for: in words, with arguments, knowing their neighbours, and followed by construction.

`INSTRUCTIONS` maps ids to `InstructionType`s and `CHECKS` the same ids to the checks that judge them: IFEval's with
their defects mended, IFBench's where upstream judges what its words say, and those of `house` and `easy_checks`.
`construct` writes a reply that follows a set of them.
"""

from collections.abc import Sequence
from random import Random

from ifeval.checks.ifbench import IFBENCH_CHECKS
from ifeval.checks.ifeval import repaired
from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.library import easy_checks, house
from ifeval.checks.library.content import CONTENT
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.easy import EASY
from ifeval.checks.library.edges import EDGES
from ifeval.checks.library.instruction import (
    DIFFICULTIES,
    Arguments,
    Difficulty,
    InstructionType,
    Material,
    Stage,
    Wording,
)
from ifeval.checks.library.keywords import KEYWORDS
from ifeval.checks.library.length import LENGTH
from ifeval.checks.library.lists import LISTS
from ifeval.checks.library.paragraphs import PARAGRAPHS
from ifeval.checks.library.sentences import SENTENCES
from ifeval.checks.library.surface import SURFACE

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
    instruction.id: instruction
    for instruction in (*EASY, *KEYWORDS, *PARAGRAPHS, *LISTS, *CONTENT, *EDGES, *LENGTH, *SENTENCES, *SURFACE)
}

_ALL_CHECKS = {**IFBENCH_CHECKS, **repaired.CHECKS, **house.CHECKS, **easy_checks.CHECKS}
CHECKS: dict[str, Check] = {name: _ALL_CHECKS[name] for name in INSTRUCTIONS}


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
