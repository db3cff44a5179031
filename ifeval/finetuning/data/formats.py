"""One row of instruction data, in whichever form people keep it, to `Example`: chat messages in OpenAI's shape.

| form | recognised by |
|---|---|
| messages | `messages` or `conversations`: a list of `{role, content}`; or the row is that list |
| sharegpt | the same lists with `{from, value}`; `function_call` and `observation` turns |
| alpaca | `instruction`, `input`, `output`; optional `history` |
| self-instruct | `instruction` and `instances` of `{input, output}`: one example per instance |
| prompt and completion | a question and a reply (see `columns`); text or messages |
| preference pair | `chosen` and `rejected` beside any of the above |
| unpaired preference | `label` or `kto_tag`, true or false, beside any of the above |

`system`, `tools` (or `functions`), `chat_template_kwargs` and a weight may accompany each.

Rows stay JSON: nothing is retyped, and no column of one row leaks into another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ifeval.finetuning.data import columns as names
from ifeval.finetuning.data.columns import Columns, Fields
from ifeval.finetuning.data.masks import DETAIL, NO, NUMBERS, YES, truth, weight_of
from ifeval.finetuning.data.messages import (
    Malformed,
    Message,
    check_marks,
    json_of,
    messages_of,
    tools_of,
    with_calls,
)
from ifeval.finetuning.data.questions import asked_of, transcript, turns_of, with_system, with_thought

__all__ = ["Example", "LeftOut", "Malformed", "Message", "read_row"]


class LeftOut(Malformed):
    """A row that says itself that it is not to be trained."""


@dataclass(frozen=True, slots=True)
class Example:
    """One conversation to learn from.

    `place` names its file and line ("#2": the second instance there). `messages` are in OpenAI's shape, arguments of calls
    as objects. An assistant turn counts `weight` times (1 where it has none; 0: it is context only), and the characters
    [start, end) of its content in `untrained` are not trained; `reasoning_content` is what was thought before a reply.
    `rejected` is the worse ending of a preference pair, to be put in place of `messages[-1]`; `desirable` says of a
    conversation without a pair whether its last reply is wanted. `template_args` are for the chat template. `kind` is the
    type of task and `cluster` the task cluster of `ifeval data make`, where the row says.
    """

    place: str
    source: str
    messages: tuple[Message, ...]
    tools: tuple[Message, ...] | None = None
    rejected: Message | None = None
    kind: str | None = None
    cluster: str | None = None
    desirable: bool | None = None
    template_args: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """The example as a row of the `messages` form, its place kept; read again, it is the same example."""
        messages = list(map(_spelt, self.messages))
        optional: dict[str, Any] = {
            "tools": self.tools,
            "kind": self.kind,
            "cluster": self.cluster,
            "label": self.desirable,
            "chat_template_kwargs": dict(self.template_args) or None,
        }
        row: dict[str, Any] = {"messages": messages, "place": self.place}
        if self.rejected is not None:
            row |= {"messages": messages[:-1], "chosen": messages[-1], "rejected": self.rejected}
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


def _spelt(turn: Message) -> Message:
    """A message as it is read: what is not trained of it in axolotl's spelling."""
    if "untrained" not in turn:
        return turn
    spans = [{"begin_offset": start, "end_offset": end - 1, "train": False} for start, end in turn["untrained"]]
    return {key: value for key, value in turn.items() if key != "untrained"} | {DETAIL: spans}


def read_row(row: Any, place: str, source: str, columns: Columns) -> tuple[list[Example], list[str]]:
    """The examples of one row, and the columns whose text is in none of them. Raises Malformed."""
    if isinstance(row, list) and row and all(isinstance(turn, dict) for turn in row):
        row = {"messages": row}
    if not isinstance(row, dict):
        raise Malformed(f"expected an object, got {type(row).__name__}")
    fields = Fields(_unpacked(row), columns)
    tools = _tools(fields)
    kind = next((str(row[key]) for key in names.KINDS if isinstance(row.get(key), str | int)), None)
    cluster = row["cluster"] if isinstance(row.get("cluster"), str) else None
    pair = bool(fields.first(names.CHOSEN) and fields.first(names.REJECTED))
    if shown := [name for name in names.SHOWN if fields.get(name)]:
        raise Malformed(f"the row has `{shown[0]}`; only text is trained")
    wanted, arguments, weight = _wanted(fields), _arguments(fields), _weight(fields)
    conversations = _conversations(fields, pair)
    found = []
    for number, messages in enumerate(conversations, start=1):
        rejected = None
        messages = with_thought(fields, with_system(fields, messages), pair)
        if tools and not fields.first((*names.CONVERSATIONS, *names.REJECTED)):
            messages = [with_calls(turn, tools) for turn in messages]
        if pair:
            chosen, worse = fields.get(*names.CHOSEN), fields.get(*names.REJECTED)
            fields.all(names.REPLIES)
            messages, rejected = _preference(messages, chosen, worse)
        elif fields.get(*names.REJECTED) is not None:
            messages, rejected = _worse_ending(messages, fields.get(*names.REJECTED))
        _check(messages)
        own_place = place if len(conversations) == 1 else f"{place}#{number}"
        weighted = tuple(_weighted(turn, weight) for turn in _masked(fields, messages))
        found.append(Example(own_place, source, weighted, tools, rejected, kind, cluster, wanted, arguments))
    turns = [turn for one in found for turn in (*one.messages, one.rejected) if turn]
    said = [*names.texts([{**turn, "role": None} for turn in turns]), *names.texts([one.tools for one in found])]
    lost = [
        *fields.unread(said),
        *(
            key
            for name in (*names.CONVERSATIONS, "prompt", "completion")
            for key in names.unread_of_turns(row.get(name), columns)
        ),
    ]
    if not any(one.trained for one in found):
        raise LeftOut("every assistant turn has weight 0")
    return found, list(dict.fromkeys(lost))


def _unpacked(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """OpenAI's preference rows keep the conversation in `input`."""
    inner = row.get("input")
    return (
        {**inner, **{key: row[key] for key in row if key != "input"}}
        if isinstance(inner, dict) and "messages" in inner
        else row
    )


def _tools(fields: Fields) -> tuple[Message, ...] | None:
    """The row's tools, else those in a message."""
    for name in names.TOOLS:
        if (tools := tools_of(fields.get(name), name)) is not None:
            return tools
    turns = fields.get(*names.CONVERSATIONS)
    for turn in turns if isinstance(turns, list) else ():
        for name in names.TOOLS:
            if isinstance(turn, dict) and (tools := tools_of(turn.get(name), name)) is not None:
                return tools
    return None


def _wanted(fields: Fields) -> bool | None:
    """Whether an unpaired preference wants its reply; None where the row is none."""
    for name in names.WANTED:
        if name in fields and (said := truth(fields.get(name))) is not None:
            return said
        if fields.get(name) is not None:
            raise Malformed(
                f"`{name}` is {fields.get(name)!r}, expected true or false; --ignore-column {name} leaves it unread"
            )
    return None


def _arguments(fields: Fields) -> Mapping[str, Any]:
    given = json_of(fields.get(*names.ARGUMENTS) or {}, "`chat_template_kwargs`")
    if not isinstance(given, dict):
        raise Malformed("`chat_template_kwargs` must be an object")
    return given


def _weight(fields: Fields) -> float:
    """How much the row counts. `mask` may name the role that is not trained, as NeMo's rows do."""
    keys = (*NUMBERS, *YES, *(name for name in NO if name != "mask"))
    try:
        weight = weight_of(fields.all(keys))
    except ValueError as error:
        raise Malformed(str(error)) from None
    if weight == 0:
        raise LeftOut("a row of weight 0")
    return 1.0 if weight is None else weight


def _masked(fields: Fields, messages: Sequence[Message]) -> Iterator[Message]:
    """Context, not to be trained: what precedes the first question, and replies in a conversation that is the prompt."""
    masked = fields.get("mask")
    if isinstance(masked, str) and masked.lower() not in ("user", "human", "system"):
        raise Malformed(f"`mask` is {masked!r}, which leaves nothing to train")
    asked = False
    for turn in messages:
        asked = asked or turn["role"] in ("user", "tool")
        yield turn if asked or turn["role"] != "assistant" else turn | {"weight": 0}


def _weighted(turn: Message, weight: float) -> Message:
    if weight == 1 or turn["role"] != "assistant":
        return turn
    return turn | {"weight": turn.get("weight", 1) * weight}


def _conversations(fields: Fields, pair: bool) -> list[list[Message]]:
    """The conversations of a row; of a preference pair, without its ending."""
    if key := fields.first(names.CONVERSATIONS):
        messages = messages_of(fields.get(key), key)
        reply = fields.first(names.REPLIES)
        if reply and not pair and messages and messages[-1]["role"] != "assistant":
            messages += turns_of(fields.get(reply), "assistant", reply)
        return [messages]
    if "instances" in fields and "instruction" in fields:
        return [asked_of(fields, pair, instance) for instance in _instances(fields.get("instances"))]
    return [asked_of(fields, pair)]


def _instances(instances: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(instances, list) or not instances or not all(isinstance(item, dict) for item in instances):
        raise Malformed("`instances` must be a list of objects")
    return instances


def _preference(messages: list[Message], chosen: Any, rejected: Any) -> tuple[list[Message], Message]:
    """The conversation that ends with the chosen reply, and the rejected last message.

    Where both sides are whole conversations, they must agree up to their last message.
    """
    better, worse = (
        transcript(side) or turns_of(side, "assistant", "chosen or rejected") for side in (chosen, rejected)
    )
    if not better or not worse or better[:-1] != worse[:-1]:
        raise Malformed("`chosen` and `rejected` must differ in their last message only")
    if len(better) > 1:
        messages = [m for m in messages if m["role"] == "system" != better[0]["role"]]  # the rest they bring themselves
    if messages and messages[-1]["role"] == "assistant":
        messages = messages[:-1]
    _check([*messages, *worse])
    return [*messages, *better], worse[-1]


def _worse_ending(messages: list[Message], rejected: Any) -> tuple[list[Message], Message]:
    """A conversation whose own last reply is the chosen one."""
    return _preference(messages[:-1], [messages[-1]], turns_of(rejected, "assistant", "rejected")[-1:])


def _check(messages: Sequence[Message]) -> None:
    """Raise Malformed where there is nothing to learn: no reply, a blank one, or none that answers anything."""
    replies = [message for message in messages if message["role"] == "assistant"]
    if not replies:
        raise Malformed("no assistant turn")
    if any(not reply["content"].strip() and not reply.get("tool_calls") for reply in replies):
        raise Malformed("a blank assistant turn")
    if not any(message["role"] in ("user", "tool") for message in messages):
        raise Malformed("no user turn, so it begins with an assistant turn")
    for turn in messages:
        check_marks(turn["content"])
