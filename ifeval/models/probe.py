"""What a chat template does, found out by running it on sentinels: which calls it teaches, where thoughts are, what
ends a turn. Nothing is guessed from its words where a rendering can tell.

The answer is kept in the cache folder under the template's content, so a template is run once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ifeval.models.conversations import (
    ANSWER,
    RESULT,
    SWITCHES,
    SYSTEM,
    THOUGHT,
    THOUGHT_KEYS,
    USER,
    cases,
)
from ifeval.models.profile import NO_TEMPLATE, TemplateProfile, reasoning_name
from ifeval.models.sandbox import Rendering, render_all
from ifeval.models.speech import Speech, speech_of
from ifeval.models.thoughts import FRAMES, frame_behind, is_open, is_partner, known_marks, mark_at, marks_around
from ifeval.util import jsonio
from ifeval.util.files import cache_root, write_atomically

VERSION = 4
"""Changes whenever the same template would get another profile."""

Renderings = Mapping[str, Rendering]


def profile_of(
    template: str | None,
    tokens: Mapping[str, str] | None = None,
    special: Sequence[str] = (),
    tool_template: str | None = None,
) -> TemplateProfile:
    """The profile of a chat template.

    tokens: `bos_token`, `eos_token` and the like; special: the tokenizer's special tokens, which say what marks a
    model may write. tool_template: the one used where tools are offered, if it is another. Never raises on account of
    a template; what it refuses is in `notes`.
    """
    if template is None and tool_template is None:
        return NO_TEMPLATE
    plain = _known_profile(template or tool_template or "", _frozen(tokens), tuple(special))
    if tool_template is None or tool_template == template:
        return plain
    calls = _known_profile(tool_template, _frozen(tokens), tuple(special))
    taken = {
        name: getattr(calls, name) for name in ("tools", "dialect", "read_back", "arguments", "ids", "results", "calls")
    }
    return replace(plain, **taken)


def _frozen(tokens: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((tokens or {}).items()))


@lru_cache(maxsize=256)
def _known_profile(template: str, tokens: tuple[tuple[str, str], ...], special: tuple[str, ...]) -> TemplateProfile:
    """From the cache folder, else found out now and put there."""
    content = jsonio.canonical([VERSION, template, tokens, special])
    place = cache_root() / "profiles" / f"{hashlib.sha256(content).hexdigest()[:32]}.json"
    try:
        return TemplateProfile.from_json(jsonio.loads(place.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError):  # not there, or another version's
        pass
    found = probe(template, dict(tokens), special)
    with suppress(OSError):  # a read-only or full home costs the next run half a second
        write_atomically(place, jsonio.dumps(found.to_json()))
    return found


def probe(template: str, tokens: Mapping[str, str], special: Sequence[str] = ()) -> TemplateProfile:
    """Find out what a template does, by rendering it in a sandbox."""
    seen = render_all(template, tokens, list(cases()))
    if seen["prompt"].text is None and seen["prompt with tools"].text is None:
        return replace(
            NO_TEMPLATE, system="refused", notes=(f"the template refuses a question: {seen['prompt'].error}",)
        )
    speech = speech_of(seen, template, special)
    found = TemplateProfile(
        tools=speech.tools,
        dialect=speech.dialect,
        read_back=speech.read_back,
        arguments=speech.arguments,
        ids=speech.ids,
        results=speech.results,
        calls=speech.calls,
        end=_end_of_turn(seen, special),
        system=_system(seen),
        dated=seen["prompt"].text is not None and seen["prompt"].text != seen["prompt later"].text,
        lists_tools=(seen["prompt"].lenient or seen["prompt"].text is None) and _renders(seen["prompt without a tool"]),
        frames=tuple(frame for frame in FRAMES if frame in template or frame in special),
        notes=_notes(seen, speech),
    )
    return _with_thoughts(found, seen, template, special)


def _with_thoughts(found: TemplateProfile, seen: Renderings, template: str, special: Sequence[str]) -> TemplateProfile:
    key, shown = next(
        (
            (key, text)
            for case in ("", " switched on")
            for key in THOUGHT_KEYS
            if (text := seen[f"thought {key}{case}"].text) and THOUGHT in _reply(text)
        ),
        (None, ""),
    )
    plain = _reply(seen["answer"].text or "")
    header = plain.partition(ANSWER)[0]
    reply = _reply(shown)
    before, _, after = reply.partition(THOUGHT)
    marks = marks_around(before, after.partition(ANSWER)[0], header) if key else None
    prompts = {name: r.text for name, r in seen.items() if name.startswith("prompt") and r.text is not None}
    tails = {name: _reply(text) for name, text in prompts.items()}
    shows = marks is not None
    named = known_marks([*tails.values(), template, *special])
    open_, close = marks or named or (found.open_mark, found.close_mark)
    frame = frame_behind(after.partition(ANSWER)[0], close) if shows else ""
    on, off = _switches(prompts)
    default = is_open(tails.get("prompt", tails.get("prompt with tools", "")), open_, close)
    found = replace(
        found,
        open_mark=open_,
        close_mark=close,
        frames=(*((frame,) if frame else ()), *found.frames),
        thought_key=key,
        keeps_thoughts=bool(key) and THOUGHT in (seen[f"thought {key} in history"].text or ""),
        opened=default,
        opened_on=is_open(tails.get(_switched(on, "on"), ""), open_, close) if on else default,
        opened_off=is_open(tails.get(_switched(off, "off"), ""), open_, close) if off else default,
        on=on,
        off=off,
        thinks=_thinks(prompts, default, on, off, shows or named is not None),
    )
    return replace(found, reasoning=reasoning_name(found, default))


def _switches(prompts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The template arguments that make the model think, and that keep it from thinking; empty where there are none.

    A switch is an argument whose two values give two prompts. An effort or a budget is one only where its lowest value
    changes what follows the user's words: elsewhere it asks for less thought, not for none.
    """
    for name, yes, no in SWITCHES:
        shown, hidden = prompts.get(f"prompt {name} on"), prompts.get(f"prompt {name} off")
        if shown is None or hidden is None or shown == hidden:
            continue
        if isinstance(yes, bool):
            return {name: yes}, {name: no}
        if _reply(hidden) != _reply(prompts.get("prompt")):
            return {}, {name: no}
    return {}, {}


def _switched(switch: Mapping[str, Any], word: str) -> str:
    return f"prompt {next(iter(switch))} {word}"


def _thinks(
    prompts: Mapping[str, str], opened: bool, on: Mapping[str, Any], off: Mapping[str, Any], shows: bool
) -> bool:
    """By default: the prompt opens a thought, or switching it off changes the prompt, or there is no switch to it."""
    if opened or (off and prompts.get(_switched(off, "off")) != prompts.get("prompt")):
        return True
    return shows and not on


def _renders(rendering: Rendering) -> bool:
    return rendering.text is not None and not rendering.lenient


def _reply(text: str | None) -> str:
    """What a rendering holds behind the user's words."""
    return (text or "").rpartition(USER)[2]


def _end_of_turn(seen: Renderings, special: Sequence[str]) -> str:
    """The token behind an answer: at the end of the conversation, else where the next turn follows."""
    for name in ("answer", "prompt after answer"):
        before, _, after = (seen[name].text or "").rpartition(ANSWER)
        while before and (mark := mark_at(after.lstrip(), special)):
            if not is_partner(before, mark):
                return mark
            after = after.lstrip()[len(mark) :]  # it closes what was opened around the text
    return ""


def _system(seen: Renderings) -> str:
    """What becomes of a system prompt."""
    text = seen["prompt with system"].text
    if text is None:
        return "refused"
    if SYSTEM not in text:
        return "dropped"
    header = (seen["prompt"].text or "").partition(USER)[0][-8:]
    return "kept" if header and header in text.partition(SYSTEM)[2].partition(USER)[0] else "moved"


def _notes(seen: Renderings, speech: Speech) -> tuple[str, ...]:
    notes = list(speech.notes)
    if not _renders(seen["prompt"]) and not _renders(seen["prompt without a tool"]):
        notes.append(f"a question without tools is refused: {seen['prompt'].error}")
    if seen["prompt with system"].text is None and seen["prompt"].text is not None:
        notes.append(f"a system prompt is refused: {seen['prompt with system'].error}")
    if speech.calls and not any(RESULT in (seen[f"result {form}"].text or "") for form in ("object", "text")):
        notes.append("a tool's result is left out or refused")
    return tuple(notes)
