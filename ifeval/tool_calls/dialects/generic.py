"""A reader made from what a template renders, for a form nobody wrote a dialect for: a name, then arguments as JSON."""

import json
import re
from collections.abc import Mapping, Sequence

from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools, call_of, read_values

PREFIX = "made:"
LONGEST = 120


class Made(Dialect):
    """`before NAME middle {json} after`; the name tells the three texts, so a stored run can be read again."""

    instructions = ""

    def __init__(self, before: str, middle: str, after: str) -> None:
        self.name = PREFIX + json.dumps([before, middle, after], ensure_ascii=False)
        self._before, self._middle, self._after = before, middle, after
        lead, link = map(_pattern, (before, middle))
        self._head = re.compile(rf"{lead}\s*([\w.\-]+)\s*{link}\s*(?=\{{)")

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        calls: list[ToolCall] = []
        prose: list[str] = []
        error: str | None = None
        position = 0
        while head := self._head.search(text, position):
            prose.append(text[position : head.start()])
            position = head.end()
            try:
                values, position = read_values(text, position, most=1)
                calls.append(call_of({"name": head[1], "arguments": values[0]}))
            except (Malformed, IndexError) as problem:
                error = error or str(problem)
            after = self._after.strip()
            if after and text[position : position + len(after) + 20].lstrip().startswith(after):
                position = text.index(after, position) + len(after)
        prose.append(text[position:])
        return Parsed(tuple(calls), error, "".join(prose).strip())

    def render(self, calls: Sequence[ToolCall]) -> str:
        return "".join(
            f"{self._before}{call.name}{self._middle}{json.dumps(dict(call.arguments), ensure_ascii=False)}{self._after}"
            for call in calls
        )


def by_made_name(name: str) -> Made:
    """The reader that a name of this kind stands for. Raises ValueError for another."""
    before, middle, after = json.loads(name.removeprefix(PREFIX))
    return Made(before, middle, after)


def generic(bodies: Mapping[str, str]) -> Made | None:
    """A reader for the form of two rendered calls; None where it has no mark, or its arguments are no JSON."""
    body = bodies.get("two", "")
    heads = list(re.finditer(r"(?:probe|other)_tool", body))
    if len(heads) != 2:
        return None
    spans = []
    for head in heads:
        opening = body.find("{", head.end())
        try:
            _, end = read_values(body, opening, most=1) if opening >= 0 else ([], -1)
        except Malformed:
            return None
        if end < 0:
            return None
        spans.append((head.start(), head.end(), opening, end))
    first, second = spans
    middle, between = body[first[1] : first[2]], body[first[3] : second[0]]
    before = _common_end(body[: first[0]], between)
    after = between[: len(between) - len(before)]
    if not before.strip() or max(map(len, (before, middle, after))) > LONGEST:
        return None
    return Made(before, middle, after)


def _pattern(text: str) -> str:
    """A regular expression of a text: any white space, any number, and any id where the probe's stands."""
    escaped = r"\s*".join(map(re.escape, text.split()))
    return re.sub(r"\d+", r"\\d+", re.sub(r"abcdefgh\d", r"[\\w.:\-]{0,80}", escaped))


def _common_end(one: str, other: str) -> str:
    count = 0
    while count < min(len(one), len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return one[len(one) - count :]
