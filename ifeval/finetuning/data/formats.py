"""One row of instruction data, in whichever form people keep it, to `Example`: chat messages in OpenAI's shape.

| form | recognised by |
|---|---|
| messages | `messages` or `conversations`: a list of `{role, content}` |
| sharegpt | the same lists with `{from, value}`; `function_call` and `observation` turns |
| alpaca | `instruction`, `input`, `output`; optional `history` |
| self-instruct | `instruction` and `instances` of `{input, output}`: one example an instance |
| prompt and completion | `prompt`, `question` or `query` with `completion`, `response` or `answer`; text or messages |
| preference pair | `chosen` and `rejected` beside any of the above |

`system` (or `system_prompt`) and `tools` may stand beside each.

Rows stay JSON: nothing is retyped, and no column of one row leaks into another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ifeval.tool_calls import calls_of_message
from ifeval.util import jsonio

Message = dict[str, Any]

ROLES = {
    **dict.fromkeys(("user", "human"), "user"),
    **dict.fromkeys(("assistant", "gpt", "model", "chatgpt", "bot", "function_call"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "observation", "function", "function_response", "ipython"), "tool"),
}
CONVERSATIONS = ("messages", "conversations", "conversation")
SYSTEMS = ("system", "system_prompt")
PROMPTS = ("prompt", "question", "query")
REPLIES = ("completion", "response", "answer")
KINDS = ("kind", "cluster", "task", "task_type", "category")


class Malformed(ValueError):
    """A row that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Example:
    """One conversation to learn from.

    `place` names its file and line ("#2": the second instance there). `messages` are in OpenAI's shape, arguments of calls as objects; an assistant turn
    with `weight` 0 is context only; `reasoning_content` is what was thought before a reply. `rejected` is the worse
    ending of a preference pair, to be put in place of `messages[-1]`. `kind` is the type of task and `cluster` the task cluster
    of `ifeval data make`, where the row says.
    """

    place: str
    source: str
    messages: tuple[Message, ...]
    tools: tuple[Message, ...] | None = None
    rejected: Message | None = None
    kind: str | None = None
    cluster: str | None = None

    def row(self) -> dict[str, Any]:
        """The example as a row of the `messages` form, its place kept; read again, it is the same example."""
        optional = {"tools": self.tools, "kind": self.kind, "cluster": self.cluster}
        row: dict[str, Any] = {"messages": list(self.messages), "place": self.place}
        if self.rejected is not None:
            row |= {"messages": row["messages"][:-1], "chosen": self.messages[-1], "rejected": self.rejected}
        return row | {key: value for key, value in optional.items() if value is not None}

    @property
    def prompt(self) -> str:
        """What the user says, all turns of it."""
        return "\n".join(message["content"] for message in self.messages if message["role"] == "user")

    @property
    def trained(self) -> list[int]:
        """The indices of the assistant turns that are trained on."""
        return [k for k, turn in enumerate(self.messages) if turn["role"] == "assistant" and turn.get("weight", 1)]

    @property
    def replies(self) -> list[Message]:
        """The assistant turns that are trained on."""
        return [self.messages[k] for k in self.trained]


def examples_of(row: Any, place: str, source: str) -> list[Example]:
    """The examples of one row (several for a self-instruct row). Raises Malformed saying what is wrong with it."""
    if not isinstance(row, dict):
        raise Malformed(f"expected an object, got {type(row).__name__}")
    tools = _tools(row.get("tools"))
    cluster = row["cluster"] if isinstance(row.get("cluster"), str) else None
    kind = next((str(row[key]) for key in KINDS if isinstance(row.get(key), str | int)), None)
    found = []
    conversations = _conversations(row)
    for number, messages in enumerate(conversations, start=1):
        rejected = None
        messages = _with_system(row, messages)
        if "chosen" in row and "rejected" in row:
            messages, rejected = _preference(messages, row["chosen"], row["rejected"])
        _check(messages)
        own_place = place if len(conversations) == 1 else f"{place}#{number}"
        found.append(Example(own_place, source, tuple(messages), tools, rejected, kind, cluster))
    return found


def _conversations(row: Mapping[str, Any]) -> list[list[Message]]:
    """The conversations of a row; of a preference pair, without its ending."""
    pair = "chosen" in row and "rejected" in row
    for key in CONVERSATIONS:
        if row.get(key):
            return [_messages(row[key], key)]
    if isinstance(row.get("instruction"), str):
        return [_alpaca(row, instance, pair) for instance in _instances(row)]
    prompt = next((key for key in PROMPTS if key in row), None)
    reply = next((key for key in REPLIES if key in row), None)
    if pair:
        return [_turns(row[prompt], "user", prompt) if prompt else []]
    if prompt is not None and reply is not None:
        return [[*_turns(row[prompt], "user", prompt), *_turns(row[reply], "assistant", reply)]]
    known = ", ".join(sorted(map(str, row))[:8]) or "nothing"
    raise Malformed(f"no known form of instruction data; the row has {known}")


def _with_system(row: Mapping[str, Any], messages: list[Message]) -> list[Message]:
    """The conversation with the row's own system prompt first, where it has one and the conversation none."""
    text = next((row[key] for key in SYSTEMS if isinstance(row.get(key), str) and row[key]), None)
    if text is None or (messages and messages[0]["role"] == "system"):
        return messages
    return [{"role": "system", "content": text}, *messages]


def _instances(row: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if "instances" not in row:
        return [row]
    instances = row["instances"]
    if not isinstance(instances, list) or not instances or not all(isinstance(item, dict) for item in instances):
        raise Malformed("`instances` must be a list of objects")
    return instances


def _alpaca(row: Mapping[str, Any], instance: Mapping[str, Any], pair: bool) -> list[Message]:
    messages: list[Message] = []
    for turn in _list(row, "history"):
        if not isinstance(turn, list) or len(turn) != 2:
            raise Malformed("`history` must be a list of [instruction, reply] pairs")
        messages += [_message("user", turn[0]), _message("assistant", turn[1])]
    asked = [row["instruction"], _text(instance.get("input") or "", "input")]
    messages.append({"role": "user", "content": "\n\n".join(part for part in asked if part)})
    if pair:
        return messages
    if "output" not in instance and "response" not in instance:
        raise Malformed("an instruction without `output`")
    return [*messages, _message("assistant", instance.get("output", instance.get("response")))]


def _preference(messages: list[Message], chosen: Any, rejected: Any) -> tuple[list[Message], Message]:
    """The conversation that ends with the chosen reply, and the rejected last message.

    Where both sides are whole conversations, they must agree up to their last message.
    """
    better, worse = (_turns(side, "assistant", "chosen or rejected") for side in (chosen, rejected))
    if not better or not worse or better[:-1] != worse[:-1]:
        raise Malformed("`chosen` and `rejected` must differ in their last message only")
    if len(better) > 1:
        messages = [m for m in messages if m["role"] == "system" != better[0]["role"]]  # the rest they bring themselves
    if messages and messages[-1]["role"] == "assistant":
        messages = messages[:-1]
    _check([*messages, *worse])
    return [*messages, *better], worse[-1]


def _turns(value: Any, role: str, key: str | None) -> list[Message]:
    """Text as one turn of `role`, one message as it is, or a list of messages."""
    if isinstance(value, list):
        return _messages(value, str(key))
    if isinstance(value, dict):
        return _messages([value], str(key))
    return [_message(role, value)]


def _messages(turns: Any, key: str) -> list[Message]:
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise Malformed(f"`{key}` must be a list of messages")
    messages: list[Message] = []
    for turn in turns:
        named = turn.get("role", turn.get("from"))
        if not isinstance(named, str) or named not in ROLES:
            raise Malformed(f"unknown role {named!r}")
        if named == "function_call":
            messages.append(_calling(turn.get("value", turn.get("content"))))
        else:
            messages.append(_message(ROLES[named], turn.get("content", turn.get("value")), turn))
    return messages


def _message(role: str, content: Any, turn: Mapping[str, Any] | None = None) -> Message:
    """One message: its content as text, with the reasoning and the calls that stood in it."""
    turn = turn or {}
    message: Message = {"role": role, "content": content}
    calls = [*_list(turn, "tool_calls"), *([turn["function_call"]] if turn.get("function_call") else ())]
    if isinstance(content, list):
        texts = []
        for part in content:
            kind, value = _part(part)
            if kind == "text":
                texts.append(value)
            elif kind == "reasoning" and role == "assistant":
                message["reasoning_content"] = value
            elif kind == "tool_call" and role == "assistant":
                calls.append(_json(value, "a tool call"))
            else:
                raise Malformed(f"a part of type {kind!r} in a {role} message")
        message["content"] = "".join(texts)
    elif role == "tool" and isinstance(content, dict):
        message["content"] = jsonio.dumps(content).decode()
    else:
        message["content"] = _text("" if content is None and calls else content, role)
    if calls:
        message["tool_calls"] = _calls(calls)
    for key in ("reasoning_content", "name", "tool_call_id"):
        if isinstance(turn.get(key), str):
            message[key] = turn[key]
    weight = turn.get("weight", turn.get("loss_weight", 1))
    if role == "assistant" and weight != 1:
        if weight != 0:
            raise Malformed(f"a weight of {weight!r}; a turn is trained (1) or not (0)")
        message["weight"] = 0
    return message


def _part(part: Any) -> tuple[str, Any]:
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        raise Malformed("a part of the content has no type")
    value = part.get("text", part.get("value"))
    return part["type"], value if part["type"] == "tool_call" else _text(value, part["type"])


def _calling(value: Any) -> Message:
    """A sharegpt `function_call` turn: one call or a list of them, as JSON text or as it is."""
    calls = _json(value, "a function call")
    return {"role": "assistant", "content": "", "tool_calls": _calls(calls if isinstance(calls, list) else [calls])}


def _calls(calls: Sequence[Any]) -> list[Message]:
    """Calls in OpenAI's shape, the arguments as objects, which is what chat templates expect; ids are kept."""
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


def _tools(tools: Any) -> tuple[Message, ...] | None:
    """Tools in OpenAI's shape; text is read as JSON, and an empty list is none."""
    if tools in (None, "", []):
        return None
    tools = _json(tools, "`tools`")
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise Malformed("`tools` must be a list of objects")
    wrapped = [tool if isinstance(tool.get("function"), dict) else {"function": tool} for tool in tools]
    if not all(isinstance(tool["function"].get("name"), str) for tool in wrapped):
        raise Malformed("a tool has no name")
    return tuple({"type": "function", **tool} for tool in wrapped) or None


def _json(value: Any, what: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return jsonio.loads(value)
    except ValueError as error:
        raise Malformed(f"{what} is not valid JSON ({error})") from None


def _list(row: Mapping[str, Any], key: str) -> list[Any]:
    """The list under a key, empty where there is none."""
    value = row.get(key) or []
    if not isinstance(value, list):
        raise Malformed(f"`{key}` must be a list")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"the {what} text is {type(value).__name__}, expected a string")
    return value


def _check(messages: Sequence[Message]) -> None:
    """Raise Malformed where there is nothing to learn: no reply, or a blank one."""
    replies = [message for message in messages if message["role"] == "assistant"]
    if not replies:
        raise Malformed("no assistant turn")
    if any(not reply["content"].strip() and not reply.get("tool_calls") for reply in replies):
        raise Malformed("a blank assistant turn")
    if not any(reply.get("weight", 1) for reply in replies):
        raise Malformed("every assistant turn has weight 0")
    if messages[0]["role"] == "assistant":
        raise Malformed("it begins with an assistant turn")
