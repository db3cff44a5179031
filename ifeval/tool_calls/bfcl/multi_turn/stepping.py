"""How the official runner goes from reply to next request: pure, and determined by the replies alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ifeval.tool_calls.bfcl.multi_turn.checker import environment
from ifeval.tool_calls.bfcl.multi_turn.entries import MultiTurnEntry
from ifeval.tool_calls.bfcl.multi_turn.environment import Environment

MAX_STEPS = 20
"""A turn may have one executed step more than this; after that one the conversation stops for good."""


@dataclass(slots=True)
class Progress:
    """Where a conversation stands after some replies.

    `turns`: the executed steps by turn, the present one last, as the checker takes them. `results`: what the last
    reply's calls returned, in order, to be sent back; None where the last reply made no call (or there was none), so
    that the user speaks next. `forced`: too many steps. `finished`: nothing is asked any more.
    """

    turns: list[list[list[str]]] = field(default_factory=lambda: [[]])
    results: list[str] | None = None
    forced: bool = False
    finished: bool = False


def progress(entry: MultiTurnEntry, replies: Sequence[Sequence[str]]) -> Progress:
    """Where `entry` stands after `replies`, each the call strings of one reply (none: words, which end a turn).

    The back ends are rebuilt from the calls, so nothing but replies needs to be kept. Replies after the end are ignored.
    """
    backends, reached = environment(entry), Progress()
    for calls in replies:
        if reached.finished:
            break
        step(entry, reached, calls, backends)
    return reached


def step(entry: MultiTurnEntry, reached: Progress, calls: Sequence[str], backends: Environment) -> None:
    """Carry `reached` one reply further, executing its calls on `backends`."""
    if not calls:
        reached.results = None
        reached.finished = len(reached.turns) == len(entry.turns)
        if not reached.finished:
            reached.turns.append([])
        return
    reached.results = [backends.execute(call) for call in calls]
    reached.turns[-1].append(list(calls))
    reached.forced = len(reached.turns[-1]) > MAX_STEPS
    reached.finished = reached.forced
