"""Reading a raw reply: thoughts split off, tool calls parsed. Pure, so a stored run can be read again.

Replies are kept raw, special tokens and all; what is read out of them here is computed again at every scoring.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ifeval.records import Response, Sample
from ifeval.tool_calls import Dialect
from ifeval.tool_calls.dialects import Parsed
from ifeval.tool_calls.dialects.base import Tools

OPEN, CLOSE = "<think>", "</think>"

ReasoningParser = Callable[[str], tuple[str | None, str | None]]
"""Text in; (reasoning, answer) out; the answer is None where the reasoning never ends."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the replies of a run are read. drop: tokens that are no part of an answer (the tokenizer's special ones)."""

    split: ReasoningParser
    dialect: Dialect
    drop: Sequence[str] = ()
    _dropped: "re.Pattern[str] | None" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        tokens = sorted(filter(None, self.drop), key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, tokens))) if tokens else None
        object.__setattr__(self, "_dropped", pattern)

    def clean(self, text: str) -> str:
        """The text without the tokens that are no part of an answer."""
        return self._dropped.sub("", text) if self._dropped else text

    def read(self, raw: str, tools: Tools | None, cut: bool = False) -> tuple[str | None, str | None, Parsed]:
        """(reasoning, answer, what the answer holds); the answer is None where a thought never ends.

        A call ends a thought that no mark closes, unless the reply was cut there. Without `tools` no call is read.
        """
        reasoning, answer = self.split(raw)
        if answer is None and tools and not cut:
            parsed = self.dialect.parse(raw, tools)
            if parsed.calls:
                thought = self.clean(parsed.text)
                return thought or None, raw, replace(parsed, text="")
        if answer is None:
            return reasoning, None, Parsed()
        parsed = self.dialect.parse(answer, tools) if tools or self.dialect.framed else Parsed(text=answer)
        if not tools:
            answer = self.clean(parsed.text)
            parsed = Parsed(text=answer)
        return reasoning, answer, parsed


def split_tags(raw: str) -> tuple[str | None, str | None]:
    """Split at `</think>`, whether the reply or the template wrote the opening tag.

    A reply that opens a `<think>` it never closes has no answer: it ran out of tokens while reasoning.
    """
    return split_marks(raw, OPEN, CLOSE)


def split_always_open(raw: str) -> tuple[str | None, str | None]:
    """For templates that end the prompt with `<think>`: without a closing tag all of the reply is reasoning."""
    return split_marks(raw, OPEN, CLOSE, opened=True)


def split_marks(raw: str, open_: str, close: str, opened: bool = False) -> tuple[str | None, str | None]:
    """The same for any pair of marks; opened: the prompt ends in the opening one.

    Only `</think>` ends a thought that neither reply nor prompt opened: other closing marks end turns as well.
    """
    head, end, tail = raw.partition(close)
    mark = open_.strip()
    if end and (opened or close == CLOSE or not mark or mark in head):
        return head.partition(mark)[2] if mark and mark in head else head, tail.lstrip("\n")
    if mark and raw.lstrip().startswith(mark):
        return raw.partition(mark)[2], None
    return (raw, None) if opened else (None, raw)


def keep_all(raw: str) -> tuple[str | None, str | None]:
    """No reasoning is split off."""
    return None, raw


def interpret(response: Response, sample: Sample, reading: Reading) -> Response:
    """Fill `answer`, `reasoning`, `tool_calls` and `tool_error` from `raw`.

    What a server read out itself (its reasoning field, its calls) stands.
    """
    if response.error is not None:
        return response
    tools = sample.tools
    if response.native and (response.tool_calls is not None or response.tool_error is not None):
        tools = None
    if response.native and response.reasoning is not None:
        reasoning, answer = _server_split(response)
        parsed = reading.dialect.parse(answer or "", tools) if tools else Parsed()
    else:
        reasoning, answer, parsed = reading.read(response.raw, tools, response.truncated)
    read = replace(response, answer=answer or "", reasoning=reasoning, unclosed_reasoning=answer is None)
    return replace(read, tool_calls=parsed.calls or None, tool_error=parsed.error) if tools else read


def _server_split(response: Response) -> tuple[str | None, str | None]:
    """A reply cut before anything followed its reasoning never ended its reasoning."""
    unclosed = response.truncated and not response.raw and not response.tool_calls
    return response.reasoning, None if unclosed else response.raw
