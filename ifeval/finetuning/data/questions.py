"""A question and its reply in columns of their own, and what stands beside a conversation: a system prompt, reasoning."""

import re
from collections.abc import Mapping
from typing import Any

from ifeval.finetuning.data import columns as names
from ifeval.finetuning.data.columns import Columns, Fields
from ifeval.finetuning.data.masks import truth
from ifeval.finetuning.data.messages import ROLES, Malformed, Message, json_of, list_of, message, messages_of, text_of

SPEAKER = re.compile(r"\n\n(Human|Assistant):")
TRANSCRIPT = re.compile(r"\s*Human:.*\n\nAssistant:", re.DOTALL)

SWITCH = ("on", "off")
"""What a column of reasoning may say that names the reply's kind, and is no thought."""


def asked_of(fields: Fields, pair: bool, instance: Mapping[str, Any] | None = None) -> list[Message]:
    """A question and its reply from columns of their own."""
    own = Fields(instance, Columns()) if instance is not None else fields
    messages = _history(fields)
    question = fields.first(names.QUESTIONS)
    if question is None and _is_conversation(fields.get(*names.INPUTS)):
        question = fields.first(names.INPUTS)
    if question and isinstance(fields.get(question), list | dict):
        messages += [_context(turn) for turn in turns_of(fields.get(question), "user", question)]
    elif asked := _question(fields, own):
        messages.append(message("user", asked))
    elif not pair:
        raise Malformed(_no_form(fields))
    if pair:
        return messages
    reply = _reply(own)
    if reply is None:
        raise Malformed("an instruction without `output`" if "instruction" in fields else _no_form(fields))
    return [*messages, *reply]


def _is_conversation(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(t, dict) and "role" in t for t in value)


def _no_form(fields: Fields) -> str:
    return f"no known form of instruction data; the row has {', '.join(fields.names[:8]) or 'nothing'} (--map COLUMN=MEANING tells what a column is)"


def _context(turn: Message) -> Message:
    return turn | {"weight": 0} if turn["role"] == "assistant" else turn


def _history(fields: Fields) -> list[Message]:
    messages: list[Message] = []
    for turn in list_of({"history": fields.get("history")}, "history"):
        if isinstance(turn, dict):
            messages += messages_of([turn], "history")
        elif isinstance(turn, list) and len(turn) == 2:
            messages += [message("user", turn[0]), message("assistant", turn[1])]
        else:
            raise Malformed("`history` must be a list of [instruction, reply] pairs or of messages")
    return messages


def _question(fields: Fields, own: Fields) -> str:
    """What is asked: the instruction, what it is about, the question, its input and its choices, in this order.

    A part that another holds already is said once.
    """
    parts = [
        *fields.all(names.INSTRUCTIONS).values(),
        *fields.all(names.BACKGROUND).values(),
        *fields.all(names.QUESTIONS).values(),
        *own.all(names.INPUTS).values(),
    ]
    said: list[str] = []
    for part in parts:
        items = part if isinstance(part, list) else [part]
        text = "\n".join(text_of(item, "question") for item in items)
        if text.strip() and not any(text in other for other in said):
            said = [other for other in said if other not in text] + [text]
    if not said or not (fields.first(names.INSTRUCTIONS) or fields.first(names.QUESTIONS) or own.first(names.INPUTS)):
        return ""
    return "\n\n".join([*said, *_choices(fields)])


def _choices(fields: Fields) -> list[str]:
    choices = _options(fields)
    return ["\n".join(f"{letter}. {choice}" for letter, choice in choices.items())] if choices else []


def _options(fields: Fields) -> dict[str, str]:
    """The choices of a question by letter."""
    given = json_of(fields.get(*names.CHOICES) or [], "`choices`")
    if isinstance(given, dict) and isinstance(given.get("text"), list):
        letters = given.get("label") if isinstance(given.get("label"), list) else None
        given = dict(zip(letters, given["text"], strict=False)) if letters else given["text"]
    if isinstance(given, dict):
        return {str(letter): text_of(choice, "choice") for letter, choice in given.items()}
    if not isinstance(given, list) or len(given) > 26:
        raise Malformed("`choices` must be a list of up to 26")
    return {chr(ord("A") + n): text_of(choice, "choice") for n, choice in enumerate(given)}


def _reply(fields: Fields) -> list[Message] | None:
    """The reply's messages, None where there is none. Raises Malformed where two columns could be it."""
    found = fields.all(names.REPLIES)
    if not found:
        return None
    if len(found) > 1:
        whole = max(found, key=lambda name: len(str(found[name])))
        if any(str(value).strip() not in str(found[whole]) for value in found.values()):
            columns = " and ".join(f"`{name}`" for name in found)
            raise Malformed(f"{columns} could each be the reply; leave one unread with --ignore-column")
        found = {whole: found[whole]}
    ((name, value),) = found.items()
    if isinstance(value, dict) and isinstance(value.get("text"), list):  # SQuAD
        value = value["text"]
    if isinstance(value, list) and name in ("answers", "targets") and value and not isinstance(value[0], dict):
        value = value[0]
    options = _options(fields)
    if options and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(options):
        value = ". ".join(list(options.items())[value])
    return turns_of(value, "assistant", name)


def transcript(value: Any) -> list[Message]:
    """The turns of a conversation that is kept as one text, as in Anthropic's preference data; none of another text."""
    if not isinstance(value, str) or not TRANSCRIPT.match(value):
        return []
    parts = SPEAKER.split("\n\n" + value.strip())[1:]
    return [message(ROLES[who.lower()], said.strip()) for who, said in zip(parts[::2], parts[1::2], strict=True)]


def turns_of(value: Any, role: str, key: str) -> list[Message]:
    """Text as one turn of `role`, one message as it is, or a list of messages; several replies as texts are refused."""
    if isinstance(value, str) and value.lstrip().startswith("[{") and '"role"' in value:
        value = json_of(value, f"`{key}`")
    if role == "assistant" and isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        if len(set(value)) > 1:
            raise Malformed(f"`{key}` holds {len(value)} replies; keep the one to be trained")
        value = value[0]
    if isinstance(value, list):
        return messages_of(value, key)
    if isinstance(value, dict) and ("role" in value or "from" in value):
        return messages_of([value], key)
    return [message(role, value)]


def with_system(fields: Fields, messages: list[Message]) -> list[Message]:
    """The conversation with the row's own system prompt first, where it has one and the conversation none."""
    text = fields.get(*names.SYSTEMS)
    if text is None:
        return messages
    if messages and messages[0]["role"] == "system":
        if text_of(text, "system").strip() not in messages[0]["content"]:
            raise Malformed("two system prompts, one of them in a column; leave that unread with --ignore-column")
        return messages
    return [message("system", text), *messages]


def with_thought(fields: Fields, messages: list[Message], pair: bool) -> list[Message]:
    """The reasoning in a column of its own goes to the last reply, which the row holds beside it."""
    thought = fields.get(*names.REASONING)
    if (
        not isinstance(thought, str)
        or truth(thought) is not None
        or thought in SWITCH
        or pair
        or not messages
        or messages[-1]["role"] != "assistant"
    ):
        return messages
    if messages[-1].get("reasoning_content", thought) != thought:
        raise Malformed("two different reasonings for one reply")
    return [*messages[:-1], messages[-1] | {"reasoning_content": thought}]
