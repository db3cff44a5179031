"""One item: an instruction as four people would put it, the material they give, and what is right."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .answers import Target

WORDINGS = ("terse", "polite", "rambling", "input_first")


@dataclass(frozen=True, slots=True)
class Item:
    """A self-contained instruction.

    `wordings` holds the whole user message in each wording. `rungs` says where the item is on which ladder
    ("steps", "rows", "conditions", "words"). `difficulty` is "plain" (little to read, and nothing that misleads), "easy" (one
    look at the material), "medium" or "hard".
    `topic` is a noun phrase, all that a blind reply knows; `material` is what the message gives to work on.
    """

    type: str
    wordings: Mapping[str, str]
    target: Target
    topic: str
    material: str = ""
    system: str = ""
    difficulty: str = "medium"
    language: str = "en"
    rungs: Mapping[str, int] = field(default_factory=dict)


def ask(asks: Mapping[str, str], text: str) -> dict[str, str]:
    """The four messages: the material is where a wording says {text}, else after it (before it: input_first)."""
    return {wording: _placed(wording, asks[wording].strip(), text.strip()) for wording in WORDINGS}


def _placed(wording: str, said: str, text: str) -> str:
    if "{text}" in said or not text:
        return said.replace("{text}", text)
    return f"{text}\n\n{said}" if wording == "input_first" else f"{said}\n\n{text}"
