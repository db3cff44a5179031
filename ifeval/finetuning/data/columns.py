"""The columns of a row by what they mean, and which of them nobody read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ifeval.errors import UserError
from ifeval.finetuning.data.masks import decides
from ifeval.finetuning.data.messages import KNOWN, Malformed, is_exchange

CONVERSATIONS = ("messages", "conversations", "conversation", "dialogue", "dialog", "turns", "chat")
SYSTEMS = ("system", "system_prompt", "system_message")
INSTRUCTIONS = ("instruction", "instructions")
BACKGROUND = ("title", "context", "document", "passage", "article", "background")
QUESTIONS = ("prompt", "question", "query", "problem")
INPUTS = ("input", "inputs")
CHOICES = ("choices", "options")
REPLIES = (
    "output",
    "completion",
    "response",
    "answer",
    "answers",
    "answer_key",
    "answerkey",
    "target",
    "targets",
    "solution",
)
REASONING = (
    "reasoning",
    "reasoning_content",
    "thinking",
    "thought",
    "rationale",
    "cot",
    "complex_cot",
    "chain_of_thought",
)
CHOSEN = ("chosen", "chosen_response", "preferred_output")
REJECTED = ("rejected", "rejected_response", "rejected_messages", "non_preferred_output")
WANTED = ("label", "kto_tag")
TOOLS = ("tools", "functions")
ARGUMENTS = ("chat_template_kwargs", "chat_template_args", "template_args")
SHOWN = ("image", "images", "video", "videos", "audio", "audios")
KINDS = ("kind", "cluster", "task", "task_type", "category")
MEANINGS = {
    *CONVERSATIONS, *SYSTEMS, *INSTRUCTIONS, *BACKGROUND, *QUESTIONS, *INPUTS, *CHOICES, *REPLIES, *REASONING,
    *CHOSEN, *REJECTED, *WANTED, *TOOLS, *ARGUMENTS, "history", "instances", "weight", "kind",
}  # fmt: skip
"""What `--map` can say that a column is."""

METADATA = frozenset(
    [
        "id",
        "_id",
        "idx",
        "index",
        "uid",
        "uuid",
        "guid",
        "key",
        "place",
        "hash",
        "row_id",
        "conversation_id",
        "prompt_id",
        "question_id",
        "message_id",
        "sample",
        "run",
        "source",
        "dataset",
        "subset",
        "split",
        "origin",
        "origins",
        "url",
        "license",
        "licence",
        "language",
        "lang",
        "locale",
        "topic",
        "topics",
        "subject",
        "domain",
        "tag",
        "tags",
        "type",
        "subtype",
        "level",
        "difficulty",
        "quality",
        "model",
        "model_name",
        "generator",
        "author",
        "created_at",
        "timestamp",
        "date",
        "version",
        "meta",
        "metadata",
        "parallel_tool_calls",
        "tool_choice",
        "name",
        "title",
        "motivation_app",
    ]
) | set(KINDS)
"""Columns that say something about a row and are no part of it, where they hold a label and no text."""

LONGEST_LABEL = 120
WORDS_OF_A_LABEL = 10


@dataclass(frozen=True, slots=True)
class Columns:
    """What the user says of columns. ignored: names to leave unread. renamed: a column's name to what it means."""

    ignored: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def said(cls, ignored: Iterable[str], mapped: Iterable[str]) -> "Columns":
        """From `--ignore-column NAME` and `--map COLUMN=MEANING`. Raises UserError for a meaning that is none."""
        renamed = {}
        for text in mapped:
            name, equals, meaning = text.partition("=")
            if not equals or plain(meaning) not in MEANINGS:
                raise UserError(
                    f"--map {text}: write COLUMN=MEANING, where MEANING is one of {', '.join(sorted(MEANINGS))}."
                )
            renamed[plain(name)] = plain(meaning)
        return cls(frozenset(map(plain, ignored)), renamed)


def plain(name: str) -> str:
    """A column's name in lower case with underscores."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


class Fields:
    """One row by column, remembering what was read. Raises Malformed where two columns have one name."""

    def __init__(self, row: Mapping[Any, Any], columns: Columns) -> None:
        self._values: dict[str, Any] = {}
        self._read: set[str] = set()
        for key, value in row.items():
            name = plain(str(key))
            name = columns.renamed.get(name, name)
            if value is None or name in columns.ignored:
                continue
            if name in self._values and self._values[name] != value:
                raise Malformed(f"two columns are `{name}`")
            self._values[name] = value

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, *names: str) -> Any:
        """The value of the first of these columns that is there and not empty, None without; it counts as read."""
        for name in names:
            if name in self._values:
                self._read.add(name)
                if self._values[name] not in ("", [], {}):
                    return self._values[name]
        return None

    def all(self, names: Sequence[str]) -> dict[str, Any]:
        """Those of these columns that hold something; they count as read."""
        return {name: value for name in names if (value := self.get(name)) is not None}

    def first(self, names: Sequence[str]) -> str | None:
        """The name of the first of these columns that holds something."""
        return next((name for name in names if self._values.get(name) not in (None, "", [], {})), None)

    @property
    def names(self) -> list[str]:
        return sorted(self._values)

    def unread(self, said: Sequence[str]) -> Iterator[str]:
        """The columns that were not read and hold text that is no label, or a mask. said: the texts of the conversation.

        A column that repeats what the conversation says, or is a rendering of it, is not lost.
        """
        read = [value for name, value in self._values.items() if name in self._read and isinstance(value, str)]
        for name, value in self._values.items():
            if name in self._read:
                continue
            if decides(name, value):
                yield name
                continue
            lost = [text for text in texts(value) if not any(text in known for known in said)]
            if name in METADATA or isinstance(value, dict):
                lost = [text for text in lost if not _is_label(text)]
            whole = _squeezed(" ".join(lost))
            if lost and not any(parts and all(_squeezed(part) in whole for part in parts) for parts in (said, read)):
                yield name


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _is_label(text: str) -> bool:
    return "\n" not in text and len(text) <= LONGEST_LABEL and len(text.split()) <= WORDS_OF_A_LABEL


def texts(value: Any) -> Iterator[str]:
    """All text inside a value, stripped, without keys."""
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def unread_of_turns(turns: Any, columns: Columns) -> Iterator[str]:
    """Keys of messages that hold text or a mask and mean nothing here."""
    for turn in turns if isinstance(turns, list) else ():
        if isinstance(turn, dict) and not is_exchange(turn):
            named = not {"input", "output", "system"}.isdisjoint(turn) and "role" not in turn and "from" not in turn
            for key, value in turn.items():
                known = key in KNOWN or (named and key in ("input", "output", "system"))
                lost = [text for text in texts(value) if key not in METADATA or not _is_label(text)]
                if not known and (lost or decides(key, value)) and plain(key) not in columns.ignored:
                    yield f"{key} (of a message)"
