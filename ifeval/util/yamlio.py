"""YAML in, read from the parser's events: no tags, no recursion, bounded depth and size.

Plain scalars are resolved by the core schema of YAML 1.2 (true, null, numbers), so that a date stays text and `no`
is not false.
"""

import re
from dataclasses import dataclass, field
from typing import Any

_INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)


def loads(text: str, *, max_depth: int, max_values: int = 0, block: bool = False) -> Any:
    """The value of the one YAML document in `text`.

    max_values: values that the document may hold once its aliases are written out; 0 refuses anchors and aliases.
    block: refuse a document that is plain text or written as JSON. Raises ValueError in one line that names the problem.
    """
    import yaml

    builder = _Builder(max_depth, max_values, block)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            try:
                builder.add(event)
            except ValueError as error:
                raise ValueError(f"{error} at line {event.start_mark.line + 1}") from None
    except yaml.MarkedYAMLError as error:
        line = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"{error.problem}{line}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error).splitlines()[0][:120]) from None
    if not builder.roots:
        raise ValueError("no document")
    return builder.roots[0]


@dataclass(slots=True)
class _Node:
    """A finished or open value: how many values it holds, itself included, and how many levels of containers."""

    value: Any
    values: int = 1
    levels: int = 0
    anchor: str | None = None
    key: list[str] = field(default_factory=list)  # of a mapping, the key that waits for its value


class _Builder:
    """Puts a stream of parser events together."""

    def __init__(self, max_depth: int, max_values: int, block: bool) -> None:
        self.roots: list[Any] = []
        self._open: list[_Node] = []
        self._anchored: dict[str, _Node] = {}
        self._max_depth, self._max_values, self._block = max_depth, max_values, block

    def add(self, event: Any) -> None:
        import yaml

        if isinstance(event, yaml.CollectionEndEvent):
            self._finished(self._open.pop())
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)

    def _node(self, event: Any) -> None:
        import yaml

        if event.anchor and not self._max_values:
            raise ValueError("anchors and aliases are not accepted")
        if event.tag:
            raise ValueError("tags are not accepted")
        if not self._open:
            self._check_root(event)
        scalar = isinstance(event, yaml.ScalarEvent)
        empty: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        node = _Node(_scalar(event) if scalar else empty, anchor=event.anchor)
        self._place(node.value, event.value if scalar else None)
        if scalar:
            self._finished(node)
            return
        node.levels = 1
        self._open.append(node)
        if len(self._open) > self._max_depth:
            raise ValueError(f"nested more than {self._max_depth} levels deep")

    def _alias(self, event: Any) -> None:
        if not self._max_values:
            raise ValueError("anchors and aliases are not accepted")
        known = self._anchored.get(event.anchor)
        if known is None:
            raise ValueError(f"the alias *{event.anchor} stands inside what it names, or before it")
        if len(self._open) + known.levels > self._max_depth:
            raise ValueError(f"nested more than {self._max_depth} levels deep")
        self._place(known.value, None)
        self._finished(_Node(known.value, known.values, known.levels))

    def _finished(self, node: _Node) -> None:
        """Count a whole node with the container around it."""
        if node.anchor:
            self._anchored[node.anchor] = node
        if self._open:
            around = self._open[-1]
            around.values += node.values
            around.levels = max(around.levels, node.levels + 1)
            if self._max_values and around.values > self._max_values:
                raise ValueError(f"holds more than {self._max_values:,} values once its aliases are written out")

    def _check_root(self, event: Any) -> None:
        import yaml

        if self.roots:
            raise ValueError("more than one document")
        if self._block and not isinstance(event, yaml.CollectionStartEvent):
            raise ValueError("plain text, wanted a mapping or a sequence")
        if self._block and event.flow_style:
            raise ValueError("written as JSON, wanted block style")

    def _place(self, value: Any, text: str | None) -> None:
        """Put a value where it belongs: the root, the end of a sequence, a mapping's next key or that key's value."""
        if not self._open:
            self.roots.append(value)
            return
        around = self._open[-1]
        if isinstance(around.value, list):
            around.value.append(value)
        elif around.key:
            around.value[around.key.pop()] = value
        elif text is None:
            raise ValueError("a key that is not text")
        elif text in around.value:
            raise ValueError(f"duplicate key {text[:60]!r}")
        else:
            around.key.append(text)


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
