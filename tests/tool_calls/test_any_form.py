"""The calls of a reply in any known form, and what kind of failure each other reply is."""

import time

import pytest

from ifeval.records import ToolCall
from ifeval.tool_calls import DIALECTS, Expected, any_form, match_leniently

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]
CALL = ToolCall("get_weather", {"city": "Bonn"})
WANTED = [Expected("get_weather", {"city": "Bonn"})]


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_is_found(name: str) -> None:
    assert any_form(f"I will.\n{DIALECTS[name].render([CALL])}", TOOLS).calls == (CALL,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It rains in Bonn (today).",
        'The object {"city": "Bonn"} names a city.',
        "```python\nprint(1)\n```",
        "Use f(x) = [1, 2].",
        "```json\n[1, 2, 3]\n```",
        "all\nis well",
    ],
)
def test_words_are_no_calls(text: str) -> None:
    assert any_form(text, TOOLS).calls == ()
    matched = match_leniently(None, None, text, [], TOOLS)
    assert matched.checks[0].ok
    assert not matched.attempted


def failure(text: str, calls=None, error=None) -> tuple[str, bool]:
    matched = match_leniently(calls, error, text, WANTED, TOOLS)
    return matched.checks[0].failure, all(check.ok for check in matched.in_any_form)


def test_kinds_of_failure() -> None:
    assert failure("The weather is fine.") == ("no_call", False)
    assert failure('```json\n{"name": "get_weather", "arguments": {"city": "Bonn"}}\n```') == ("wrong_form", True)
    assert failure('<tool_call>{"name": "get_weather", "arguments": {"city": "Bo') == ("unparsable", False)
    assert failure("", calls=(CALL,)) == ("", True)
    assert failure("", calls=(ToolCall("get_weather", {}),)) == ("missing_argument", False)
    assert failure("[get_weather(city='Paris')]") == ("wrong_form", False)


def test_a_call_in_any_form_is_no_refraining() -> None:
    matched = match_leniently(None, None, "get_weather(city='Bonn')", [], TOOLS)
    assert matched.attempted
    assert matched.checks[0].failure == "called_anyway"


def test_hostile_text_is_bounded() -> None:
    begun = time.perf_counter()
    for piece in ("[", '{"name": "', "<tool_call>", "<|channel|>", "get_weather(", ">>>f\n{"):
        any_form(piece * (100_000 // len(piece)), TOOLS)
    assert time.perf_counter() - begun < 60
