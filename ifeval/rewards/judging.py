"""The reward of one reply: the credit of the task's own scorer above what a decoy gets, times the guards' factor.

Pure and bounded in time: the scorers are (`ifeval.task.Task.score`), and a reply of more than `LONGEST` characters is
not read at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ifeval.models.replies import split_tags
from ifeval.records import Response, Sample, Score, ToolCall
from ifeval.rewards.guards import guarded
from ifeval.rewards.row import RewardRow
from ifeval.tool_calls import any_form, by_name
from ifeval.util.jsonio import loads

Shape = Literal["parts", "all"]
"""Whether a partly right reply earns its share above the decoys, or nothing."""

LONGEST = 20_000
"""Characters of a reply that are read."""

SPOKEN = "hermes"
"""The dialect in which prompts ask for calls and oracles write them."""


@dataclass(frozen=True, slots=True)
class Reward:
    """`value`: from 0 to 1. `credit`: the task's, before floor and guards. `reason`: why `value` is below 1."""

    value: float
    credit: float
    reason: str = ""


def judged(row: RewardRow, response: Response, shape: Shape = "parts") -> Reward:
    """The reward of a reply that has been read (`text_reply`, `message_reply`). Raises whatever the scorer raises."""
    if len(response.raw) > LONGEST:
        return Reward(0.0, 0.0, f"{len(response.raw):,} characters, more than {LONGEST:,} are not read")
    if response.truncated:
        return Reward(0.0, 0.0, "the reply was cut at the token limit")
    score = row.task.score(row.sample, response)
    credit = row.task.credit(row.sample, score)
    factor, caught = guarded(response.answer, row)
    earned = float(credit >= 1) if shape == "all" else max(0.0, (credit - row.floor) / (1 - row.floor))
    return Reward(earned * factor, credit, caught or _missing(score, credit))


def _missing(score: Score, credit: float) -> str:
    """What the scorer says is wrong, in short; nothing where all is right."""
    if credit >= 1:
        return ""
    return "; ".join(check.reason for check in score.checks if not check.ok)[:300] or "the reply is not right"


def text_reply(row: RewardRow, text: str, truncated: bool = False) -> Response:
    """A reply as text: thoughts split off, calls read in whatever known form they are written."""
    finish: Literal["length", "stop"] = "length" if truncated else "stop"
    raw = Response(row.sample.id, text, finish)
    if len(text) > LONGEST:
        return raw
    reasoning, answer = split_tags(text)
    read = replace(raw, answer=answer or "", reasoning=reasoning, unclosed_reasoning=answer is None)
    if not row.sample.tools:
        return read
    parsed = any_form(read.answer, row.sample.tools)
    return replace(read, tool_calls=parsed.calls or None, tool_error=parsed.error)


def message_reply(row: RewardRow, messages: Sequence[Mapping[str, Any]], truncated: bool = False) -> Response:
    """The last message of an assistant as trainers hand it over: text, parts of text, and calls read out already."""
    said: Mapping[str, Any] = next((one for one in reversed(messages) if one.get("role") == "assistant"), {})
    read = text_reply(row, _words(said.get("content")), truncated)
    calls = tuple(filter(None, map(_call, said.get("tool_calls") or ())))
    if not calls or not row.sample.tools:
        return read
    return replace(read, tool_calls=calls, tool_error=None, native=True)


def text_of(said: Any) -> str:
    """What is said in a text, or in the last of some messages; empty for anything else."""
    if isinstance(said, list) and said and isinstance(said[-1], Mapping) and "role" in said[-1]:
        return _words(said[-1].get("content"))
    return _words(said)


def _words(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def _call(call: Any) -> ToolCall | None:
    function = call.get("function", call) if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        return None
    name, arguments = function.get("name"), function.get("arguments")
    try:
        given = loads(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        given = None
    return ToolCall(name, given) if isinstance(name, str) and isinstance(given, Mapping) else None


def oracle_text(sample: Sample) -> str:
    """The oracle as a model would write it; empty where there is none."""
    if sample.oracle is None or isinstance(sample.oracle, str):
        return sample.oracle or ""
    return by_name(SPOKEN).render(tuple(sample.oracle))


def question(sample: Sample) -> str:
    """The text of the last user message."""
    asked = (one["content"] for one in reversed(sample.messages) if one["role"] == "user")
    return str(next(asked, ""))
