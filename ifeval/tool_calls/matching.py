"""Calls against the calls that were expected: one verdict per call, each failure under its own name.

Parallel calls may come in any order: they are paired so that the whole set fits best (an optimal assignment), never
first come, first served.
"""

import math
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ifeval.records import CheckResult, ToolCall
from ifeval.tool_calls.assignment import assign
from ifeval.tool_calls.dialects.base import Tools

Failure = Literal[
    "no_call",
    "wrong_form",
    "unparsable",
    "unknown_function",
    "missing_argument",
    "unexpected_argument",
    "wrong_type",
    "wrong_value",
    "extra_call",
    "missing_call",
    "called_anyway",
]
MAX_DEPTH = 50
MOST_CALLS = 64
_COST: dict[str, int] = {"wrong_value": 1, "wrong_type": 2, "missing_argument": 3, "unexpected_argument": 3}
_OTHER_FUNCTION = 1_000_000
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of several values is right."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """A call that should be made.

    `arguments` hold plain values, or `OneOf` alternatives. `optional` names arguments that may be left out although
    they stand in `arguments`. Numbers may differ by `tolerance`, relative to the expected number.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    tolerance: float = 0.0


def match(
    calls: Sequence[ToolCall] | None, expected: Sequence[Expected], tools: Tools = (), error: str | None = None
) -> tuple[CheckResult, ...]:
    """One verdict for each expected call, and one for each call too many; all ok where the reply is right.

    `error` says why the reply's calls could not be read (unparsable). Where nothing is expected, a reply without a
    call is right and any other "called_anyway". `tools` tell an unknown function from a call too many. The first 64
    calls are looked at one by one; what is beyond them is one verdict.
    """
    calls = calls or ()
    if error is not None:
        return (_fail("unparsable", f"the call cannot be read: {error}", "calls"),)
    if not expected:
        if calls:
            return (_fail("called_anyway", f"called {_names(calls)}; no call was wanted", "calls"),)
        return (CheckResult(True, "no call, as wanted", "calls"),)
    if not calls:
        wanted = ", ".join(call.name for call in expected)
        return (_fail("no_call", f"no call, wanted {wanted}", "calls"),)
    return _match_all(calls, expected, {_function_name(tool) for tool in tools})


def _match_all(calls: Sequence[ToolCall], expected: Sequence[Expected], known: set[str]) -> tuple[CheckResult, ...]:
    beyond, calls = len(calls) - MOST_CALLS, calls[:MOST_CALLS]
    compared = [[_compare(call, wanted) for call in calls] for wanted in expected]
    pairs = assign([[_cost(verdict) for verdict in row] for row in compared])
    verdicts = []
    unpaired = set(range(len(calls)))
    for row, wanted in zip(range(len(expected)), expected, strict=True):
        column = pairs.get(row)
        if column is None or calls[column].name != wanted.name:
            verdicts.append(_fail("missing_call", f"no call of {wanted.name}", wanted.name))
        else:
            verdicts.append(compared[row][column])
            unpaired.discard(column)
    judged = _with_the_rest(verdicts, [calls[index] for index in sorted(unpaired)], known)
    return (*judged, _fail("extra_call", f"{beyond} calls more", "calls")) if beyond > 0 else judged


def _with_the_rest(verdicts: list[CheckResult], rest: list[ToolCall], known: set[str]) -> tuple[CheckResult, ...]:
    """Calls that fit nothing: of an unknown function, in place of a missing call where there is one, else extra."""
    missing = [index for index, verdict in enumerate(verdicts) if verdict.failure == "missing_call"]
    for call in rest:
        if known and call.name not in known:
            verdict = _fail("unknown_function", f"{call.name!r} is not among the tools", call.name)
            if missing:
                verdicts[missing.pop(0)] = verdict
                continue
        else:
            verdict = _fail("extra_call", f"a call of {call.name} that was not wanted", call.name)
        verdicts.append(verdict)
    return tuple(verdicts)


def _compare(call: ToolCall, wanted: Expected) -> CheckResult:
    if call.name != wanted.name:
        return _fail("missing_call", f"{call.name!r}, wanted {wanted.name!r}", wanted.name)
    for name in wanted.arguments:
        if name not in call.arguments and name not in wanted.optional:
            return _fail("missing_argument", f"{wanted.name}: the argument {name!r} is missing", f"arguments.{name}")
    for name in call.arguments:
        if name not in wanted.arguments:
            return _fail(
                "unexpected_argument", f"{wanted.name}: the argument {name!r} was not wanted", f"arguments.{name}"
            )
    wrong = [
        _fail(outcome, f"{wanted.name}: {reason}", f"arguments.{name}")
        for name, value in call.arguments.items()
        for outcome, reason in (_compare_value(value, wanted.arguments[name], wanted.tolerance, name, 0),)
        if outcome is not None
    ]
    if wrong:
        return max(wrong, key=lambda verdict: _COST[verdict.failure])
    return CheckResult(True, f"{wanted.name} called as wanted", wanted.name)


Difference = tuple[Failure | None, str]
SAME: Difference = (None, "")


def _compare_value(value: Any, wanted: Any, tolerance: float, path: str, depth: int) -> Difference:
    """How `value` differs from `wanted`: a wrong type at any depth goes before a wrong value."""
    if isinstance(wanted, OneOf):
        differences = [_compare_value(value, option, tolerance, path, depth) for option in wanted.values]
        mildest = min(differences, key=lambda difference: _COST.get(difference[0] or "", 0))
        return (
            mildest
            if mildest[0] is None
            else (mildest[0], f"{path} is {_short(value)}, wanted one of {_short(wanted.values)}")
        )
    if _kind(value) != _kind(wanted):
        return "wrong_type", f"{path} is {_short(value)} ({_kind(value)}), wanted {_kind(wanted)}"
    if depth >= MAX_DEPTH:
        return ("wrong_value", f"{path} is nested too deeply") if isinstance(wanted, dict | list) else SAME
    if isinstance(wanted, Mapping):
        return _compare_objects(value, wanted, tolerance, path, depth)
    if isinstance(wanted, list | tuple):
        if len(value) != len(wanted):
            return "wrong_value", f"{path} has {len(value)} items, wanted {len(wanted)}"
        return _worst(
            _compare_value(item, want, tolerance, f"{path}[{index}]", depth + 1)
            for index, (item, want) in enumerate(zip(value, wanted, strict=True))
        )
    same = _numbers_agree(value, wanted, tolerance) if _kind(wanted) == "number" else value == wanted
    return SAME if same else ("wrong_value", f"{path} is {_short(value)}, wanted {_short(wanted)}")


def _compare_objects(
    value: Mapping[str, Any], wanted: Mapping[str, Any], tolerance: float, path: str, depth: int
) -> Difference:
    for name in wanted:
        if name not in value:
            return "missing_argument", f"{path} lacks {name!r}"
    for name in value:
        if name not in wanted:
            return "unexpected_argument", f"{path} has an unwanted {name!r}"
    return _worst(_compare_value(value[name], wanted[name], tolerance, f"{path}.{name}", depth + 1) for name in wanted)


def _worst(differences: Iterable[Difference]) -> Difference:
    return max(differences, key=lambda difference: _COST.get(difference[0] or "", 0), default=SAME)


def _numbers_agree(value: float, wanted: float, tolerance: float) -> bool:
    if value == wanted:
        return True
    return tolerance > 0 and math.isfinite(value) and abs(value - wanted) <= tolerance * abs(wanted)


def _kind(value: Any) -> str:
    """The JSON type; integers and decimals are one type, because 5 and 5.0 are one number in JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Mapping) else "array"


def _cost(verdict: CheckResult) -> int:
    return 0 if verdict.ok else _COST.get(verdict.failure, _OTHER_FUNCTION)


def _function_name(tool: Mapping[str, Any]) -> str:
    return tool.get("function", tool).get("name", "")


def _names(calls: Sequence[ToolCall]) -> str:
    return ", ".join(call.name for call in calls[:5]) + (" ..." if len(calls) > 5 else "")


def _short(value: Any) -> str:
    return _SHORT.repr(value)


def _fail(outcome: Failure, reason: str, name: str) -> CheckResult:
    return CheckResult(False, reason, name, outcome)
