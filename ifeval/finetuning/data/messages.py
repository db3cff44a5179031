"""One message, in whichever spelling people keep it, to OpenAI's shape."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ifeval.finetuning.data.masks import DETAIL, KEYS, YES, truth, untrained, weight_of
from ifeval.tool_calls import calls_of_message
from ifeval.util import jsonio

Message = dict[str, Any]

CALLING = ("function_call", "tool_call", "tool_calls")
ROLES = {
    **dict.fromkeys(("user", "human", "prompter"), "user"),
    **dict.fromkeys(
        ("assistant", "gpt", "model", "chatgpt", "chatbot", "bot", "ai", "bing", "bard", *CALLING), "assistant"
    ),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(
        ("tool", "observation", "function", "function_response", "tool_response", "tool_result", "ipython"), "tool"
    ),
}
NAMES = ("role", "from", "speaker")
CONTENTS = ("content", "value", "text")
REASONING = ("reasoning_content", "reasoning", "thinking", "thought")
KNOWN = frozenset(
    (*NAMES, *CONTENTS, *REASONING, *KEYS, "tool_calls", "function_call", "name", "tool_call_id", "tools", "functions")
) | {"refusal", "id", "tool_use_id", "signature", "recipient", "channel", "audio", "annotations", "prefix", "images"}
TEXTS = ("text", "input_text", "output_text")
SHOWN = ("image", "image_url", "input_image", "video", "video_url", "audio", "audio_url", "input_audio", "file")
MARKS = re.compile(r"<\|?(?:start_of_)?(image|video|audio)(?:_?\d{1,3}|_pad|_soft_token)?\|?>")
THOUGHT = re.compile(r"\s*<think>(.*?)</think>\s*", re.DOTALL)
OPENED = re.compile(r"\s*((?:(?!</?think>).)*)(?:\n</think>|</think>[ \t]*\n)\s*", re.DOTALL)
"""A thought whose begin stood in the prompt, as replies of models are kept that are asked so."""


class Malformed(ValueError):
    """A row that cannot be used; the message says why."""


def messages_of(turns: Any, key: str) -> list[Message]:
    """The messages of a list: `{role, content}`, `{from, value}`, `{input, output}`, `{human, assistant}`, or texts that
    take turns. What is said in the channel `analysis` is the reasoning of the answer after it.
    """
    turns = json_of(turns, f"`{key}`")
    if not isinstance(turns, list) or not all(isinstance(turn, dict | str) for turn in turns):
        raise Malformed(f"`{key}` must be a list of messages")
    messages: list[Message] = []
    thoughts: list[str] = []
    for number, turn in enumerate(turns):
        if isinstance(turn, dict) and turn.get("channel") == "analysis":
            thoughts.append(text_of(turn.get("content"), "analysis"))
            continue
        if isinstance(turn, str):
            messages.append(message("user" if number % 2 == 0 else "assistant", turn))
        elif "output" in turn and not any(name in turn for name in NAMES):
            system = [message("system", turn["system"])] if turn.get("system") else []
            messages += [*system, message("user", turn.get("input") or ""), message("assistant", turn["output"])]
        elif is_exchange(turn):
            messages += [message(ROLES[key.lower()], value) for key, value in turn.items()]
        else:
            messages += _turn(turn)
        if thoughts and messages and messages[-1]["role"] == "assistant":
            messages[-1] = {"reasoning_content": "\n".join(thoughts), **messages[-1]}
            thoughts = []
    if thoughts:
        raise Malformed("an analysis that no answer follows")
    return messages


def is_exchange(turn: Mapping[str, Any]) -> bool:
    """Whether a turn says under each speaker what was said: `{"human": ..., "assistant": ...}`."""
    return bool(turn) and not any(name in turn for name in NAMES) and {key.lower() for key in turn} <= ROLES.keys()


def _turn(turn: Mapping[str, Any]) -> list[Message]:
    named = next((turn[name] for name in NAMES if name in turn), None)
    if not isinstance(named, str) or named.lower() not in ROLES:
        raise Malformed(f"unknown role {named!r}")
    content = next((turn[name] for name in CONTENTS if turn.get(name) is not None), None)
    role = ROLES[named.lower()]
    if named.lower() in CALLING:
        calls = json_of(content, "a function call")
        calling = [*(calls if isinstance(calls, list) else [calls])]
        return [message("assistant", None, {**turn, "tool_calls": calling})]
    if not isinstance(content, list):
        return [message(role, content, turn)]
    results = [part for part in content if isinstance(part, dict) and part.get("type") == "tool_result"]
    rest = [part for part in content if part not in results]
    return [*map(_result, results), *([message(role, rest, turn)] if rest else ())]


def _result(part: Mapping[str, Any]) -> Message:
    """A tool's result that stands in a user's turn, as Anthropic has it."""
    given = {"tool_call_id": part["tool_use_id"]} if isinstance(part.get("tool_use_id"), str) else {}
    return message("tool", part.get("content") or "", given)


def message(role: str, content: Any, turn: Mapping[str, Any] | None = None) -> Message:
    """One message: its content as text, with the reasoning and the calls that stood in it, and what is trained of it."""
    turn = turn or {}
    made: Message = {"role": role, "content": content}
    calls = [*list_of(turn, "tool_calls"), *([turn["function_call"]] if turn.get("function_call") else ())]
    if isinstance(content, list):
        thoughts, own_calls, made["content"] = _parts(role, content)
        calls += own_calls
        if thoughts:
            made["reasoning_content"] = thoughts
    elif content is None and (calls or turn.get("refusal")):
        made["content"] = text_of(turn.get("refusal") or "", role)
    else:
        made["content"] = text_of(content, role)
    if calls:
        made["tool_calls"] = _calls(calls)
    for key in ("name", "tool_call_id"):
        if isinstance(turn.get(key), str):
            made[key] = turn[key]
    _check_shown(turn, made["content"])
    if role == "assistant":
        _add_thought(made, turn)
    _add_mask(made, turn, trained=role == "assistant")
    return made


def _parts(role: str, parts: Sequence[Any]) -> tuple[str, list[Any], str]:
    """Thoughts, calls and text of a content in parts."""
    thoughts: list[str] = []
    calls: list[Any] = []
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            part = {"type": "text", "text": part}
        if isinstance(part, dict) and part.keys() == {"text"}:
            part = {"type": "text", **part}
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            raise Malformed("a part of the content has no type")
        kind, value = part["type"], part.get("text", part.get("value", part.get("refusal")))
        if kind in SHOWN:
            raise Malformed(f"a part of type {kind!r}; only text is trained")
        if kind in TEXTS or (kind == "refusal" and role == "assistant"):
            texts.append(text_of(value, kind))
        elif kind in ("reasoning", "thinking") and role == "assistant":
            thoughts.append(text_of(part.get("thinking", value), kind))
        elif kind == "tool_call" and role == "assistant":
            calls.append(json_of(value, "a tool call"))
        elif kind == "tool_use" and role == "assistant":
            call = {"name": part.get("name"), "arguments": part.get("input") or {}}
            calls.append({**({"id": part["id"]} if part.get("id") else {}), "type": "function", "function": call})
        else:
            raise Malformed(f"a part of type {kind!r} in a {role} message")
    return "\n".join(thoughts), calls, "".join(texts)


def _check_shown(turn: Mapping[str, Any], text: str) -> None:
    """Raise Malformed where a picture, sound or film belongs to the text."""
    if turn.get("images"):
        raise Malformed("`images` beside a message; only text is trained")
    check_marks(text)


def check_marks(text: str) -> None:
    """Raise Malformed for a text with a mark where an image goes. (In markup it has an end tag, too.)"""
    mark = MARKS.search(text)
    if mark and f"</{mark[1]}>" not in text:
        raise Malformed(f"a text with {mark[0]} in it; only text is trained")


def _add_thought(made: Message, turn: Mapping[str, Any]) -> None:
    """The reasoning, from its own key or from <think> tags before the reply."""
    said = {turn[key].strip(): None for key in REASONING if isinstance(turn.get(key), str) and turn[key].strip()}
    if len(said) > 1:
        raise Malformed("a message with two different reasonings")
    if said:
        made["reasoning_content"] = next(turn[key] for key in REASONING if isinstance(turn.get(key), str) and turn[key])
    elif "reasoning_content" not in made and (inline := _inline_thought(made["content"])):
        made["reasoning_content"] = inline[1].strip()
        made["content"] = made["content"][inline.end() :]


def _inline_thought(content: str) -> re.Match[str] | None:
    found = "</think>" in content and (THOUGHT.match(content) or OPENED.match(content))
    return found if found and found[1].strip() else None


def _add_mask(made: Message, turn: Mapping[str, Any], trained: bool) -> None:
    try:
        weight = weight_of(turn)
        if not trained:
            if any(truth(turn.get(key)) for key in YES):
                raise Malformed(f"a {made['role']} turn marked to be trained; only replies are")
            return
        detail = turn.get(DETAIL)
        spans = untrained(detail, len(made["content"]), weight != 0) if detail else []
    except ValueError as error:
        raise Malformed(str(error)) from None
    if detail and spans != [(0, len(made["content"]))]:
        weight = weight or 1.0
        if spans:
            made["untrained"] = spans
    elif detail:
        weight = 0.0
    if weight is not None and weight != 1:
        made["weight"] = int(weight) if weight == int(weight) else weight


def _calls(calls: Sequence[Any]) -> list[Message]:
    """Calls in OpenAI's shape, the arguments as objects, which is what chat templates expect; ids are kept."""
    calls = [json_of(call, "a tool call") for call in calls]
    try:
        read = calls_of_message({"tool_calls": calls})
    except ValueError as error:
        raise Malformed(str(error)) from None
    ids = [call.get("id") if isinstance(call, dict) else None for call in calls]
    return [
        {
            **({"id": given} if isinstance(given, str) else {}),
            "type": "function",
            "function": {"name": call.name, "arguments": dict(call.arguments)},
        }
        for given, call in zip(ids, read, strict=True)
    ]


def with_calls(turn: Message, tools: Sequence[Message]) -> Message:
    """An assistant turn whose whole text is a JSON list of calls of these tools, with the calls as calls."""
    text = turn["content"].strip()
    if turn["role"] != "assistant" or turn.get("tool_calls") or not (text.startswith("[{") and text.endswith("}]")):
        return turn
    try:
        calls = jsonio.loads(text)
    except ValueError:
        return turn
    known = {tool["function"]["name"] for tool in tools}
    if not all(
        isinstance(call, dict) and call.keys() == {"name", "arguments"} and call["name"] in known for call in calls
    ):
        return turn
    return turn | {"content": "", "tool_calls": _calls(calls)}


def tools_of(tools: Any, key: str = "tools") -> tuple[Message, ...] | None:
    """Tools in OpenAI's shape; text is read as JSON, and an empty list is none."""
    if tools in (None, "", []):
        return None
    tools = json_of(tools, f"`{key}`")
    tools = [tools] if isinstance(tools, dict) else tools
    if not isinstance(tools, list):
        raise Malformed(f"`{key}` must be a list of objects")
    tools = [json_of(tool, "a tool") for tool in tools]
    if not all(isinstance(tool, dict) for tool in tools):
        raise Malformed(f"`{key}` must be a list of objects")
    wrapped = [tool if isinstance(tool.get("function"), dict) else {"function": _openai(tool)} for tool in tools]
    if not all(isinstance(tool["function"].get("name"), str) for tool in wrapped):
        raise Malformed("a tool has no name")
    return tuple({"type": "function", **tool} for tool in wrapped) or None


def _openai(tool: Mapping[str, Any]) -> Message:
    """A bare tool under OpenAI's names: the parameters' schema is `input_schema` with Anthropic and MCP."""
    schema = next((tool[key] for key in ("input_schema", "inputSchema") if key in tool), None)
    rest = {key: value for key, value in tool.items() if key not in ("input_schema", "inputSchema", "type")}
    return {**rest, "parameters": schema} if schema is not None else {**rest}


def json_of(value: Any, what: str) -> Any:
    """The value, text read as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return jsonio.loads(value)
    except ValueError as error:
        raise Malformed(f"{what} is not valid JSON ({error})") from None


def list_of(row: Mapping[str, Any], key: str) -> list[Any]:
    """The list under a key, empty where there is none."""
    value = json_of(row.get(key) or [], f"`{key}`")
    if not isinstance(value, list):
        raise Malformed(f"`{key}` must be a list")
    return value


def text_of(value: Any, what: str) -> str:
    """The value as text: a number as it is written, an object as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return jsonio.dumps(value).decode()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Malformed(f"the {what} text is {type(value).__name__}, expected a string")
