"""What the stateful back ends share: a state made of a scenario, functions by name, and the tables they answer from.

A back end is a class named as in BFCL's data. Its public attributes are the state that the checker compares, its
public methods the functions a model may call; a result is whatever JSON value (or Python value) upstream returns.
Arguments are not checked unless a rule says so: a wrong type raises what Python raises.
"""

import copy
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

_HERE = Path(__file__).parent


@cache
def _file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_HERE / name).read_text("utf-8"))
    return found


def tables(backend: str) -> Mapping[str, Any]:
    """The constants of one back end. Not to be changed; a scenario's defaults are copied out of it."""
    constants: Mapping[str, Any] = _file("tables.json")[backend]
    return constants


def pairs(table: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """A table whose keys are written `a|b`, by pair."""
    return {(first, second): value for key, value in table.items() for first, second in [key.split("|")]}


def long_text(name: str) -> Any:
    """A text, list or table of the category long_context. Not to be changed."""
    return _file("long_context.json")[name]


class Backend:
    """One instance of a service. `long_context` makes its answers as long as the category of that name requires."""

    def __init__(self, scenario: Mapping[str, Any], long_context: bool = False) -> None:
        self._long = long_context
        self._load(copy.deepcopy(dict(scenario)))

    def _load(self, scenario: dict[str, Any]) -> None:
        """Set the attributes; what the scenario leaves out takes its default."""
        for name, value in self._defaults().items():
            setattr(self, name, scenario.get(name, value))

    def _defaults(self) -> dict[str, Any]:
        """A copy of the default state, without the seed."""
        state: dict[str, Any] = copy.deepcopy(tables(type(self).__name__)["DEFAULT_STATE"])
        state.pop("random_seed", None)
        return state

    def _random(self, scenario: Mapping[str, Any], default: int) -> Random:
        return Random(scenario.get("random_seed", default))

    def _functions(self) -> dict[str, Callable[..., Any]]:
        return {name: getattr(self, name) for name in vars(type(self)) if not name.startswith("_")}

    def _state(self) -> dict[str, Any]:
        """The attributes that are compared, by name."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


Result = dict[str, Any]
"""What most functions return."""


def error(message: Any) -> Result:
    """A refusal that is an answer."""
    return {"error": message}
