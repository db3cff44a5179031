"""The back ends of one entry, and what a call string does to them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ifeval.tool_calls.bfcl.multi_turn.backend import Backend
from ifeval.tool_calls.bfcl.multi_turn.expressions import evaluate
from ifeval.tool_calls.bfcl.multi_turn.file_system import GorillaFileSystem
from ifeval.tool_calls.bfcl.multi_turn.maths import MathAPI
from ifeval.tool_calls.bfcl.multi_turn.messages import MessageAPI
from ifeval.tool_calls.bfcl.multi_turn.posting import TwitterAPI
from ifeval.tool_calls.bfcl.multi_turn.tickets import TicketAPI
from ifeval.tool_calls.bfcl.multi_turn.trading import TradingBot
from ifeval.tool_calls.bfcl.multi_turn.travel import TravelAPI
from ifeval.tool_calls.bfcl.multi_turn.vehicle import VehicleControlAPI

BACKENDS: Mapping[str, type[Backend]] = {
    made.__name__: made
    for made in (
        GorillaFileSystem, MathAPI, MessageAPI, TwitterAPI, TicketAPI, TradingBot, TravelAPI, VehicleControlAPI,
    )
}  # fmt: skip
MAX_CALLS = 2_000
MAX_RESULT = 200_000
MAX_OUTPUT = 5_000_000
"""Calls that one environment takes, and characters that one result and all together may have; the longest that an
undamaged back end gives has 84,446."""


class Environment:
    """Fresh back ends of `classes`, each with its scenario out of `config`; they live until the entry ends."""

    def __init__(self, classes: Iterable[str], config: Mapping[str, Any], long_context: bool = False) -> None:
        self.backends = {name: BACKENDS[name](config.get(name, {}), long_context) for name in classes}
        self._functions = {key: call for one in self.backends.values() for key, call in one._functions().items()}
        self._calls, self._output = MAX_CALLS, MAX_OUTPUT

    def execute(self, call: str) -> str:
        """The result of one call string as the official runner returns it; an exception is a result too."""
        if self._calls <= 0 or self._output <= 0:
            return "Error during execution: too many calls, or too long results, in one conversation"
        self._calls -= 1
        try:
            result = printed(evaluate(call, self._functions))
        except Exception as refused:
            result = f"Error during execution: {refused}"
        if len(result) > MAX_RESULT:
            result = "Error during execution: the result is too long"
        self._output -= len(result)
        return result

    def state(self) -> dict[str, dict[str, Any]]:
        """What the checker compares: public attributes by class. These are the live values, not copies."""
        return {name: backend._state() for name, backend in self.backends.items()}


def printed(value: Any) -> str:
    """A function's value as text: text as it is, a dict as JSON (or Python's form, where JSON refuses), all else Python's."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        try:
            return json.dumps(value)
        except (TypeError, ValueError):
            return str(value)
    return str(value)
