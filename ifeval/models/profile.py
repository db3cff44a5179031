"""What was found out about a chat template, and what follows from it for one set of template arguments."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ifeval.tool_calls.dialects import DEFAULT
from ifeval.util import jsonio

MESSAGES = {"openai": "harmony", "muse_glimmer": "muse"}
"""Dialects whose replies are rows of messages, and how thoughts are told from the others there."""


@dataclass(frozen=True, slots=True)
class TemplateProfile:
    """What was found out about a template; the defaults are those of a model that has none.

    tools: the template offers them itself (else they are described in words). dialect: how it teaches calls to be written;
    read_back: that was proven on a rendered call. arguments: how a history's calls must hold theirs ("object" or
    "text"; "-null": with null for the turn's text); ids: calls and results must have ids of nine letters; results: a tool's result can be in a history.
    reasoning: the reading of replies by default (`ifeval.models.reasoning`); open_mark, close_mark: what is around
    a thought; opened, opened_on, opened_off: the prompt opens one, by default and with thinking switched on and off by
    the template arguments `on` and `off`; thinks: the model thinks by default. thought_key: under which name a
    message's thought is taken (None: under none); keeps_thoughts: those of earlier turns stay.
    system: kept, moved (into the user's turn), dropped or refused. end: the token that ends an assistant's turn.
    dated: the prompt holds the day it is rendered on. lists_tools: it must be given a list of
    tools, an empty one where there are none. frames: what may surround an
    answer and is no part of it. notes: what a person should know.
    """

    tools: bool = False
    dialect: str = DEFAULT
    read_back: bool = False
    arguments: str = "object"
    ids: bool = False
    results: bool = False
    calls: bool = False
    reasoning: str = "tags"
    open_mark: str = "<think>"
    close_mark: str = "</think>"
    opened: bool = False
    opened_on: bool = False
    opened_off: bool = False
    thinks: bool = False
    on: Mapping[str, Any] = field(default_factory=dict)
    off: Mapping[str, Any] = field(default_factory=dict)
    thought_key: str | None = None
    keeps_thoughts: bool = False
    system: str = "kept"
    end: str = ""
    dated: bool = False
    lists_tools: bool = False
    frames: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "notes": list(self.notes), "frames": list(self.frames)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "TemplateProfile":
        """The inverse of `to_json`. Raises KeyError or TypeError for one of another version."""
        known: dict[str, Any] = {entry.name: stored[entry.name] for entry in fields(cls)}
        return cls(**{**known, "notes": tuple(stored["notes"]), "frames": tuple(stored["frames"])})

    @property
    def framed(self) -> bool:
        """Replies are rows of messages: a token that ends one of them does not end the reply."""
        return self.dialect in MESSAGES

    def reasoning_with(self, template_args: Mapping[str, Any]) -> str:
        """The reading of replies to prompts that are rendered with these template arguments."""
        return reasoning_name(self, self.opened_with(template_args))

    def opened_with(self, template_args: Mapping[str, Any]) -> bool:
        """Whether a prompt rendered with these template arguments opens a thought."""
        for state, switch in ((self.opened_off, self.off), (self.opened_on, self.on)):
            if switch and all(template_args.get(name) == value for name, value in switch.items()):
                return state
        return self.opened

    def thinks_with(self, template_args: Mapping[str, Any]) -> bool:
        """Whether the model is made to think under these template arguments."""
        if self.off and all(template_args.get(name) == value for name, value in self.off.items()):
            return False
        switched_on = self.on and all(template_args.get(name) == value for name, value in self.on.items())
        return self.thinks or bool(switched_on)


NO_TEMPLATE = TemplateProfile()


def reasoning_name(profile: TemplateProfile, opened: bool) -> str:
    """How replies are read, by name: `ifeval.models.reasoning` knows the names again."""
    if profile.dialect in MESSAGES:
        return MESSAGES[profile.dialect]
    if (profile.open_mark, profile.close_mark) == ("<think>", "</think>"):
        return "open" if opened else "tags"
    marks = jsonio.dumps([profile.open_mark, profile.close_mark]).decode()
    return f"{'opened' if opened else 'marks'}:{marks}"
