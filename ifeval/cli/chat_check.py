"""`ifeval chat-check FILE`: templates and replies read as a run would read them, as JSON lines. For measuring; hidden."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer


def chat_check(
    file: Annotated[Path, typer.Argument(help="JSONL: template, and optionally reply, tools, thinking.")],
) -> None:
    """Read the replies of FILE by what their templates tell; the same rows come out with what was found."""
    from ifeval.util.jsonio import dumps, read_jsonl

    for row in read_jsonl(file):
        sys.stdout.write(dumps({**row, **checked(row)}).decode() + "\n")


def checked(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is read for one row: tool_dialect, reasoning_open, and of a reply its content, reasoning, calls and error."""
    from ifeval.models.probe import profile_of
    from ifeval.models.reading import reading_of

    given = row["template"] if isinstance(row["template"], Mapping) else {"template": row["template"]}
    tokens = {f"{name}_token": given.get(name) or "" for name in ("bos", "eos")}
    special = tuple(given.get("special_tokens") or ())
    profile = profile_of(given["template"], tokens, special)
    thinking = row.get("thinking")
    arguments = dict((profile.on if thinking else profile.off) if thinking is not None else {})
    opened = profile.opened_with(arguments)
    found: dict[str, Any] = {
        "tool_dialect": profile.dialect,
        "reasoning_open": opened,
        "content": None,
        "reasoning": None,
        "calls": None,
        "error": None,
    }
    if not isinstance(row.get("reply"), str):
        return found
    reading = reading_of(profile, arguments, (*special, *filter(None, tokens.values())))
    tools = row.get("tools") or ()
    reasoning, answer, parsed = reading.read(row["reply"], tools or ({"type": "function", "function": {}},))
    return {
        **found,
        "content": reading.clean(parsed.text).strip(),
        "reasoning": (reasoning or "").strip(),
        "calls": [[call.name, dict(call.arguments)] for call in parsed.calls],
        "error": parsed.error or ("the thought is never closed" if answer is None else None),
    }
