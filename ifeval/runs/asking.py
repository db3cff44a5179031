"""How a run asks: its way of writing prompts, what of it every request's key holds, and the day its prompts write."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ifeval.engines.arguments import identity_arguments
from ifeval.engines.base import Engine
from ifeval.errors import UserError
from ifeval.models.profile import TemplateProfile
from ifeval.models.prompts import Chat
from ifeval.models.resolve import Model
from ifeval.runs.directory import MANIFEST, read_manifest
from ifeval.runs.manifest import template_hash
from ifeval.runs.manner import Manner
from ifeval.runs.options import RunOptions
from ifeval.task import Task
from ifeval.tool_calls import by_name


def request_context(model: Model, engine: Engine, options: RunOptions, chat: Chat) -> Mapping[str, Any]:
    """The run's share of every request key. What was added later is in it only where it changes a prompt or a reply."""
    marked = chat.profile.reasoning not in ("none", "tags", "open")
    later = {
        "chat_template": template_hash(chat.template) or "plain" if options.chat_template else None,
        "date": chat.day.isoformat() if chat.day else None,
        "special_tokens": "kept" if marked else None,
        "ends": list(chat.ends) or None,
        "system": "moved" if chat.profile.system == "dropped" else None,
    }
    return {
        "model": model.fingerprint,
        "engine": f"{engine.name} {engine.version}",
        "engine_args": identity_arguments(options.engine_args),
        "template_args": dict(chat.template_args),
        **{name: value for name, value in later.items() if value is not None},
    }


def chat_of(options: RunOptions, model: Model, profile: TemplateProfile, manner: Manner) -> Chat:
    """How this run writes its prompts."""
    end = profile.end
    known = {model.tokens.get("eos_token"), ""}
    return Chat(
        model.chat_template,
        by_name(options.tool_dialect or profile.dialect),
        options.system,
        manner.template_args,
        native_tools=model.kind in ("server", "scripted") and options.tool_dialect is None,
        tool_template=model.tool_template,
        known=profile,
        day=date.today() if profile.dated else None,
        ends=() if end in known or profile.framed else (end,),
    )


def stored_day(path: Path) -> date | None:
    """The day that the prompts of the run at `path` write, where there is such a run: it goes on as it began."""
    if not (path / MANIFEST).exists():
        return None
    day = read_manifest(path).get("date")
    try:
        return date.fromisoformat(day) if day else None
    except ValueError:
        raise UserError(f"{path / MANIFEST} is damaged: date is not a day.") from None


def unread_calls(chat: Chat, tasks: Sequence[Task]) -> Iterator[str]:
    """Where a run offers tools: what is wrong with how its template speaks of them."""
    if any(task.offers_tools for task in tasks):
        yield from (f"Chat template: {note}." for note in chat.profile.notes)
