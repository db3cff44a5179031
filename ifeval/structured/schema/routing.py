"""Which schemas jsonschema-rs may decide (see `ifeval.structured.schema.validator` for the rule)."""

from typing import Any
from urllib.parse import unquote

MAX_EXPANSION = 1_000_000
"""Most subschemas, every `$ref` written out, that jsonschema-rs is given: it visits each, some 30 ns apiece."""

_POINTERLESS_REFS = 20


def must_use_reference(schema: Any, draft: str) -> bool:
    """Whether a valid schema must not be given to jsonschema-rs: `dependencies` revived, or `$ref`s that multiply."""
    revived = draft in ("draft2019-09", "draft2020-12") and mentions(schema, "dependencies")
    return revived or _expansion(schema) > MAX_EXPANSION


def mentions(schema: Any, keyword: str) -> bool:
    """Whether `keyword` is a key anywhere in the schema, be it as a keyword or as a property's name."""
    pending = [schema]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if keyword in value:
                return True
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return False


def without_patterns(value: Any) -> Any:
    """The schema with every regular expression made harmless, to check all the rest of it."""
    if isinstance(value, list):
        return [without_patterns(item) for item in value]
    if not isinstance(value, dict):
        return value
    patterns = value.get("patternProperties")
    return {
        name: ""
        if name == "pattern" and isinstance(item, str)
        else {f"p{number}": without_patterns(sub) for number, sub in enumerate(patterns.values())}
        if name == "patternProperties" and isinstance(patterns, dict)
        else without_patterns(item)
        for name, item in value.items()
    }


def _expansion(schema: Any) -> int:
    """How many values the schema holds once every `$ref` is written out, recursion cut (jsonschema-rs remembers it).

    Only pointers into the document are followed: up to `_POINTERLESS_REFS` others can multiply by no more than
    about 1,500, and beyond that the answer is "too many".
    """
    sizes: dict[int, int] = {}
    others = 0

    def size(value: Any) -> int:
        nonlocal others
        if not isinstance(value, (dict, list)):
            return 1
        if id(value) in sizes:
            return sizes[id(value)]
        sizes[id(value)] = 0
        children = list(value.values()) if isinstance(value, dict) else list(value)
        reference = value.get("$ref") if isinstance(value, dict) else None
        if isinstance(reference, str):
            target = _pointed(schema, reference)
            others += target is None
            children.append(target)
        sizes[id(value)] = 1 + sum(map(size, children))
        return sizes[id(value)]

    try:
        total = size(schema)
    except RecursionError:
        return MAX_EXPANSION + 1
    return total if others <= _POINTERLESS_REFS else MAX_EXPANSION + 1


def _pointed(schema: Any, reference: str) -> Any:
    """What a `#/pointer` names, None where it is no such pointer or leads nowhere."""
    if not reference.startswith("#"):
        return None
    value = schema
    for step in unquote(reference[1:]).split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
