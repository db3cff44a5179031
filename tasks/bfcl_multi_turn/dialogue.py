"""One entry as a conversation: how it opens, what follows a reply, and the replies that gold would give.

The order of things is the official runner's; the wording of the system message is ours.
"""

import ast
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ifeval.records import Response, Sample, ToolCall
from ifeval.tasks.bfcl import prompts
from ifeval.tool_calls import reply_message, result_messages
from ifeval.tool_calls.bfcl import Entry
from ifeval.tool_calls.bfcl.decode import decode
from ifeval.tool_calls.bfcl.multi_turn import MultiTurnEntry, Progress, environment
from ifeval.tool_calls.bfcl.multi_turn.stepping import step

Message = dict[str, Any]

SYSTEM = """You help a user by calling functions. The user speaks several times, and each request may take several \
steps: call the functions that are needed, look at their results, and go on calling until the request is done. Then \
answer in words without any call, and the user goes on. If no function fits, or the request leaves out something that a \
function requires, say so in words.

Write calls and nothing else, in exactly this form:
[function_name(argument_name=value, other_argument=value), other_function(argument_name=value)]

These are the functions, as JSON:
{functions}"""

UPDATED = "I have updated some more functions you can choose from. What about now?"
"""What the official runner says for the user in a turn that brings functions back (miss_func)."""

DONE = "That is done."


def opening(entry: MultiTurnEntry, native: bool) -> Sample:
    """The sample of the first request."""
    tags = {"category": entry.category, "group": "multi_turn"}
    system = SYSTEM.format(functions=json.dumps(_documents(entry, entry.offered(0)), indent=4))
    head = [] if native else [{"role": "system", "content": system}]
    return Sample(
        entry.id,
        [*head, *_user(entry, 0, native)],
        _tools(entry, 0) if native else None,
        oracle=_oracle(entry, 0, native),
        tags=tags,
    )


def following(
    entry: MultiTurnEntry,
    first: Sample,
    replies: Sequence[Response],
    calls: Callable[[Response], list[str]],
    native: bool,
) -> Sample | None:
    """The sample after `replies`: the results of their calls, or the user's next turn; None at the end."""
    backends, reached, messages = environment(entry), Progress(), list(first.messages)
    for number, reply in enumerate(replies):
        made = calls(reply)
        step(entry, reached, made, backends)
        if reached.finished:
            return None
        messages.append(reply_message(reply, number))
        if reached.results is None:
            messages += _user(entry, len(reached.turns) - 1, native)
        elif native:
            messages += result_messages(reply, number, reached.results)
        else:
            messages += [
                {"role": "tool", "name": call, "content": result}
                for call, result in zip(made, reached.results, strict=True)
            ]
    turn = len(reached.turns) - 1
    oracle = DONE if reached.turns[turn] else _oracle(entry, turn, native)
    return Sample(first.id, messages, _tools(entry, turn) if native else None, oracle=oracle)


def _user(entry: MultiTurnEntry, turn: int, native: bool) -> list[Message]:
    """What the user says in a turn; where functions come back, that they do, and in prompt mode which."""
    if entry.turns[turn] or turn not in entry.held_back:
        return [dict(message) for message in entry.turns[turn]]
    known = {function["name"]: function for function in entry.functions}
    returned = _documents(entry, [known[name] for name in entry.held_back[turn]])
    return [{"role": "user", "content": UPDATED if native else f"{json.dumps(returned)}\n{UPDATED}"}]


def _documents(entry: MultiTurnEntry, functions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return prompts.documents(_single(entry, functions))


def _tools(entry: MultiTurnEntry, turn: int) -> list[dict[str, Any]]:
    return prompts.as_tools(_single(entry, entry.offered(turn)))


def _single(entry: MultiTurnEntry, functions: list[dict[str, Any]]) -> Entry:
    return Entry(entry.id, entry.category, [], functions, None)


def _oracle(entry: MultiTurnEntry, turn: int, native: bool) -> str | tuple[ToolCall, ...]:
    """Gold's calls of a turn as one reply; words where gold calls nothing."""
    gold = entry.gold[turn]
    if not gold:
        return DONE
    order = {function["name"]: tuple(function["parameters"]["properties"]) for function in entry.functions}
    text = f"[{', '.join(_named(call, order) for call in gold)}]"
    if not native:
        return text
    return tuple(ToolCall(name, given) for call in decode(text, "python") for name, given in call.items())


def _named(call: str, order: Mapping[str, Sequence[str]]) -> str:
    """A call of gold with its positional arguments named: the official decoder drops those of a reply."""
    made = ast.parse(call, mode="eval").body
    if not isinstance(made, ast.Call) or not made.args:
        return call
    names = order[ast.unparse(made.func)]
    named = [ast.keyword(name, value) for name, value in zip(names, made.args, strict=False)]
    return ast.unparse(ast.Call(made.func, [], [*named, *made.keywords]))
