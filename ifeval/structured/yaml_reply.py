"""YAML in a reply, block style, read from the parser's events: no anchors, no tags, no recursion, bounded size.

Plain scalars are resolved by the core schema of YAML 1.2 (true, null, numbers), so that a date stays text and `no`
is not false.
"""

import re
from typing import Any

from ifeval.structured.documents import Parsed, block_or_all
from ifeval.structured.schema.validator import MAX_DEPTH

MAX_CHARACTERS = 100_000

_INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)


def read_yaml(text: str) -> Parsed:
    """The YAML of a reply: its first fenced block, or all of it. Only a block mapping or sequence counts as a document."""
    import yaml

    document, place = block_or_all(text, ("yaml", "yml"))
    if not document.strip():
        return Parsed(error="the reply is empty")
    if len(document) > MAX_CHARACTERS:
        return Parsed(error=f"more than {MAX_CHARACTERS:,} characters of YAML")
    try:
        return Parsed(_build(document), place)
    except yaml.MarkedYAMLError as error:
        line = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        return Parsed(error=f"not YAML: {error.problem}{line}")
    except (yaml.YAMLError, ValueError) as error:
        return Parsed(error=f"not YAML: {str(error).splitlines()[0][:120]}")


def _build(document: str) -> Any:
    """The one document's value. Raises ValueError, and YAMLError from the parser."""
    import yaml

    roots: list[Any] = []
    open_: list[tuple[Any, list[str]]] = []  # a container, and for a mapping the key that waits for its value
    for event in yaml.parse(document, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ValueError("anchors and aliases are not accepted")
        if isinstance(event, yaml.CollectionEndEvent):
            open_.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        if getattr(event, "tag", None):
            raise ValueError("tags are not accepted")
        if not open_:
            _check_root(event, roots)
        value: Any = _scalar(event) if isinstance(event, yaml.ScalarEvent) else _empty(event)
        _place(value, event, open_, roots)
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((value, []))
            if len(open_) > MAX_DEPTH:
                raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
    if not roots:
        raise ValueError("no document")
    return roots[0]


def _check_root(event: Any, roots: list[Any]) -> None:
    import yaml

    if roots:
        raise ValueError("more than one document")
    if not isinstance(event, yaml.CollectionStartEvent):
        raise ValueError("plain text, wanted a mapping or a sequence")
    if event.flow_style:
        raise ValueError("written as JSON, wanted block style")


def _empty(event: Any) -> Any:
    import yaml

    return {} if isinstance(event, yaml.MappingStartEvent) else []


def _place(value: Any, event: Any, open_: list[tuple[Any, list[str]]], roots: list[Any]) -> None:
    """Put a value where it belongs: the root, the end of a sequence, a mapping's next key or that key's value."""
    if not open_:
        roots.append(value)
        return
    container, waiting = open_[-1]
    if isinstance(container, list):
        container.append(value)
    elif waiting:
        container[waiting.pop()] = value
    else:
        key = getattr(event, "value", None)
        if key is None:
            raise ValueError("a key that is not text")
        if key in container:
            raise ValueError(f"duplicate key {key[:60]!r}")
        waiting.append(key)


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:  # quoted, or a block of text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise ValueError(f"{text[:20]} is out of range")
        return number
    return text
