"""Replies that are a row of messages, each with a header that says for whom it is (gpt-oss's harmony, Muse).

A message for the model itself is a thought, one for a tool a call, one for the user the answer.
"""

import json
import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools, call_of, hide, read_values
from ifeval.tool_calls.dialects.xml import XmlParameters

Kind = Literal["thought", "call", "answer"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a reply: what it is, whom it calls, its text, whether an end token closes it, and all of it raw."""

    kind: Kind
    recipient: str
    body: str
    closed: bool
    raw: str


class Channels(Dialect):
    """What the two families share: a reply is split at its tokens, thoughts are left out of what is parsed."""

    framed = True

    headers: "re.Pattern[str]"
    """A header, up to where the message's text begins."""
    ends: "re.Pattern[str]"
    """What closes a message."""

    def messages(self, text: str) -> Iterator[Message]:
        """The messages of a reply in order; text under no header is an answer."""
        position = 0
        while position < len(text):
            header = self.headers.search(text, position)
            begin = header.start() if header else len(text)
            if begin > position:
                before = text[position:begin]
                yield Message("answer", "", self.ends.sub("", before), True, before)
            if header is None:
                return
            end = self.ends.search(text, header.end())
            stop = end.start() if end else len(text)
            kind, recipient = self.kind(header[0])
            position = end.end() if end else len(text)
            yield Message(kind, recipient, text[header.end() : stop], end is not None, text[begin:position])

    def split(self, raw: str) -> tuple[str | None, str | None]:
        """(thoughts, the other messages as they stand); None for these where the last thought never ends."""
        thoughts: list[str] = []
        rest: list[str] = []
        closed = True
        for message in self.messages(raw):
            (thoughts if message.kind == "thought" else rest).append(
                message.body if message.kind == "thought" else message.raw
            )
            closed = message.closed or message.kind != "thought"
        return "\n".join(thoughts) if thoughts else None, "".join(rest) if closed else None

    @abstractmethod
    def kind(self, header: str) -> tuple[Kind, str]:
        """What the message under a header is, and the tool it calls."""

    @abstractmethod
    def call(self, recipient: str, body: str, tools: Tools | None) -> Parsed:
        """The calls in the text of a message to a tool, and the prose behind them. Raises Malformed."""

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        calls: list[ToolCall] = []
        prose: list[str] = []
        error: str | None = None
        for message in self.messages(text):
            if message.kind == "answer":
                prose.append(message.body)
            elif message.kind == "call":
                try:
                    found = self.call(message.recipient, message.body, tools)
                    calls += found.calls
                    prose.append(found.text)
                except Malformed as problem:
                    error = error or str(problem)
        return Parsed(tuple(calls), error, "\n".join(filter(None, map(str.strip, prose))))


class Harmony(Channels):
    """gpt-oss: `<|channel|>commentary to=functions.name <|constrain|>json<|message|>{json}<|call|>`."""

    name = "openai"
    signs = ("<|channel|>",)
    instructions = (
        "To call functions, reply in this form for each call:\n"
        '<|channel|>commentary to=functions.function_name <|constrain|>json<|message|>{"argument_name": value}<|call|>'
    )
    headers = re.compile(
        r"(?:<\|start\|>\s*(?:assistant)?\s*)?(?:to=[^\s<>]{1,200}\s{0,5})?"
        r"(?:<\|(?:channel|constrain)\|>[^<>{}\n]{0,200}){0,4}<\|message\|>"
    )
    ends = re.compile(r"<\|(?:end|call|return)\|>|(?=<\|start\|>|<\|channel\|>)")
    _recipient = re.compile(r"to=([^\s<>]+)")

    def kind(self, header: str) -> tuple[Kind, str]:
        recipient = self._recipient.search(header)
        if recipient and recipient[1] != "user":
            return "call", recipient[1].removeprefix("functions.")
        return ("thought", "") if re.search(r"<\|channel\|>\s*analysis", header) else ("answer", "")

    def call(self, recipient: str, body: str, tools: Tools | None) -> Parsed:
        values, end = read_values(body, 0, most=1)
        if len(values) != 1:
            raise Malformed(f"the arguments of {recipient} are not one JSON object")
        return Parsed((call_of({"name": recipient, "arguments": values[0]}),), None, body[end:])

    def render(self, calls: Sequence[ToolCall]) -> str:
        bodies = [hide(json.dumps(dict(call.arguments), ensure_ascii=False), "<|") for call in calls]
        return "<|start|>assistant".join(
            f"<|channel|>commentary to=functions.{call.name} <|constrain|>json<|message|>{body}<|call|>"
            for call, body in zip(calls, bodies, strict=True)
        )


class Muse(Channels):
    """Muse: ` to=name<|message|><atem:function_calls>...</atem:function_calls><|eom|>`."""

    name = "muse_glimmer"
    signs = ("<atem:",)
    headers = re.compile(r"(?:<\|start\|>\s*assistant)?[^\S\n]{0,5}(?:to=[\w.\-]{1,200})?\s{0,5}<\|message\|>")
    ends = re.compile(r"<\|(?:eom|eot)\|>|(?=<\|start\|>)")
    _recipient = re.compile(r"to=([\w.\-]+)")

    def __init__(self) -> None:
        self._calls = XmlParameters(
            "muse_glimmer",
            '<atem:invoke name="{}">',
            "</atem:invoke>",
            '<atem:parameter name="{}">',
            "</atem:parameter>",
            frame=("<atem:function_calls>", "</atem:function_calls>"),
        )
        self.instructions = self._calls.instructions

    def kind(self, header: str) -> tuple[Kind, str]:
        recipient = self._recipient.search(header)
        name = recipient[1] if recipient else "user"
        return ("thought", "") if name == "self" else ("answer", "") if name == "user" else ("call", name)

    def call(self, recipient: str, body: str, tools: Tools | None) -> Parsed:
        found = self._calls.parse(body, tools)
        if found.error or not found.calls:
            raise Malformed(found.error or f"no call in the message to {recipient}")
        return found

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        if "<|message|>" not in text:  # a reply without headers, as templates for other engines have it
            return self._calls.parse(text, tools)
        return super().parse(text, tools)

    def render(self, calls: Sequence[ToolCall]) -> str:
        bodies = [self._calls.render([call]) for call in calls]
        return "<|eom|><|start|>assistant".join(
            f" to={call.name}<|message|>{body}" for call, body in zip(calls, bodies, strict=True)
        )


CHANNELS: Sequence[Callable[[], Dialect]] = (Harmony, Muse)
