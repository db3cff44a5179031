"""A conversation's row as it is read: who said what, turn by turn, and which checks failed where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ifeval.util.jsonio import dumps

Check = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `turn` is the user's, from 1 (0: before the user speaks); `response` is set where it is a reply.

    `checks` are those of the turn, under its last reply: their names begin with "turn N: ".
    """

    role: str
    text: str
    turn: int
    response: Mapping[str, Any] | None = None
    checks: Sequence[Check] = ()


def transcript(row: Mapping[str, Any]) -> list[Said]:
    """All that was said in a conversation, in order. What precedes the first reply is what was asked in every run."""
    messages, turns = row["messages"], row["turns"]
    said: list[Said] = []
    number = start = 0
    for turn, following in zip(turns, [*turns[1:], None], strict=True):
        for message in messages[start : turn["at"]]:
            number += message["role"] == "user" and (bool(said and said[-1].response) or start == 0)
            said.append(Said(message["role"], words(message), number))
        start = turn["at"] + 1  # past the reply, as the next request has it
        last = following is None or any(one["role"] == "user" for one in messages[start : following["at"]])
        checks = tuple(of_turn(row, number)) if last else ()
        said.append(Said("assistant", reply_text(turn["response"]), number, turn["response"], checks))
    return said


def of_turn(row: Mapping[str, Any], number: int) -> Iterator[Check]:
    """The checks of one turn."""
    return (check for check in row["score"]["verdicts"] if check["name"].startswith(f"turn {number}: "))


def of_the_whole(row: Mapping[str, Any]) -> list[Check]:
    """The checks that belong to no reply of the transcript: of the whole conversation, or of turns never reached."""
    shown = {check["name"] for said in transcript(row) for check in said.checks}
    return [check for check in row["score"]["verdicts"] if check["name"] not in shown]


def words(message: Mapping[str, Any]) -> str:
    """The text of a message; calls and parts that are not text as JSON."""
    content = message.get("content")
    text = content if isinstance(content, str) else "" if content is None else dumps(content).decode()
    calls = message.get("tool_calls")
    return f"{text}\n{dumps(calls).decode()}".strip() if calls else text


def reply_text(response: Mapping[str, Any]) -> str:
    """What the model wrote; of a server also what it read out itself (reasoning, calls)."""
    if response["error"] is not None:
        return f"[{response['error']}]"
    if not response.get("native"):
        return response["raw"]
    parts = [response["reasoning"], response["raw"], response["tool_calls"]]
    return "\n\n".join(part if isinstance(part, str) else dumps(part).decode() for part in parts if part)
