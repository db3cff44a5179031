"""The three rows of IFEval whose arguments contradict their own prompt, fixed for `ifeval-fixed`.

A row is known by its key and its instructions as published, so that data of one's own with such a key stays as it is.
"""

from dataclasses import replace

from ifeval.checks.ifeval.data import Prompt
from ifeval.checks.verify import Instruction

_QUOTED: Instruction = ("startend:quotation", {})
_LONG: Instruction = ("length_constraints:number_words", {"relation": "at least", "num_words": 600})

_PUBLISHED: dict[str, tuple[Instruction, ...]] = {
    "30": (_QUOTED, _LONG, _QUOTED),
    "337": (
        ("length_constraints:number_words", {"relation": "at least", "num_words": 336}),
        ("detectable_format:title", {}),
    ),
    "2078": (("detectable_format:number_bullet_lists", {"num_bullets": 1}),),
}
_REPAIRED: dict[str, tuple[Instruction, ...] | None] = {
    # "Please answer in lower case letters" is never checked; the quotation marks are, twice.
    "30": (("change_case:english_lowercase", {}), _LONG, _QUOTED),
    # The prompt asks for at least 400 words.
    "337": (("length_constraints:number_words", {"relation": "at least", "num_words": 400}), _PUBLISHED["337"][1]),
    # The prompt asks for "exactly one bullet point" and for "a few bullet points".
    "2078": None,
}


def repair(prompt: Prompt) -> Prompt | None:
    """The prompt with instructions that say what its text says; None where its text contradicts itself."""
    if prompt.instructions != _PUBLISHED.get(prompt.key):
        return prompt
    instructions = _REPAIRED[prompt.key]
    return None if instructions is None else replace(prompt, instructions=instructions)
