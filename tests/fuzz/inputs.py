"""What a stranger may send: JSON documents with parts changed, files with bytes changed, and how many are tried.

16 inputs per door by default, the same ones every time; the slow tests try 10,000. `IFEVAL_FUZZ=N` sets both numbers to N.
"""

import copy
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ifeval.util.jsonio import dumps

FEW = 16
_ASKED = os.environ.get("IFEVAL_FUZZ")
EXAMPLES = pytest.mark.parametrize(
    "examples", [int(_ASKED)] if _ASKED else [FEW, pytest.param(10_000, marks=pytest.mark.slow)]
)

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 3, 2**31, 2**63, 10**40, -(10**400), 0.5, -0.0, 1e308, float("nan"), float("inf"),
    "", "x", "0", "\0", "\ud800", "\x1b[31m", "a" * 5000, "../../x", "/dev/zero", "::error::x", "\n::error::x", "[/x]",
    [], [[]], [None], [1, 2], ["a", 1], {}, {"": None}, {"a": {"b": []}}, [{}], [[[[[[]]]]]],
)  # fmt: skip
"""Values that stand where others were expected."""

values = st.sampled_from(ODD).map(copy.deepcopy) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def held(inputs: st.SearchStrategy[Any], enter: Callable[[Any], None], examples: int) -> None:
    """`enter` each of so many inputs; whatever it raises fails the test with the smallest input found."""

    longest, began = 0.0, time.monotonic()

    @settings(
        max_examples=examples,
        derandomize=examples <= FEW,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs)
    def one(value: Any) -> None:
        nonlocal longest
        entered = time.monotonic()
        enter(value)
        longest = max(longest, time.monotonic() - entered)

    one()
    door = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition("::")[2].removesuffix(" (call)")
    print(f"\n| {door} | {examples:,} inputs | longest {longest:.2f} s | all {time.monotonic() - began:.0f} s |")


def places(document: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a JSON document, itself included."""
    yield at
    children = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, child in children:
        yield from places(child, (*at, name))


@st.composite
def tampered(draw: st.DrawFn, document: Any) -> Any:
    """The document with one to three of its values replaced, taken out or joined by others."""
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.sampled_from(list(places(changed))))
        if not at:
            if draw(st.integers(0, 9)) == 0:
                return draw(values)
            continue
        holder = changed
        for step in at[:-1]:
            holder = holder[step]
        match draw(st.sampled_from(("replace", "replace", "remove", "add"))):
            case "replace":
                holder[at[-1]] = draw(values)
            case "remove":
                del holder[at[-1]]
            case "add" if isinstance(holder, dict):
                holder[draw(st.text(max_size=5))] = draw(values)
            case _:
                holder.append(draw(values)) if isinstance(holder, list) else None
    return changed


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """The bytes cut, with some changed, or with others put between."""
    at = draw(st.integers(0, len(content)))
    match draw(st.sampled_from(("cut", "flip", "put", "empty"))):
        case "cut":
            return content[:at]
        case "flip":
            changed = bytearray(content)
            for place in draw(st.lists(st.integers(0, max(len(content) - 1, 0)), min_size=1, max_size=8)):
                if changed:
                    changed[place] ^= draw(st.integers(1, 255))
            return bytes(changed)
        case "put":
            return content[:at] + draw(st.binary(min_size=1, max_size=40)) + content[at:]
    return b""


def as_file(value: Any) -> bytes:
    """JSON as another program may have written it: NaN and infinity too."""
    try:
        return dumps(value)
    except (TypeError, ValueError, UnicodeError):
        return b"{"
