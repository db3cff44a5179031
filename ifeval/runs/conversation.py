"""From a reply to what is asked next, or to how the conversation ended. Pure: a killed run replays it from its replies.

A task that asks once is a conversation of one reply. A conversation ends when its task has nothing more to ask, with a
reply that is missing, cut or empty, or at one of its bounds; how it ended is counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ifeval.engines.base import is_too_long
from ifeval.records import Response, Sample
from ifeval.registry.contract import follow_fault
from ifeval.runs.plan import Item, Plan, Turn
from ifeval.runs.scoring import Scorer
from ifeval.task import Task

Ending = Literal["done", "cut", "empty", "turns", "steps", "tokens", "context", "error"]
"""`turns`, `steps`, `tokens`: a bound of the task was met; `context`: the next prompt did not fit the model."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A conversation at its end: its turns, and what went wrong with its last request, if something did."""

    turns: tuple[Turn, ...]
    ending: Ending
    fault: str | None = None

    @property
    def replies(self) -> tuple[Response, ...]:
        return tuple(turn.response for turn in self.turns)


def advance(plan: Plan, scorer: Scorer, item: Item, response: Response) -> Item | Ended:
    """What `response` leads to: the item that asks the next request, or the end. Never raises on account of a reply."""
    if item.turns and response.error is not None and is_too_long(response.error):
        return Ended(item.turns, "context")
    asked = item.asked
    read, fault = scorer.read(asked, response)
    turns = (*item.turns, Turn(len(item.request.sample.messages), read))
    if fault is not None:
        return Ended(turns, "error", fault)
    following = next_sample(item.task, item.sample, asked, [turn.response for turn in turns])
    if isinstance(following, Sample):
        return plan.further(item, following, turns)
    ending, fault = following
    return Ended(turns, ending, fault)


def next_sample(
    task: Task, first: Sample, asked: Sample, replies: Sequence[Response]
) -> Sample | tuple[Ending, str | None]:
    """The sample to ask after `replies`, the last of which answers `asked`; else how the conversation ended, and any fault."""
    if not task.converses:
        return "done", None
    if not task.carries_on and (bad := _no_answer(replies[-1])):
        return bad, None
    try:
        following = task.follow(first, replies)
    except Exception as error:
        return "error", f"the task failed to go on: {type(error).__name__}: {error}"
    if following is None:
        return "done", None
    if fault := follow_fault(asked, following):
        return "error", f"the task {fault}"
    if ended := _bound(task, first, following, replies):
        return ended
    constrain = first.constrain and following.schema is not None
    return replace(following, id=first.id, tags=first.tags, topic=first.topic, constrain=constrain)


def read_again(
    scorer: Scorer, task: Task, first: Sample, replies: Sequence[Response]
) -> tuple[list[Response], str | None]:
    """The stored replies of a conversation read again, and a sentence where the last of them is none."""
    asked, read, fault = first, list[Response](), None
    for reply in replies:
        response, fault = scorer.read(asked, reply)
        read.append(response)
        following = None if fault else next_sample(task, first, asked, read)
        asked = following if isinstance(following, Sample) else asked
    return read, fault


def play(
    scorer: Scorer, task: Task, first: Sample, reply: Callable[[Sample, int], Response]
) -> tuple[list[Response], str | None]:
    """A conversation with `reply`, which is given the sample asked and how many replies went before; as `read_again`."""
    asked, read = first, list[Response]()
    while True:
        response, fault = scorer.read(asked, reply(asked, len(read)))
        read.append(response)
        if fault is not None:
            return read, fault
        following = next_sample(task, first, asked, read)
        if not isinstance(following, Sample):
            return read, following[1]
        asked = following


def is_empty(response: Response) -> bool:
    """Whether a reply that came holds neither words nor a call."""
    return not response.answer.strip() and not response.tool_calls and response.tool_error is None


def _no_answer(reply: Response) -> Literal["cut", "empty"] | None:
    if reply.truncated:
        return "cut"
    return "empty" if is_empty(reply) else None


def _bound(
    task: Task, first: Sample, following: Sample, replies: Sequence[Response]
) -> tuple[Ending, str | None] | None:
    """The bound of the task that forbids to ask `following`, if one does."""
    if _users(following.messages) - _users(first.messages) >= task.max_turns:
        return "turns", None
    if _steps(following.messages) >= task.max_steps or len(replies) >= task.max_turns * task.max_steps:
        return "steps", None
    last = replies[-1]
    used = max(last.prompt_tokens + last.completion_tokens, sum(reply.completion_tokens for reply in replies))
    if task.max_conversation_tokens is not None and used >= task.max_conversation_tokens:
        return "tokens", None
    return None


def _users(messages: Sequence[Mapping[str, Any]]) -> int:
    return sum(message["role"] == "user" for message in messages)


def _steps(messages: Sequence[Mapping[str, Any]]) -> int:
    """Replies since the user last spoke."""
    steps = 0
    for message in reversed(messages):
        if message["role"] == "user":
            break
        steps += message["role"] == "assistant"
    return steps
