"""The conversations a template is probed with. Every text is a sentinel that can be found again in a rendering."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ifeval.models.sandbox import Case

USER, ANSWER, THOUGHT, SYSTEM, RESULT = (
    "Probe-user-1",
    "Probe-answer-1",
    "Probe-thought",
    "Probe-system",
    "Probe-result",
)
LATER = "2027-05-06"
NAMES = ("probe_tool", "other_tool")
ARGUMENTS: Mapping[str, Any] = {
    "text": "some text",
    "number": 7,
    "flag": True,
    "list": ["a", "b"],
    "nested": {"key": 1},
}
ONE: Mapping[str, Any] = {"text": "some text"}
FORMS = ("object", "text", "object-null", "text-null")
THOUGHT_KEYS = ("reasoning_content", "reasoning", "thinking")
SWITCHES: tuple[tuple[str, Any, Any], ...] = (
    ("enable_thinking", True, False),
    ("thinking", True, False),
    ("reasoning", True, False),
    ("reasoning_effort", "high", "none"),
    ("thinking_budget", -1, 0),
)
"""The variables by which templates are told to think or not: (name, value for on, value for off)."""


def tools() -> list[dict[str, Any]]:
    properties = {
        "text": {"type": "string", "description": "Text."},
        "number": {"type": "integer", "description": "A number."},
        "flag": {"type": "boolean", "description": "Yes or no."},
        "list": {"type": "array", "items": {"type": "string"}, "description": "Texts."},
        "nested": {"type": "object", "description": "More.", "additionalProperties": {"type": "integer"}},
    }
    parameters = {"type": "object", "properties": properties, "required": ["text"]}
    return [
        {"type": "function", "function": {"name": name, "description": "Probes.", "parameters": parameters}}
        for name in NAMES
    ]


def user(text: str = USER) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str = ANSWER, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text, **more}


def calling(
    form: str, arguments: Mapping[str, Any], text: str = "", names: tuple[str, ...] = NAMES[:1]
) -> dict[str, Any]:
    """A turn of calls; form: "object" or "text" (how the arguments stand), "-bare" without ids, "-null" without text."""
    given: Any = dict(arguments) if form.startswith("object") else json.dumps(arguments)
    calls: list[dict[str, Any]] = []
    for index, name in enumerate(names):
        call: dict[str, Any] = {"type": "function", "function": {"name": name, "arguments": given}}
        calls.append(call if form.endswith("-bare") else {"id": f"abcdefgh{index}", **call})
    return {"role": "assistant", "content": None if form.endswith("-null") and not text else text, "tool_calls": calls}


def result(bare: bool = False) -> dict[str, Any]:
    turn = {"role": "tool", "content": RESULT, "name": NAMES[0]}
    return turn if bare else {**turn, "tool_call_id": "abcdefgh0"}


def cases() -> Iterator[Case]:
    """All that is asked of a template."""
    ask = {"add_generation_prompt": True}
    offer = {"tools": tools()}
    yield Case("prompt", [user()], ask)
    yield Case("prompt later", [user()], ask, LATER)
    yield Case("prompt with system", [{"role": "system", "content": SYSTEM}, user()], ask)
    yield Case("prompt without a tool", [user()], {**ask, "tools": []})
    yield Case("prompt with tools", [user()], {**ask, **offer})
    yield Case("prompt after answer", [user(), assistant(), user("Probe-user-2")], ask)
    yield Case("answer", [user(), assistant()])
    for name, on, off in SWITCHES:
        for value, word in ((on, "on"), (off, "off")):
            yield Case(f"prompt {name} {word}", [user()], {**ask, name: value})
    for key in THOUGHT_KEYS:
        thinking = assistant(**{key: THOUGHT})
        yield Case(f"thought {key}", [user(), thinking])
        yield Case(f"thought {key} switched on", [user(), thinking], {"enable_thinking": True, "thinking": True})
        yield Case(f"thought {key} in history", [user(), thinking, user("Probe-user-2")], ask)
    for form in (*FORMS, "object-bare"):
        yield Case(f"call {form}", [user(), calling(form, ARGUMENTS)], offer)
        yield Case(f"one {form}", [user(), calling(form, ONE)], offer)
        yield Case(f"two {form}", [user(), calling(form, ONE, names=NAMES)], offer)
        yield Case(f"said {form}", [user(), calling(form, ONE, ANSWER)], offer)
        bare = form.endswith("-bare")
        yield Case(f"result {form}", [user(), calling(form, ONE), result(bare)], {**ask, **offer})
