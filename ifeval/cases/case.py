"""One case: what is asked, and what a right reply must hold, checked key by key before anything is run."""

import hashlib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from ifeval.cases.calls import calls_of, tools_of
from ifeval.cases.files import Row
from ifeval.cases.place import Place
from ifeval.cases.wanted import answers_of, facts_of, instructions_of, patterns_of, schema_of, text_of
from ifeval.records import CONSTRAINED, Sample, Tag, ToolCall
from ifeval.util.jsonio import canonical

ASKING = ("id", "prompt", "messages", "system", "tools", "tags", "example")
JUDGING = ("instructions", "facts", "regex", "not_regex", "schema", "calls", "answer")
"""The kinds of checks, in the order in which they are judged."""

LONGEST_ID = 200
ROLES = ("system", "user", "assistant")
RESERVED = ("decoding",)
"""Tags that the harness sets itself."""


def case_of(place: Place, row: Row) -> Sample:
    """The sample that a row of a file stands for; its `target` holds the checks by kind.

    Raises UserError naming file, case and key, with what to do.
    """
    place = place.named(_given_id(place, row))
    _require_known(place, row)
    messages = _messages(place, row)
    identity = place.id or f"prompt-{hashlib.sha256(canonical(messages)).hexdigest()[:10]}"
    tools = tools_of(place, row["tools"]) if "tools" in row else None
    target: dict[str, Any] = {
        "instructions": instructions_of(place, row.get("instructions", [])),
        "facts": facts_of(place, row.get("facts", [])),
        "regex": patterns_of(place, "regex", row.get("regex", [])),
        "not_regex": patterns_of(place, "not_regex", row.get("not_regex", [])),
        "answer": answers_of(place, row["answer"]) if "answer" in row else [],
        "calls": calls_of(place, row.get("calls"), tools),
    }
    schema = schema_of(place, row["schema"]) if "schema" in row else None
    _require_judged(place, target, schema is not None)
    return Sample(
        id=identity,
        messages=messages,
        tools=tools,
        schema=schema,
        target=target,
        oracle=_oracle(place, row, target, schema is not None),
        tags=_tags(place, row.get("tags", {})),
    )


def kinds_of(sample: Sample) -> list[str]:
    """The kinds of checks that a case has."""
    asked = {name: bool(value) for name, value in sample.target.items()}
    asked |= {"calls": sample.target["calls"] is not None, "schema": sample.schema is not None}
    return [kind for kind in JUDGING if asked[kind]]


def _given_id(place: Place, row: Row) -> str:
    identity = row.get("id", "")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    printable = isinstance(identity, str) and identity.isprintable() and len(identity) <= LONGEST_ID
    if not printable or ("id" in row and not identity.strip()) or identity.endswith(CONSTRAINED):
        raise place.fault("id", f"wanted a line of at most {LONGEST_ID} characters, such as refund-1, or no id at all")
    return identity


def _require_known(place: Place, row: Row) -> None:
    known = (*ASKING, *JUDGING)
    for key, value in row.items():
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            raise place.fault(
                str(key)[:60], f"no such key; {f'did you mean {near[0]}' if near else 'a case has ' + ', '.join(known)}"
            )
        if value is None:
            raise place.fault(key, "it has no value; write one, or take the key out")


def _messages(place: Place, row: Row) -> list[dict[str, str]]:
    system = [{"role": "system", "content": text_of(place, "system", row["system"])}] if "system" in row else []
    if ("prompt" in row) == ("messages" in row):
        raise place.fault("prompt", "give a prompt, or messages, and one of the two only")
    if "prompt" in row:
        return [*system, {"role": "user", "content": text_of(place, "prompt", row["prompt"])}]
    messages = row["messages"]
    shape = "wanted a list of {role, content} that ends with the user's, such as [{role: user, content: Hello}]"
    if not isinstance(messages, list) or not messages:
        raise place.fault("messages", shape)
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            raise place.fault("messages", shape)
        if message["role"] not in ROLES:
            raise place.fault(
                "messages", f"number {number} has the role {str(message['role'])[:40]!r}; use {', '.join(ROLES)}"
            )
        text_of(place, f"messages, number {number}", message["content"])
    if messages[-1]["role"] != "user":
        raise place.fault("messages", shape)
    if any(message["role"] == "system" for message in messages[0 if system else 1 :]):
        raise place.fault("messages", "a system message stands first and once; take the other one out, or `system`")
    return [*system, *({"role": message["role"], "content": message["content"]} for message in messages)]


def _tags(place: Place, tags: Any) -> dict[str, Tag]:
    if not isinstance(tags, Mapping):
        raise place.fault("tags", "wanted names and values, such as {topic: refunds}")
    for name, value in tags.items():
        if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > LONGEST_ID:
            raise place.fault("tags", f"{name!r:.60} is no name; write a word")
        if name in RESERVED:
            raise place.fault("tags", f"{name!r} is a tag of the harness; choose another name")
        if not isinstance(value, str | int):
            raise place.fault("tags", f"{name}: wanted text, a whole number, true or false, not {value!r:.60}")
    return dict(tags)


def _require_judged(place: Place, target: Mapping[str, Any], has_schema: bool) -> None:
    text = [key for key in ("instructions", "facts", "regex", "not_regex", "answer") if target[key]]
    text += ["schema"] if has_schema else []
    if not text and target["calls"] is None:
        raise place.fault("prompt", f"nothing says what a right reply holds; add one of {', '.join(JUDGING)}")
    if text and target["calls"]:
        raise place.fault("calls", f"a reply that calls tools is not judged by {text[0]} too; make two cases of it")


def _oracle(place: Place, row: Row, target: Mapping[str, Any], has_schema: bool) -> str | list[ToolCall] | None:
    """A reply that is right: the example, the expected calls, or an answer that is all that is asked for."""
    if target["calls"]:
        if "example" in row:
            raise place.fault("example", "the expected calls are the example here; take it out")
        return [ToolCall(call["name"], call["arguments"]) for call in target["calls"]]
    if "example" in row:
        return text_of(place, "example", row["example"])
    others = ("instructions", "facts", "regex", "not_regex")
    alone = target["answer"] and not has_schema and not any(target[key] for key in others)
    return target["answer"][0] if alone else None
