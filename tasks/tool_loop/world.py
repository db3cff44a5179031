"""A world: records, the tools that find, show, list and change them, and what each call answers.

Deterministic and bounded: a call takes one record or one list, so that hostile replies cost nothing. Nothing is kept
between calls but the records, whom was told, and the log of what was changed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ifeval.records import ToolCall

from .domains import Domain

MOST_CALLS = 40
"""Calls of one conversation that are executed; the longest plan has 8."""

Record = dict[str, Any]


class Refused(Exception):
    """A call that cannot be done; the message tells the caller why."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing a call changed: the tool's role ("act", "put", ...), the record, and in which turn of the user (from 1)."""

    role: str
    record: str
    turn: int


@dataclass(slots=True)
class World:
    """`records` by id, in order. `errors`: calls that were refused. `turn` is the user's, from 1."""

    domain: Domain
    records: dict[str, Record]
    told: list[str] = field(default_factory=list)
    log: list[Change] = field(default_factory=list)
    errors: int = 0
    calls: int = 0
    turn: int = 1

    def call(self, made: ToolCall) -> str:
        """The result of a call as JSON text; a refused call is {"error": why}."""
        self.calls += 1
        try:
            if self.calls > MOST_CALLS:
                raise Refused("too many calls in one conversation")
            role, tool = self._tool(made.name)
            arguments = _checked(made, tool["function"]["parameters"])
            return json.dumps(_ROLES[role](self, arguments), ensure_ascii=False)
        except Refused as refused:
            self.errors += 1
            return json.dumps({"error": str(refused)}, ensure_ascii=False)

    def _tool(self, name: str) -> tuple[str, dict[str, Any]]:
        for role, tool in tools(self.domain).items():
            if tool["function"]["name"] == name:
                return role, tool
        raise Refused(f"there is no tool {name[:60]!r}")

    def record(self, key: str) -> Record:
        if key not in self.records:
            raise Refused(f"no {self.domain.noun} has the number {key[:60]!r}")
        if self.records[key]["ended"]:
            raise Refused(f"{key} is no longer there")
        return self.records[key]

    def changed(self, role: str, record: str) -> dict[str, Any]:
        self.log.append(Change(role, record, self.turn))
        return {"done": True}

    def state(self) -> dict[str, Any]:
        """What counts in the end."""
        return {"records": self.records, "told": sorted(set(self.told))}


def opened(domain: Domain, records: Sequence[Record]) -> World:
    """A world as it is before the first call."""
    return World(domain, {record["id"]: deepcopy(record) for record in records})


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def tools(domain: Domain) -> dict[str, dict[str, Any]]:
    """The domain's tools by role, in the shape of OpenAI's chat API."""
    key = {domain.noun: {"type": "string", "description": f"Number of the {domain.noun}, such as {domain.prefix}-123."}}
    parameters: dict[str, tuple[str, str, dict[str, Any]]] = {
        "find": (f"find_{domain.noun}", f"Find the number of {_a(domain.noun)} by name.", {"name": {"type": "string"}}),
        "show": (f"show_{domain.noun}", f"Show everything that is recorded about {_a(domain.noun)}.", key),
        "list": (
            f"list_{domain.plural}",
            f"List the numbers of all {domain.plural} of one {domain.group}.",
            {domain.group: {"type": "string", "enum": list(domain.groups)}},
        ),
        "act": (*domain.act, {**key, domain.state: {"type": "string", "enum": list(domain.states)}}),
        "put": (*domain.put, {**key, domain.amount: {"type": "integer", "minimum": 0}}),
        "clear": (*domain.clear, {**key, domain.obstacle: {"type": "integer"}}),
        "end": (*domain.end, key),
        "tell": (*domain.tell, key),
    }
    return {
        role: {
            "type": "function",
            "function": {
                "name": name,
                "description": about,
                "parameters": {"type": "object", "properties": properties, "required": list(properties)},
            },
        }
        for role, (name, about, properties) in parameters.items()
    }


def _checked(made: ToolCall, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments, if they fit the tool's schema; else Refused says which does not."""
    for name in made.arguments:
        if name not in schema["properties"]:
            raise Refused(f"{made.name} takes no {name[:60]!r}; it takes {', '.join(schema['properties'])}")
    for name, wanted in schema["properties"].items():
        if name not in made.arguments:
            raise Refused(f"{made.name} needs {name!r}")
        value = made.arguments[name]
        right = isinstance(value, str) if wanted["type"] == "string" else type(value) is int
        if not right:
            raise Refused(f"{name!r} must be {'text' if wanted['type'] == 'string' else 'a whole number'}")
        if value not in wanted.get("enum", (value,)):
            raise Refused(f"{name!r} must be one of {', '.join(wanted['enum'])}")
        if wanted["type"] == "integer" and not wanted.get("minimum", value) <= value < 10**9:
            raise Refused(f"{name!r} is out of range")
    return made.arguments


def _find(world: World, given: Mapping[str, Any]) -> Any:
    for record in world.records.values():
        if record["name"].casefold() == given["name"].strip().casefold():
            return {world.domain.noun: record["id"]}
    raise Refused(f"no {world.domain.noun} is called {given['name'][:60]!r}")


def _show(world: World, given: Mapping[str, Any]) -> Any:
    return {name: value for name, value in world.record(given[world.domain.noun]).items() if name != "ended"}


def _list(world: World, given: Mapping[str, Any]) -> Any:
    group = world.domain.group
    return [record["id"] for record in world.records.values() if record[group] == given[group]]


def _act(world: World, given: Mapping[str, Any]) -> Any:
    domain, record = world.domain, world.record(given[world.domain.noun])
    if record[domain.obstacle]:
        raise Refused(
            f"{domain.obstacle_said}: first call {domain.clear[0]} with the {domain.obstacle} of {record['id']}"
        )
    record[domain.state] = given[domain.state]
    return world.changed("act", record["id"])


def _put(world: World, given: Mapping[str, Any]) -> Any:
    record = world.record(given[world.domain.noun])
    record[world.domain.amount] = given[world.domain.amount]
    return world.changed("put", record["id"])


def _clear(world: World, given: Mapping[str, Any]) -> Any:
    domain, record = world.domain, world.record(given[world.domain.noun])
    if not record[domain.obstacle] or given[domain.obstacle] != record[domain.obstacle]:
        raise Refused(f"that is not the {domain.obstacle} of {record['id']}")
    record[domain.obstacle] = 0
    return world.changed("clear", record["id"])


def _end(world: World, given: Mapping[str, Any]) -> Any:
    record = world.record(given[world.domain.noun])
    record["ended"] = True
    return world.changed("end", record["id"])


def _tell(world: World, given: Mapping[str, Any]) -> Any:
    record = world.record(given[world.domain.noun])
    world.told.append(record["id"])
    return world.changed("tell", record["id"])


_ROLES: Mapping[str, Callable[[World, Mapping[str, Any]], Any]] = {
    "find": _find, "show": _show, "list": _list, "act": _act, "put": _put, "clear": _clear, "end": _end, "tell": _tell,
}  # fmt: skip
