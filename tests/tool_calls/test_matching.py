"""Calls against expected calls: every outcome under its own name, and pairs that are optimal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from ifeval.records import ToolCall
from ifeval.tool_calls import Expected, OneOf, match
from ifeval.tool_calls.assignment import assign

TOOLS = [{"type": "function", "function": {"name": name}} for name in ("book", "cancel", "list")]
WANTED = Expected(
    "book",
    {"room": OneOf(("A", "B")), "guests": 2, "options": {"late": True, "tags": ["x", "y"]}},
    frozenset({"guests"}),
)
RIGHT = {"room": "A", "guests": 2, "options": {"late": True, "tags": ["x", "y"]}}


def outcomes(calls, expected=(WANTED,), error=None):
    return [verdict.failure or "ok" for verdict in match(calls, expected, TOOLS, error)]


def changed(**arguments):
    return [ToolCall("book", {**RIGHT, **arguments})]


@pytest.mark.parametrize(
    ("calls", "outcome"),
    [
        ([ToolCall("book", RIGHT)], ["ok"]),
        (changed(room="B"), ["ok"]),
        ([ToolCall("book", {key: RIGHT[key] for key in ("room", "options")})], ["ok"]),
        (None, ["no_call"]),
        ([], ["no_call"]),
        ([ToolCall("bock", RIGHT)], ["unknown_function"]),
        ([ToolCall("cancel", RIGHT)], ["missing_call", "extra_call"]),
        ([ToolCall("book", {"guests": 2, "options": RIGHT["options"]})], ["missing_argument"]),
        (changed(extra=1), ["unexpected_argument"]),
        (changed(guests="2"), ["wrong_type"]),
        (changed(guests=True), ["wrong_type"]),
        (changed(guests=2.0), ["ok"]),
        (changed(guests=3), ["wrong_value"]),
        (changed(room="C"), ["wrong_value"]),
        (changed(room=None), ["wrong_type"]),
        (changed(options={"late": True, "tags": ["y", "x"]}), ["wrong_value"]),
        (changed(options={"late": True, "tags": ["x"]}), ["wrong_value"]),
        (changed(options={"late": "yes", "tags": ["x", "y"]}), ["wrong_type"]),
        (changed(options={"late": True}), ["missing_argument"]),
        (changed(options={"late": True, "tags": ["x", "y"], "more": 1}), ["unexpected_argument"]),
        ([ToolCall("book", RIGHT)] * 2, ["ok", "extra_call"]),
        ([ToolCall("book", RIGHT), ToolCall("fly", {})], ["ok", "unknown_function"]),
    ],
)  # fmt: skip
def test_outcomes(calls, outcome):
    assert outcomes(calls) == outcome


def test_nothing_wanted():
    assert outcomes([], ()) == ["ok"]
    assert outcomes([ToolCall("book", RIGHT)], ()) == ["called_anyway"]
    assert outcomes(None, (), error="cut off") == ["unparsable"]


def test_parallel_calls_in_any_order_with_a_call_missing():
    one, two = Expected("book", {"room": "A"}), Expected("book", {"room": "B"})
    assert outcomes([ToolCall("book", {"room": "B"}), ToolCall("book", {"room": "A"})], (one, two)) == ["ok", "ok"]
    assert outcomes([ToolCall("book", {"room": "B"})], (one, two)) == ["missing_call", "ok"]


def test_optimal_where_greedy_fails():
    loose, strict = Expected("book", {"room": OneOf(("A", "B"))}), Expected("book", {"room": "A"})
    calls = [ToolCall("book", {"room": "A"}), ToolCall("book", {"room": "B"})]
    assert outcomes(calls, (loose, strict)) == ["ok", "ok"]


def test_tolerance():
    wanted = Expected("book", {"price": 100.0}, tolerance=0.01)
    assert outcomes([ToolCall("book", {"price": 100.9})], (wanted,)) == ["ok"]
    assert outcomes([ToolCall("book", {"price": 102})], (wanted,)) == ["wrong_value"]
    assert outcomes([ToolCall("book", {"price": float("nan")})], (wanted,)) == ["wrong_value"]


def test_hostile_values():
    deep: list = []
    for _ in range(900):
        deep = [deep]
    assert outcomes(changed(options=deep)) == ["wrong_type"]
    assert outcomes(changed(room="\ud800" * 10_000)) == ["wrong_value"]
    assert outcomes([ToolCall("book", RIGHT)] * 10_000) == ["ok"] + ["extra_call"] * 64


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda width: st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=1, max_size=6)
    )
)
def test_assignment_is_scipys(costs):
    pairs = assign(costs)
    rows, columns = linear_sum_assignment(costs)
    assert len(pairs) == len(rows) == len(set(pairs.values()))
    assert sum(costs[row][column] for row, column in pairs.items()) == sum(
        costs[r][c] for r, c in zip(rows, columns, strict=True)
    )
