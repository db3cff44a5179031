"""Where in a reply the document is: all of it, a fenced block, or somewhere in prose."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?")

Place = Literal["whole", "fenced", "embedded"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document read out of a reply: its `value` and `place`, or an `error` that says why there is none."""

    value: Any = None
    place: Place = "whole"
    error: str | None = None


def fenced_blocks(text: str) -> Iterator[tuple[str, str]]:
    """(label, content) of each fenced code block, the last one closed by the end of the text where it is left open."""
    fence, label = "", ""
    content: list[str] = []
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if not fence:
            if bare.startswith(("```", "~~~")):
                fence = bare[0] * (len(bare) - len(bare.lstrip(bare[0])))
                label, content = bare.lstrip(bare[0]).strip().lower(), []
        elif bare.startswith(fence) and not bare.strip(fence[0]):
            yield label, "".join(content)
            fence = ""
        else:
            content.append(line)
    if fence:
        yield label, "".join(content)


def block_or_all(text: str, labels: tuple[str, ...]) -> tuple[str, Place]:
    """The first fenced block under one of `labels`, else the first block, else the whole reply."""
    blocks = list(fenced_blocks(text))
    for label, content in blocks:
        if label in labels:
            return content, "fenced"
    return (blocks[0][1], "fenced") if blocks else (text, "whole")


def typed_text(text: str, schema: Any) -> Any:
    """Text as the number or boolean that its schema asks for, where it is written as one."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind in ("integer", "number") and _NUMBER.fullmatch(text):
        return json.loads(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text
