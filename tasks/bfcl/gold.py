"""BFCL's possible answers written out as replies, and the seven of them that are fixed for `bfcl-fixed`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from ifeval.records import ToolCall
from ifeval.tool_calls.bfcl import Entry

NO_CALL = "None of these functions can do what is asked."


@cache
def repairs() -> dict[str, dict[str, Any]]:
    """By entry: why its answers cannot be met, and what replaces the options of which argument (null: drop it)."""
    return json.loads(Path(__file__).with_name("repairs.json").read_text("utf-8"))


def repaired(entry: Entry) -> Entry:
    """The entry with answers that its own functions can meet."""
    patch = repairs().get(entry.id)
    if patch is None or entry.answers is None:
        return entry
    answers = [
        {name: _patched(options, patch.get(name, {})) for name, options in answer.items()} for answer in entry.answers
    ]
    return replace(entry, answers=answers)


def _patched(options: Mapping[str, list[Any]], patch: Mapping[str, list[Any] | None]) -> dict[str, list[Any]]:
    return {name: value for name, value in {**options, **patch}.items() if value is not None}


def calls(entry: Entry) -> list[ToolCall]:
    """The first possible answer of every argument that has to be given."""
    if entry.answers is None:
        return [ToolCall(entry.functions[0]["name"], {})] if "irrelevance" not in entry.category else []
    return [
        ToolCall(name, dict(_arguments(options, _parameters(entry, name).get("required", ()))))
        for answer in entry.answers
        for name, options in answer.items()
    ]


def _parameters(entry: Entry, name: str) -> Mapping[str, Any]:
    return next((function["parameters"] for function in entry.functions if function["name"] == name), {})


def _arguments(options: Mapping[str, list[Any]], required: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for name, allowed in options.items():
        if allowed and (name in required or "" not in allowed):
            yield name, _plain(next((option for option in allowed if option != ""), ""))


def _plain(value: Any) -> Any:
    """A value from the form of the answers, in which a dict's values are lists of options."""
    if isinstance(value, dict):
        kept = ((key, options) for key, options in value.items() if not isinstance(options, list) or "" not in options)
        return {key: _plain(options[0] if isinstance(options, list) and options else options) for key, options in kept}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def java_text(value: Any, declared: Mapping[str, Any]) -> str:
    """A value as Java source of the declared type."""
    if isinstance(value, list):
        items = declared.get("items", {})
        inside = ", ".join(java_text(item, items) for item in value)
        return (
            f"new Object[]{{{inside}}}"
            if declared.get("type") == "Array"
            else f"new ArrayList<>(Arrays.asList({inside}))"
        )
    if isinstance(value, dict):
        puts = " ".join(f"put({json.dumps(key)}, {java_text(item, {})});" for key, item in value.items())
        return f"new HashMap<>() {{{{ {puts} }}}}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value) + {"long": "L", "float": "f"}.get(declared.get("type", ""), "")
    return json.dumps(value, ensure_ascii=False)


def _written(entry: Entry, call: ToolCall) -> dict[str, str]:
    """The arguments of a call as source text of the entry's language; JSON is JavaScript too."""
    declared = _parameters(entry, call.name).get("properties", {})
    match entry.category:
        case "simple_java":
            return {name: java_text(value, declared.get(name, {})) for name, value in call.arguments.items()}
        case "simple_javascript":
            return {name: json.dumps(value, ensure_ascii=False) for name, value in call.arguments.items()}
    return {name: repr(value) for name, value in call.arguments.items()}


def in_words(entry: Entry) -> str:
    """The reply of prompt mode that should be right."""
    wanted = calls(entry)
    if not wanted:
        return NO_CALL
    spoken = (
        (call.name, ", ".join(f"{name}={text}" for name, text in _written(entry, call).items())) for call in wanted
    )
    return f"[{', '.join(f'{name}({arguments})' for name, arguments in spoken)}]"


def as_calls(entry: Entry) -> list[ToolCall] | str:
    """The calls of native mode that should be right; Java's and JavaScript's arguments are source text, strings bare."""
    wanted = calls(entry)
    if not wanted:
        return NO_CALL
    return [ToolCall(call.name.replace(".", "_"), _native_arguments(entry, call)) for call in wanted]


def _native_arguments(entry: Entry, call: ToolCall) -> dict[str, Any]:
    if not entry.category.startswith("simple_java"):
        return dict(call.arguments)
    written = _written(entry, call)
    return {name: value if isinstance(value, str) else written[name] for name, value in call.arguments.items()}
