"""Reading a raw reply: reasoning split off, tool calls parsed. Pure, so a stored run can be read again.

Replies are kept raw; what is read out of them here is computed anew at every scoring.
"""

from collections.abc import Callable
from dataclasses import replace

from ifeval.records import Response, Sample
from ifeval.tool_calls import Dialect

OPEN, CLOSE = "<think>", "</think>"

ReasoningParser = Callable[[str], tuple[str | None, str | None]]
"""Text in; (reasoning, answer) out; the answer is None where the reasoning never ends."""


def split_tags(raw: str) -> tuple[str | None, str | None]:
    """Split at `</think>`, whether the reply or the template wrote the opening tag.

    A reply that opens a `<think>` it never closes has no answer: it ran out of tokens while reasoning.
    """
    head, close, tail = raw.partition(CLOSE)
    if close:
        return head.partition(OPEN)[2] if OPEN in head else head, tail.lstrip("\n")
    if raw.lstrip().startswith(OPEN):
        return raw.partition(OPEN)[2], None
    return None, raw


def split_always_open(raw: str) -> tuple[str | None, str | None]:
    """For templates that end the prompt with `<think>`: without a closing tag all of the reply is reasoning."""
    return split_tags(raw if CLOSE in raw or raw.lstrip().startswith(OPEN) else OPEN + raw)


def keep_all(raw: str) -> tuple[str | None, str | None]:
    """No reasoning is split off."""
    return None, raw


def interpret(response: Response, sample: Sample, split: ReasoningParser, dialect: Dialect) -> Response:
    """Fill `answer`, `reasoning`, `tool_calls` and `tool_error` from `raw`.

    What a server read out itself (its reasoning field, its calls) stands.
    """
    if response.error is not None:
        return response
    split_already = response.native and response.reasoning is not None
    reasoning, answer = _server_split(response) if split_already else split(response.raw)
    read = replace(response, answer=answer or "", reasoning=reasoning, unclosed_reasoning=answer is None)
    if not sample.tools or (response.native and (response.tool_calls is not None or response.tool_error is not None)):
        return read
    parsed = dialect.parse(read.answer, sample.tools)
    return replace(read, tool_calls=parsed.calls or None, tool_error=parsed.error)


def _server_split(response: Response) -> tuple[str | None, str | None]:
    """A reply cut before anything followed its reasoning never ended its reasoning."""
    unclosed = response.truncated and not response.raw and not response.tool_calls
    return response.reasoning, None if unclosed else response.raw
