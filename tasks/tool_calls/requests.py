"""The requests, written by hand, with the calls that are right: read from the TOML files here, drawn per sample."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from ifeval.records import ToolCall

from ..material import Drawn, draw_slots, fill

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Request:
    """One request with its slots filled in. `calls` are right in any order; where there is none, `answer` is.

    `asks`: what an answer must ask for, by one of `words`. `needs`: tools that must be offered though no call of them
    is wanted. `before`: messages between the request and the reply wanted, a look-up made and its result.
    """

    kind: str
    text: str
    calls: tuple[ToolCall, ...] = ()
    answer: str = ""
    asks: str = ""
    words: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    before: tuple[dict[str, Any], ...] = ()


@cache
def entries(name: str) -> tuple[dict[str, Any], ...]:
    """The entries under `name` of the file that holds them: request, missing, irrelevant, followup, errands."""
    files = {"request": "requests", "missing": "refraining", "irrelevant": "refraining", "followup": "followups"}
    path = HERE / f"{files.get(name, name)}.toml"
    return tuple(tomllib.loads(path.read_text("utf-8"))[name])


def single(rng: Random, entry: Mapping[str, Any]) -> Request:
    """A request that wants what its entry says, mostly one call."""
    drawn = draw_slots(rng, entry["slots"])
    return Request(entry["kind"], fill(entry["text"], drawn), tuple(_call(call, drawn) for call in entry["calls"]))


def missing(rng: Random, entry: Mapping[str, Any]) -> Request:
    """A request that lacks what the tool needs."""
    text = fill(entry["text"], draw_slots(rng, entry["slots"]))
    ask = f"I can do that. Please tell me first: what is the {entry['asks']}?"
    return Request("missing_information", text, (), ask, entry["asks"], tuple(entry["words"]), (entry["tool"],))


def irrelevant(rng: Random, entry: Mapping[str, Any]) -> Request:
    """A request that no tool can meet."""
    return Request("irrelevance", fill(entry["text"], draw_slots(rng, entry["slots"])), answer=entry["answer"])


def errands(rng: Random, entry: Mapping[str, Any], count: int) -> Request:
    """`count` things wanted at once, one call each, in the order of the entry."""
    chosen = [entry["do"][place] for place in sorted(rng.sample(range(len(entry["do"])), count))]
    said: list[str] = []
    calls = []
    drawn: dict[str, Drawn] = {}
    for errand in chosen:
        # what was drawn before must not come again: two errands of one request never share a name
        drawn = draw_slots(rng, errand["slots"], {f"before {len(said)} {slot}": value for slot, value in drawn.items()})
        said.append(fill(errand["text"], drawn))
        calls.append(_call(errand["call"], drawn))
    first = said[0].removeprefix("And ").removeprefix("and ")
    lines = [first[0].upper() + first[1:], *said[1:]]
    return Request("errands", " ".join([entry["opening"], *lines, entry["closing"]]), tuple(calls))


def followup(rng: Random, entry: Mapping[str, Any]) -> Request:
    """A request whose look-up has been made; the next call needs what it found."""
    drawn = draw_slots(rng, entry["slots"])
    lookup = _call(entry["lookup"], drawn)
    before = exchange(lookup, _filled(entry["result"], drawn), "lookup001")
    calls = tuple(_call(call, drawn) for call in entry["calls"])
    return Request("followup", fill(entry["text"], drawn), calls, needs=(lookup.name,), before=before)


def exchange(call: ToolCall, result: Any, identity: str) -> tuple[dict[str, Any], ...]:
    """A call made earlier, and what it gave, as messages."""
    made = {"id": identity, "type": "function", "function": {"name": call.name, "arguments": dict(call.arguments)}}
    return (
        {"role": "assistant", "content": "", "tool_calls": [made]},
        {"role": "tool", "name": call.name, "tool_call_id": identity, "content": json.dumps(result)},
    )


def _call(said: Mapping[str, Any], drawn: Mapping[str, Drawn]) -> ToolCall:
    return ToolCall(said["tool"], {name: _filled(value, drawn) for name, value in said.items() if name != "tool"})


def _filled(value: Any, drawn: Mapping[str, Drawn]) -> Any:
    """The value with every "$slot" in it replaced by the slot's value."""
    if isinstance(value, dict):
        return {name: _filled(item, drawn) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, drawn) for item in value]
    return drawn[value[1:]].value if isinstance(value, str) and value.startswith("$") else value
