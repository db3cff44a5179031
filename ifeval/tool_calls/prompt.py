"""Tools in words, for chat templates that know no tools; and calls and results as earlier messages hold them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ifeval.records import Response, ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Tools, call_of


def tool_prompt(tools: Tools, dialect: Dialect) -> str:
    """The system message that offers `tools`: each one's JSON Schema on a line, and how to write a call."""
    lines = "\n".join(json.dumps(tool.get("function", tool), ensure_ascii=False) for tool in tools)
    return (
        "You can call the functions described here, one JSON object per line, their parameters as JSON Schema:\n"
        f"{lines}\n\n"
        f"{dialect.instructions}\n"
        "Put all calls that are needed into one reply. Leave out an optional argument that the user says nothing about. "
        "If no function fits, or the user has not said what a required argument needs, answer in words and call nothing."
    )


def reply_message(reply: Response, turn: int) -> dict[str, Any]:
    """A reply as it stands in the next request: its words or its calls. turn: replies before it, for the calls' ids.

    Words beside calls are kept where a server told the two apart.
    """
    if not reply.tool_calls:
        return {"role": "assistant", "content": reply.answer}
    calls = [
        {"id": _call_id(turn, number), "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for number, call in enumerate(reply.tool_calls)
    ]
    return {"role": "assistant", "content": reply.answer if reply.native else "", "tool_calls": calls}


def result_messages(reply: Response, turn: int, results: Sequence[str]) -> list[dict[str, Any]]:
    """The results of a reply's calls, in their order, as the messages that follow it."""
    return [
        {"role": "tool", "name": call.name, "tool_call_id": _call_id(turn, number), "content": result}
        for number, (call, result) in enumerate(zip(reply.tool_calls or (), results, strict=True))
    ]


def _call_id(turn: int, number: int) -> str:
    """Nine letters and digits, which is what Mistral's template asks of an id."""
    return f"call{turn % 1000:03}{number % 100:02}"


def calls_of_message(message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """The calls of an assistant message in OpenAI's shape. Raises ValueError where one is malformed."""
    try:
        return tuple(call_of(call) for call in message.get("tool_calls") or ())
    except Malformed as problem:
        raise ValueError(f"a call in the messages is malformed: {problem}") from None
