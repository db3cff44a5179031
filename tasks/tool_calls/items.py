"""The design: which rungs a cycle holds, which tools are offered, and what came before in the conversation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from ifeval.records import Tag, ToolCall

from .catalogue import Tool, tools
from .requests import Request, entries, errands, exchange, followup, irrelevant, missing, single
from .schema import schema

LIGHT = {"tools": {1: 7, 2: 6, 4: 4}, "calls": {1: 1, 2: 2, 4: 1}}
"""Rung to samples, by ladder, in one of the first cycles; beside these a pair of `UPPERMOST`."""

UPPERMOST = (
    (("tools", 8), ("tools", 16)),
    (("tools", 8), ("calls", 8)),
    (("tools", 8), ("tools", 16)),
    (("calls", 8), ("tools", 32)),
)
"""What each of the first cycles has besides: the descriptions of many tools are long to read."""

HEAVY = {"tools": {1: 1, 2: 1, 4: 1, 8: 2, 16: 3, 32: 3, 64: 3}, "calls": {1: 1, 2: 2, 4: 2, 8: 4}}
"""The same for later cycles, where the upper rungs have the weight."""

KINDS = ("plain", "computed", "enum", "defaults", "nested", "corrected", "distractor")
"""The kinds of requests for one call, each as frequent as the others."""

PLAIN_UP_TO = 2
"""With so few tools offered every value stands in the request: the lowest rungs ask for a call and nothing besides."""

SHORT_UP_TO = 4
"""With so few tools offered, those that only stand beside the right one are short: few parameters, no objects."""

REFRAINING = {"missing": 3, "irrelevant": 2}
FOLLOWUPS = 2
FEW = 2
"""Tools offered where their number is not what is measured."""

OFFERED_WITH_ERRANDS = 3


CLOSINGS = ("That's done.", "All set.", "Your request has gone through.", "That worked. What else?", "Taken care of.")
"""How an earlier request of the conversation ended."""

SHOWN = (
    "You can see it on your screen now.",
    "There it is, on your screen.",
    "The answer is on your screen.",
    "I've put it on your screen. What else?",
    "It's on your screen.",
)
"""The same where something was asked, whose answer the tool shows to the user itself."""

LOOKUPS = frozenset(
    {
        *("tide_table", "current_weather", "forecast", "compare_climate", "wind_profile", "exhibit_history"),
        *("preview_transfer", "train_times", "convert_currency", "substitute"),
        *("find_reservation", "find_loan", "find_exhibit", "find_prescription", "find_card"),
    }
)
"""Tools that answer a question and change nothing."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item before it becomes a sample."""

    request: Request
    messages: list[dict[str, Any]]
    offered: list[Tool]
    tags: Mapping[str, Tag]

    @property
    def tools(self) -> list[dict[str, Any]]:
        return [schema(tool) for tool in self.offered]

    @property
    def oracle(self) -> str | list[ToolCall]:
        return self.request.answer or list(self.request.calls)


def items(seed: int, number: int) -> Iterator[tuple[str, Item]]:
    """The items of cycle `number` with an id each, all but the group that measures formats, in an order of its own."""
    design = LIGHT if number < len(UPPERMOST) else HEAVY
    cells: list[tuple[str, int]] = []
    for ladder, rungs in design.items():
        cells += [(ladder, rung) for rung, count in rungs.items() for _ in range(count)]
    cells += UPPERMOST[number] if number < len(UPPERMOST) else []
    cells += [(kind, 0) for kind, count in REFRAINING.items() for _ in range(count)]
    cells += [("followup", 0)] * FOLLOWUPS
    numbered = list(enumerate(cells))
    Random(f"tool_calls/order/{number}").shuffle(numbered)
    for place, (kind, rung) in numbered:
        identity = f"{kind}-{rung}-{number}-{place}" if rung else f"{kind}-{number}-{place}"
        yield identity, _item(Random(f"tool_calls/{seed}/{identity}"), kind, rung, later=(place + number) % 3 == 1)


def _item(rng: Random, kind: str, rung: int, later: bool) -> Item:
    if kind == "tools":
        return _one_call(rng, rung, later)
    if kind == "calls":
        return _errands(rng, rung, later)
    if kind == "followup":
        request = followup(rng, rng.choice(entries("followup")))
        return Item(request, _messages(request), _offer(rng, _named(request), FEW), _tags(request, "later"))
    draw = {"missing": missing, "irrelevant": irrelevant}[kind]
    request = draw(rng, rng.choice(entries(kind)))
    return Item(request, _messages(request), _offer(rng, _named(request), FEW), _tags(request, "first"))


def _one_call(rng: Random, rung: int, later: bool) -> Item:
    """One call wanted of `rung` tools; later in a conversation another request was met before.

    Of one tool the earlier request is the same with other values: the least that can be asked of a model.
    """
    kind = "plain" if rung <= PLAIN_UP_TO else rng.choice(KINDS)
    chosen = rng.choice([entry for entry in entries("request") if entry["kind"] == kind])
    request = single(rng, chosen)
    named, messages = _named(request), _messages(request)
    if later:
        kinds = ("plain",) if rung <= SHORT_UP_TO else KINDS
        others = [entry for entry in entries("request") if entry is not chosen and entry["kind"] in kinds]
        earlier = single(rng, chosen if rung == 1 else rng.choice(others))
        named += [name for name in _named(earlier) if name not in named]
        messages = [*_done(rng, earlier), *messages]
    return Item(request, messages, _offer(rng, named, rung), {"tools": rung, **_tags(request, _turn(later))})


def _errands(rng: Random, rung: int, later: bool) -> Item:
    chosen = rng.choice(entries("errands"))
    request = errands(rng, chosen, rung)
    messages, named = _messages(request), _named(request)
    if later:
        # of a tool that is offered in any case, so that the number offered stays
        offered = _offer(rng, named, OFFERED_WITH_ERRANDS)
        known = {tool.name for tool in offered}
        fitting = [entry for entry in entries("request") if entry["calls"][0]["tool"] in known]
        earlier = single(rng, rng.choice(fitting or entries("request")))
        named += [name for name in _named(earlier) if name not in named]
        messages = [*_done(rng, earlier), *messages]
    offered = _offer(rng, named, max(OFFERED_WITH_ERRANDS, len(named)))
    return Item(request, messages, offered, {"calls": rung, **_tags(request, _turn(later))})


def _messages(request: Request) -> list[dict[str, Any]]:
    return [{"role": "user", "content": request.text}, *request.before]


def _done(rng: Random, earlier: Request) -> list[dict[str, Any]]:
    """A request that was met earlier in the conversation, call, result and all."""
    shown = earlier.calls[0].name in LOOKUPS
    made = exchange(earlier.calls[0], {"status": "shown to the user" if shown else "ok"}, "call00001")
    closing = rng.choice(SHOWN if shown else CLOSINGS)
    return [{"role": "user", "content": earlier.text}, *made, {"role": "assistant", "content": closing}]


def _named(request: Request) -> list[str]:
    return list(dict.fromkeys([*(call.name for call in request.calls), *request.needs]))


def _offer(rng: Random, named: Sequence[str], count: int) -> list[Tool]:
    """`count` tools in a drawn order: those named, then tools of their domains, then any; where they are few, short ones."""
    known = tools()
    domains = {known[name].domain for name in named}
    rest = [tool for tool in known.values() if tool.name not in named]
    near = [tool for tool in rest if tool.domain in domains]
    far = [tool for tool in rest if tool.domain not in domains]
    filled = [*rng.sample(near, len(near)), *rng.sample(far, len(far))]
    if count <= SHORT_UP_TO:
        filled.sort(key=lambda tool: not tool.short)
    offered = [*(known[name] for name in named), *filled[: count - len(named)]]
    return rng.sample(offered, len(offered))


def _tags(request: Request, turn: str) -> dict[str, Tag]:
    first = request.calls[0].name if request.calls else request.needs[0] if request.needs else ""
    deepest = max((depth(value) for call in request.calls for value in call.arguments.values()), default=0)
    return {
        "kind": request.kind,
        "turn": turn,
        "domain": tools()[first].domain if first else "none",
        "depth": deepest,
    }


def _turn(later: bool) -> str:
    return "later" if later else "first"


def depth(value: Any) -> int:
    """How deep the containers of a value nest: 0 for a scalar, 1 for a list of scalars."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max((depth(item) for item in inner), default=0)


def sensitivity_item(seed: int, number: int) -> Item:
    """An item to be asked under several phrasings and dialects."""
    rng = Random(f"tool_calls/{seed}/sensitivity/{number}")
    plain = [entry for entry in entries("request") if entry["kind"] in ("plain", "enum", "defaults")]
    request = single(rng, rng.choice(plain))
    return Item(request, _messages(request), _offer(rng, _named(request), FEW), _tags(request, "first"))
