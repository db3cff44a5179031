"""The items: thirteen kinds of requests, each with the calls that are right."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ifeval.records import ToolCall

from .catalog import LOOKUPS, TOOLS, Lookup, Tool
from .draw import depth, invented
from .schema import lookup_schema, near_miss, schema

BY_NAME = {tool.name: tool for tool in TOOLS}
NESTED = frozenset(
    tool.name for tool in TOOLS if any(part.schema["type"] in ("object", "array") for part in tool.parameters)
)
ENUMS = frozenset(tool.name for tool in TOOLS if any("enum" in part.schema for part in tool.required))
NO_TOOL = "I have no function that could do this, so I cannot help you with it, {}."
ASK = "Before I can do this, {}, please tell me: what is the {}?"
GREETINGS = ("{} here. ", "My name is {}. ", "This is {}. ", "Hello, {} speaking. ")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that is right, and the arguments it may also give: documented defaults."""

    name: str
    arguments: Mapping[str, Any]
    defaults: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One item before it becomes a sample. `answer` is the oracle where words are right, `asks` what it must ask for."""

    kind: str
    domain: str
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    wanted: tuple[Wanted, ...] = ()
    answer: str = ""
    asks: str = ""

    @property
    def oracle(self) -> str | list[ToolCall]:
        return self.answer or [ToolCall(call.name, dict(call.arguments)) for call in self.wanted]

    @property
    def depth(self) -> int:
        return max((depth(value) for call in self.wanted for value in call.arguments.values()), default=0)


def request(tool: Tool, rng: random.Random, say: int = 0) -> tuple[str, Wanted]:
    """A sentence that asks for one call of `tool`, with `say` of its optional arguments, and that call."""
    arguments, words = _draw(tool, rng)
    text = tool.request.format(**words)
    for parameter in rng.sample(tool.optionals, min(say, len(tool.optionals))):
        value, said = parameter.draw(rng)
        while value == parameter.default:
            value, said = parameter.draw(rng)
        arguments[parameter.name] = value
        text += f", {(parameter.clause or '').format(said)}"
    return text, _wanted(tool, arguments)


def _draw(tool: Tool, rng: random.Random) -> tuple[dict[str, Any], dict[str, str]]:
    """The required arguments of a call, and how each is said."""
    drawn = {parameter.name: parameter.draw(rng) for parameter in tool.required}
    return {key: value for key, (value, _) in drawn.items()}, {key: words for key, (_, words) in drawn.items()}


def _wanted(tool: Tool, arguments: Mapping[str, Any]) -> Wanted:
    defaults = {parameter.name: parameter.default for parameter in tool.optionals if parameter.name not in arguments}
    return Wanted(tool.name, arguments, defaults)


def _user(rng: random.Random, *sentences: str) -> tuple[str, list[dict[str, Any]]]:
    """A name nobody has had, which makes every prompt of every seed its own, and the message it signs."""
    person = f"{invented(rng)} {invented(rng)}"
    text = " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)
    return person, [{"role": "user", "content": rng.choice(GREETINGS).format(person) + text}]


def _offer(rng: random.Random, count: int, *wanted: Tool) -> list[Tool]:
    """`count` tools in random order, the wanted among them."""
    others = [tool for tool in TOOLS if tool not in wanted]
    return rng.sample([*wanted, *rng.sample(others, count - len(wanted))], count)


def _one(rng: random.Random, kind: str, tool: Tool, tools: list[dict[str, Any]], say: int = 0) -> Item:
    text, wanted = request(tool, rng, say)
    return Item(kind, tool.domain, _user(rng, text)[1], tools, (wanted,))


def single(rng: random.Random) -> Item:
    tool = rng.choice(TOOLS)
    return _one(rng, "single", tool, [schema(tool)], rng.randrange(3))


def choice(rng: random.Random) -> Item:
    tool = rng.choice(TOOLS)
    offered = _offer(rng, rng.choice((2, 4, 8, 16)), tool)
    return _one(rng, "choice", tool, [schema(other) for other in offered], rng.randrange(2))


def long_list(rng: random.Random) -> Item:
    tool = rng.choice(TOOLS)
    return _one(rng, "long_list", tool, [schema(other) for other in _offer(rng, rng.choice((24, 32, 40)), tool)])


def parallel(rng: random.Random) -> Item:
    tool = rng.choice([tool for tool in TOOLS if len(tool.required) > 1 and tool.name not in NESTED])
    made = [request(tool, rng) for _ in range(rng.choice((2, 3, 4)))]
    offered = _offer(rng, 3, tool)
    _, messages = _user(rng, *(text for text, _ in made))
    return Item(
        "parallel", tool.domain, messages, [schema(other) for other in offered], tuple(wanted for _, wanted in made)
    )


def several(rng: random.Random) -> Item:
    chosen = rng.sample(TOOLS, rng.choice((2, 3)))
    made = [request(tool, rng) for tool in chosen]
    offered = _offer(rng, 6, *chosen)
    _, messages = _user(rng, *(text for text, _ in made))
    return Item(
        "several", chosen[0].domain, messages, [schema(tool) for tool in offered], tuple(wanted for _, wanted in made)
    )


def nested(rng: random.Random) -> Item:
    tool = BY_NAME[rng.choice(sorted(NESTED))]
    return _one(rng, "nested", tool, [schema(other) for other in _offer(rng, 3, tool)])


def enums(rng: random.Random) -> Item:
    tool = BY_NAME[rng.choice(sorted(ENUMS))]
    return _one(rng, "enums", tool, [schema(other) for other in _offer(rng, 3, tool)])


def defaults(rng: random.Random) -> Item:
    """Two optional arguments at least; the user mentions one of them or none."""
    tool = rng.choice([tool for tool in TOOLS if len(tool.optionals) > 1])
    return _one(rng, "defaults", tool, [schema(tool)], rng.randrange(2))


def distractor(rng: random.Random) -> Item:
    """Beside the tool another with the same arguments that does something else, and the rest of its domain."""
    tool = rng.choice(TOOLS)
    offered = [schema(other) for other in TOOLS if other.domain == tool.domain] + [near_miss(tool)]
    rng.shuffle(offered)
    return _one(rng, "distractor", tool, offered)


def irrelevance(rng: random.Random) -> Item:
    tool = rng.choice(TOOLS)
    offered = rng.sample([other for other in TOOLS if other.domain != tool.domain], rng.choice((1, 3, 8)))
    person, messages = _user(rng, request(tool, rng)[0])
    return Item(
        "irrelevance", tool.domain, messages, [schema(other) for other in offered], answer=NO_TOOL.format(person)
    )


def missing_information(rng: random.Random) -> Item:
    """All required arguments but one are said; the right reply asks for it and invents nothing."""
    tool = rng.choice([tool for tool in TOOLS if len(tool.required) > 1])
    missing = rng.choice(tool.required)
    said = [f"{part.label}: {part.draw(rng)[1]}" for part in tool.required if part is not missing]
    person, messages = _user(rng, tool.short, "; ".join(said))
    offered = _offer(rng, 3, tool)
    return Item(
        "missing_information", tool.domain, messages, [schema(other) for other in offered],
        answer=ASK.format(person, missing.label), asks=missing.label,
    )  # fmt: skip


def again(rng: random.Random) -> Item:
    """The same request came before, was called and answered; the next call needs only other values."""
    tool = rng.choice([tool for tool in TOOLS if tool.name not in NESTED | ENUMS])
    (before, made), (text, wanted) = request(tool, rng), request(tool, rng)
    call = {"id": "call00001", "type": "function", "function": {"name": tool.name, "arguments": dict(made.arguments)}}
    messages = [
        *_user(rng, before)[1],
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "name": tool.name, "tool_call_id": "call00001", "content": json.dumps({"done": True})},
        {"role": "assistant", "content": "Done."},
        *_user(rng, text)[1],
    ]
    return Item("again", tool.domain, messages, [schema(tool)], (wanted,))


def second_turn(rng: random.Random) -> Item:
    """The first call is made and its result is there; the second needs what it says."""
    lookup = rng.choice(LOOKUPS)
    tool = BY_NAME[lookup.action]
    arguments, words = _draw(tool, rng)
    key = invented(rng)
    _, messages = _user(rng, lookup.request.format(**{**words, "key": key}))
    messages += _first_turn(lookup, key, arguments[lookup.parameter])
    offered = [lookup_schema(lookup), *(schema(other) for other in _offer(rng, 3, tool))]
    return Item("second_turn", tool.domain, messages, offered, (_wanted(tool, arguments),))


def _first_turn(lookup: Lookup, key: str, found: str) -> list[dict[str, Any]]:
    call = {"id": "lookup001", "type": "function", "function": {"name": lookup.name, "arguments": {lookup.key: key}}}
    result = json.dumps({lookup.key: key, lookup.parameter: found})
    return [
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "name": lookup.name, "tool_call_id": "lookup001", "content": result},
    ]


KINDS: Sequence[Callable[[random.Random], Item]] = (
    again, single, choice, irrelevance, parallel, several, nested, missing_information, enums, defaults, distractor, long_list, second_turn,
)  # fmt: skip


def base_items(seed: int) -> Iterator[Item]:
    """Items of all kinds in turn, without end, the same on every machine."""
    number = 0
    while True:
        for kind in KINDS:
            yield kind(random.Random(f"tool_calls/{seed}/{kind.__name__}/{number}"))
        number += 1


def sensitivity_item(seed: int, number: int) -> tuple[list[Tool], Item]:
    """An item to be asked under several phrasings and dialects, and the tools it offers."""
    rng = random.Random(f"tool_calls/{seed}/sensitivity/{number}")
    tool = rng.choice([tool for tool in TOOLS if tool.name not in NESTED and len(tool.required) > 1])
    offered = _offer(rng, 3, tool)
    return offered, _one(rng, "choice", tool, [])
