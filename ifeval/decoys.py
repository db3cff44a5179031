"""Replies that must not pass: they know the topic, or the words of a prompt, or the answer to another one, and no more.

A prompt that such a reply passes measures luck. `ifeval tasks validate` gives them all to every task of ours, the
engines `scripted:blind`, `scripted:stuffed` and `scripted:other` answer whole runs with them, and a task may ask
`decoys` while it draws, and draw a prompt again that one of them passes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

GENERIC = (
    "That is a good question, and there is a lot to be said about it. In the end it depends on what matters to you.",
    "Thank you for your message. There are several things to keep in mind here. It helps to take one step at a time and "
    "to look at the matter from more than one side. Many people have been in the same place before and have found a way "
    "that suits them. Take the time you need, ask others for their view, and decide when you are ready.",
)
"""Ordinary replies to nothing in particular, a short and a long one."""

_WORD = re.compile(r"\w[\w'’.:,/-]*\w|\w")


@dataclass(frozen=True, slots=True)
class Known:
    """What the decoys may know of one sample.

    `topic`: what the prompt is about, a noun phrase ("the repair of the shed"). `material`: the text that the prompt
    gives to work on. `instructions`: what it asks about form. `candidates`: where the reply is a choice, the answers
    to choose from, as they stand in the prompt; a decoy may be right once in as many samples. `wrong`: more replies
    that must fail, by name. `near`: replies that are right but for one thing; they must fail, and a reward that pays for
    parts may pay for them.
    """

    topic: str = ""
    material: str = ""
    instructions: str = ""
    candidates: Sequence[str] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    near: Mapping[str, str] = field(default_factory=dict)

    @property
    def chance(self) -> float:
        """How likely a reply that knows nothing is right, 0 to 1."""
        return 1 / len(self.candidates) if self.candidates else 0.0


def decoys(prompt: str, known: Known, other: str | None = None) -> Iterator[tuple[str, str]]:
    """(name, reply) of every decoy for the user's `prompt`; `other` is the oracle reply to another prompt."""
    yield "blind", blind(known.topic)
    yield from ((f"generic {number}", reply) for number, reply in enumerate(GENERIC, 1))
    yield "stuffed", stuffed(prompt)
    yield "prompt", prompt
    if other is not None:
        yield "other", other
    if known.material:
        yield "material", known.material
    if known.instructions:
        yield "instructions", known.instructions
    yield from known.wrong.items()
    yield from known.near.items()


def blind(topic: str) -> str:
    """A fluent reply that knows the topic and nothing that was asked about it."""
    topic = topic.strip() or "this"
    return (
        f"{topic[0].upper()}{topic[1:]} matters to a good many people. It shows how much can be done with a little care, "
        "and it leaves a lasting impression."
    )


def stuffed(prompt: str) -> str:
    """Every word of the prompt once, in its order: whatever asks for a word or a figure of the prompt finds it here."""
    return " ".join(dict.fromkeys(_WORD.findall(prompt)))
