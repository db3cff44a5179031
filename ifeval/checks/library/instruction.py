"""What an instruction type is: its words, its arguments, its neighbours, and how to follow it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from random import Random
from types import ModuleType
from typing import Any, Literal, get_args

from ifeval.checks.library.draft import Draft, Material
from ifeval.records import CheckResult

Arguments = dict[str, Any]
Build = Callable[[Draft, Arguments], None]
ReadingCheck = Callable[..., CheckResult]
"""`def check(reply: Reading, *, ...arguments) -> CheckResult`: pure, bounded in time on hostile text."""
Wording = Literal["order", "requirement", "note"]
"""A sentence in the imperative, a sentence about the reply, or a few words."""

Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)

AROUND = frozenset({"opening", "closing", "label", "wrapper"})
"""Groups that may not be combined with a body whose paragraphs or lines are counted."""

ALONE = frozenset({"layout", "wrapper", "opening", "closing", "label", "length", "marks"})
"""Groups that may not be combined with a rule about counted sentences: titles and lists leave open what a sentence is."""

EXACT_WORDS = frozenset(
    {
        "detectable_content:postscript",
        "edge:signature",
        "edge:start_phrase",
        "label",
        "length_constraints:nth_paragraph_first_word",
        "startend:end_checker",
    }
)
"""What gives words or names whose capitals a reply would have to change."""


class Stage(IntEnum):
    """When an instruction edits the draft: which sentences come into question first, changes to every letter last."""

    CHOICE = 0
    LAYOUT = 1
    CONTENT = 2
    SENTENCES = 3
    EDGES = 4
    LENGTH = 5
    SURFACE = 6
    WRAPPER = 7


@dataclass(frozen=True, kw_only=True)
class InstructionType:
    """One verifiable instruction: everything there is to know about it in one record.

    `id`: "group:name"; it never changes once prompts were made with it.
    `difficulty`: easy takes one deliberate touch, or none (a word, a mark, a bound); medium a shape or an exact text or
    count; hard has to be counted or planned word by word.
    `group`: two of a group are never asked for together; nor is one beside an id or group that it `excludes`.
    `order`, `requirement`, `note`: phrasings, format strings over the arguments and what `spoken` adds to them.
    `sample` draws arguments; `build` edits a draft so that it follows the instruction, at `stage`.
    `check` judges a reply; the first paragraph of its docstring is the rule as the documentation states it.
    """

    id: str
    group: str
    difficulty: Difficulty = "medium"
    order: tuple[str, ...]
    requirement: tuple[str, ...]
    note: tuple[str, ...]
    sample: Callable[[Random, Material], Arguments] = lambda rng, material: {}
    build: Build
    check: ReadingCheck
    stage: Stage
    excludes: frozenset[str] = frozenset()
    spoken: Callable[[Arguments], Mapping[str, str]] = field(default=lambda arguments: {})

    def describe(self, arguments: Arguments, wording: Wording, variant: int = 0) -> str:
        """The instruction in words. `order` and `requirement` are sentences; a `note` has no capital and no stop.

        `variant` chooses among the phrasings of a wording, round and round.
        """
        phrasings: tuple[str, ...] = getattr(self, wording)
        return phrasings[variant % len(phrasings)].format(**{**arguments, **self.spoken(arguments)})

    def allows(self, other: "InstructionType") -> bool:
        """Whether the two may be in one prompt."""
        return not (
            self.id == other.id
            or self.group == other.group
            or self.excludes & {other.id, other.group}
            or other.excludes & {self.id, self.group}
        )


def records_in(module: ModuleType) -> list[InstructionType]:
    """The instruction types that a module holds at its top level, alone or in tuples and lists, in order."""
    found: dict[str, InstructionType] = {}
    for value in vars(module).values():
        for record in value if isinstance(value, tuple | list) else (value,):
            if isinstance(record, InstructionType):
                found.setdefault(record.id, record)
    return list(found.values())


def listed(words: list[str], link: str = "and") -> str:
    """ "'a'", "'a' and 'b'", "'a', 'b' and 'c'", with another `link` where it is given."""
    quoted = [f"'{word}'" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {link} {quoted[-1]}"
