"""Earlier turns as a template takes them: calls as objects or as text, with ids or without, or described in words."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ifeval.models.profile import TemplateProfile
from ifeval.tool_calls import Dialect, calls_of_message

Message = Mapping[str, Any]
ID_LETTERS = 9
"""Mistral's templates take ids of exactly nine letters and digits."""


def as_taken(messages: Sequence[Message], profile: TemplateProfile, dialect: Dialect) -> list[Message]:
    """The messages in the shape that the template takes.

    Calls keep their ids where they have fitting ones; a result that names no call answers the calls in their order.
    Where the template writes no calls of its own, a turn of calls is text in the dialect, and where it takes no
    results, a result is a user's turn. A system prompt that the template refuses or drops goes into the first user's turn.
    """
    if profile.system in ("refused", "dropped"):
        messages = without_system(messages)
    if not any(message.get("tool_calls") or message["role"] == "tool" for message in messages):
        return list(messages)
    if not profile.calls:
        return plain_turns(messages, dialect)
    taken: list[Message] = []
    waiting: list[str] = []
    names: dict[str, str] = {}
    for index, message in enumerate(messages):
        if message.get("tool_calls"):
            calls = [_call(call, profile, f"{index} {place}") for place, call in enumerate(message["tool_calls"])]
            for given, call in zip(message["tool_calls"], calls, strict=True):
                if "id" in call:
                    waiting.append(call["id"])
                    names[str(given.get("id", call["id"]))] = call["id"]
            taken.append({**message, "content": _content(message, profile), "tool_calls": calls})
        elif message["role"] == "tool" and not profile.results:
            taken.append(plain_turn(message, dialect))
        elif message["role"] == "tool" and (profile.ids or "tool_call_id" in message):
            known = names.get(str(message.get("tool_call_id")))
            own = known or (waiting[0] if waiting else _identifier(str(index)))
            waiting = [one for one in waiting if one != own]
            taken.append({**message, "tool_call_id": own})
        else:
            taken.append(message)
    return taken


def without_system(messages: Sequence[Message]) -> list[Message]:
    """The messages with a leading system prompt put before the first user's words."""
    if len(messages) < 2 or messages[0]["role"] != "system" or messages[1]["role"] != "user":
        return list(messages)
    merged = {**messages[1], "content": f"{messages[0]['content']}\n\n{messages[1]['content']}"}
    return [merged, *messages[2:]]


def plain_turn(message: Message, dialect: Dialect) -> Message:
    """A turn that holds calls or a tool's result, in words a template without tools can carry."""
    if message.get("tool_calls"):
        parts = (message.get("content"), dialect.render(calls_of_message(message)))
        return {"role": "assistant", "content": "\n".join(filter(None, parts))}
    if message["role"] == "tool":
        return {"role": "user", "content": f"Result of {message.get('name', 'the call')}: {message['content']}"}
    return message


def _call(call: Message, profile: TemplateProfile, place: str) -> dict[str, Any]:
    function = call.get("function", call)
    arguments = function.get("arguments", {})
    if profile.arguments.startswith("text"):
        arguments = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    elif isinstance(arguments, str):
        arguments = dict(calls_of_message({"tool_calls": [call]})[0].arguments)
    shaped = {"type": "function", **call, "function": {**function, "arguments": arguments}}
    if profile.ids:
        given = str(call.get("id", ""))
        fits = len(given) == ID_LETTERS and given.isalnum() and given.isascii()
        shaped["id"] = given if fits else _identifier(given or place)
    return shaped


def _content(message: Message, profile: TemplateProfile) -> Any:
    """The turn's own text; null where the template tells a turn of calls by that, and there is none."""
    return message.get("content") or (None if profile.arguments.endswith("-null") else "")


def _identifier(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:ID_LETTERS]


def plain_turns(messages: Sequence[Message], dialect: Dialect) -> list[Message]:
    """Turns that hold calls or results, in words a template without tools can carry; the results of one reply in one turn."""
    plain: list[Message] = []
    for number, message in enumerate(messages):
        turn = plain_turn(message, dialect)
        if message["role"] == "tool" and number and messages[number - 1]["role"] == "tool":
            plain[-1] = {**turn, "content": f"{plain[-1]['content']}\n{turn['content']}"}
        else:
            plain.append(turn)
    return plain
