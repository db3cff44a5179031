"""Which tool dialect a template speaks: the one whose parser reads the rendered probe back to the same calls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ifeval.models.conversations import ARGUMENTS, FORMS, NAMES, ONE, RESULT, USER, tools
from ifeval.models.sandbox import Rendering
from ifeval.records import ToolCall
from ifeval.tool_calls.dialects import DEFAULT, DIALECTS, Dialect
from ifeval.tool_calls.dialects.generic import generic
from ifeval.tool_calls.values import typed

TAUGHT = (("[func_name1(", ("llama4_pythonic", "pythonic")), ("functools[", ("phi4_mini_json",)))
"""What a template tells the model to write goes before what it writes into a history, where the two differ."""

UNTYPED = frozenset(("json", "fenced", "xlam", "llama3_json"))
"""Dialects without a mark of their own: they read JSON wherever it is."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How a template speaks of tools; the fields are those of `TemplateProfile`."""

    tools: bool = False
    dialect: str = DEFAULT
    read_back: bool = False
    arguments: str = "object"
    ids: bool = False
    results: bool = False
    calls: bool = False
    notes: tuple[str, ...] = ()


def speech_of(seen: Mapping[str, Rendering], template: str, special: Sequence[str]) -> Speech:
    """The dialect and what a history of calls must look like."""
    offered = seen["prompt with tools"]
    told = NAMES[0] in (offered.text or "")
    form = _form(seen)
    taught = _taught(seen)
    bodies = {case: _body(seen[f"{case} {form}"].text) for case in ("call", "one", "two")} if form else {}
    name, proven = _dialect(bodies, taught, template, special)
    notes = []
    if told and offered.lenient:
        notes.append("its tools cannot be rendered by Python's engines; they are described in words")
    if form and seen[f"call {form}"].lenient:
        notes.append("a history of calls cannot be rendered by Python's engines")
    if told and name is None:
        notes.append(
            "nobody can read the calls it teaches; tools are described in words and calls asked for in another form"
        )
    plain = form is not None and not seen[f"call {form}"].lenient
    return Speech(
        tools=told and not offered.lenient and name is not None,
        dialect=name or DEFAULT,
        read_back=proven,
        arguments=form or FORMS[0],
        ids=plain and form == "object" and seen["call object-bare"].text is None,
        results=plain and RESULT in (seen[f"result {form}"].text or ""),
        calls=plain,
        notes=tuple(notes),
    )


def _form(seen: Mapping[str, Rendering]) -> str | None:
    """How the arguments of a call must be given for the template to write them; None where it writes no calls."""
    shown = {form: seen[f"call {form}"] for form in FORMS}
    written = {form: r for form, r in shown.items() if r.text and NAMES[0] in _body(r.text)}
    if not written:
        return None
    strict = {form: r for form, r in written.items() if not r.lenient} or written
    if "text" in strict and "{'text': 'some text'" in (strict.get("object", Rendering("")).text or ""):
        return "text"  # the object is written as Python writes it, which no parser of JSON reads
    return next(form for form in FORMS if form in strict)


def _dialect(bodies: Mapping[str, str], taught: str, template: str, special: Sequence[str]) -> tuple[str | None, bool]:
    """The dialect's name (None: nobody reads these calls) and whether it read the rendered calls back."""
    everything = "\n".join((taught, template, *special, *bodies.values()))
    for sign, names in TAUGHT:
        if sign in taught:
            if len(names) == 1:
                return names[0], _reads(DIALECTS[names[0]], bodies)
            return names["<|header_start|>" not in everything], _reads(DIALECTS[names[0]], bodies)
    if bodies:
        readers = [dialect for dialect in DIALECTS.values() if _reads(dialect, bodies)]
        unbarred = [dialect for dialect in readers if not any(bar in everything for bar in dialect.bars)]
        marked = [dialect for dialect in unbarred if any(sign in everything for sign in dialect.signs)]
        bare = [dialect for dialect in unbarred if dialect.name in UNTYPED]
        if marked or bare:
            return max(marked or bare, key=lambda dialect: _likeness(dialect, bodies)).name, True
        own = generic(bodies)
        if own is not None and _reads(own, bodies):
            return own.name, True
        named = _vllms(bodies)
        if named is not None:
            return named, True
        if any(NAMES[0] in body for body in bodies.values()):
            return _by_signs(everything), False
    return _by_signs(everything) or (DEFAULT if not taught else None), False


def _by_signs(text: str) -> str | None:
    """A dialect whose own mark is in the text, where no call is rendered that could tell."""
    found = [d for d in DIALECTS.values() if d.name not in UNTYPED and any(sign in text for sign in _tokens(d))]
    return found[0].name if found else None


def _tokens(dialect: Dialect) -> Iterator[str]:
    return (sign for sign in dialect.signs if len(sign) > 4)


def _reads(dialect: Dialect, bodies: Mapping[str, str]) -> bool:
    """Whether the dialect reads the rendered calls back: all five kinds of values, or at least a text."""

    def read(case: str, arguments: Mapping[str, Any], names: tuple[str, ...]) -> bool:
        parsed = dialect.parse(bodies.get(case, ""), tools())
        calls = [ToolCall(name, arguments) for name in names]
        return parsed.error is None and len(parsed.calls) == len(calls) and all(map(_same, parsed.calls, calls))

    return read("call", ARGUMENTS, NAMES[:1]) or read("one", ONE, NAMES[:1])


def _same(read: ToolCall, sent: ToolCall) -> bool:
    """The same call; a value may come back as text that stands for it, where the template itself writes it so."""
    if read.name != sent.name or set(read.arguments) != set(sent.arguments):
        return False
    return all(
        value == sent.arguments[name] or (isinstance(value, str) and typed(value) == sent.arguments[name])
        for name, value in read.arguments.items()
    )


def _likeness(dialect: Dialect, bodies: Mapping[str, str]) -> int:
    """How much of what the dialect itself would write is in the rendered call, white space included."""
    written = dialect.render([ToolCall(NAMES[0], dict(ONE))]).strip()
    body = bodies.get("one", "")
    return len(_common(written, body[_start(written, body) :]))


def _common(one: str, other: str) -> str:
    """What both texts begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return one[:count]


def _start(written: str, body: str) -> int:
    found = body.find(written[:4])
    return max(found, 0)


def _body(text: str | None) -> str:
    """What a rendering holds behind the user's words."""
    return (text or "").rpartition(USER)[2]


def _taught(seen: Mapping[str, Rendering]) -> str:
    """What the prompt says more because there are tools."""
    plain, offered = seen["prompt"].text or "", seen["prompt with tools"].text or ""
    begin = len(_common(plain, offered))
    end = len(_common(plain[begin:][::-1], offered[begin:][::-1]))
    return offered[begin : len(offered) - end]


def _vllms(bodies: Mapping[str, str]) -> str | None:
    """One of vLLM's parsers that reads the calls back; None without vLLM, or where none does."""
    from ifeval.tool_calls.dialects import vllm

    for name in vllm.known():
        if name not in DIALECTS and _reads(vllm.VllmDialect(name), bodies):
            return name
    return None
