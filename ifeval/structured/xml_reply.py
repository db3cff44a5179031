"""XML in a reply, read as values under a JSON Schema: elements for names, their text for values, nothing else.

Hostile documents cost nothing: parsing begins at the root element, so there is no document type, and no entity to expand
or to fetch; size and depth are bounded, and nothing recurses before the depth is known.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from ifeval.structured.documents import Parsed, block_or_all, typed_text
from ifeval.structured.schema.validator import MAX_DEPTH

MAX_CHARACTERS = 100_000


@dataclass(slots=True)
class _Element:
    name: str
    children: list["_Element"] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def read_xml(text: str, schema: Any) -> Parsed:
    """The XML of a reply: a fenced block, or what extends from the root's opening tag to its closing one.

    schema: `title` names the root element. Where it asks for an object, each child element is a property; for an array,
    each child is an item, whatever its name; for a number or a boolean, the text is read as one where it is written as
    one. Attributes are refused, surrounding white space is not part of a value.
    """
    root = schema.get("title", "")
    document, place = block_or_all(text, ("xml",))
    if len(document) > MAX_CHARACTERS:
        return Parsed(error=f"more than {MAX_CHARACTERS:,} characters of XML")
    bare = document.strip()
    start, closing = _opening(document, root), f"</{root}>"
    end = document.rfind(closing)
    if start is None:
        return Parsed(error=f"no element <{root}>")
    if end < start:
        return Parsed(error=f"the element <{root}> is never closed")
    found = document[start : end + len(closing)]
    if place != "fenced" and re.sub(r"\A<\?xml[^>]*\?>\s*", "", bare) != found:
        place = "embedded"
    try:
        element = _parse(found)
        return Parsed(_value(element, schema), place)
    except ValueError as error:
        return Parsed(error=f"not XML: {error}")


def _opening(document: str, root: str) -> int | None:
    """Where the root's tag begins."""
    match = re.search(rf"<{re.escape(root)}[\s/>]", document)
    return match.start() if match else None


def _parse(document: str) -> _Element:
    """The root element. Raises ValueError for what is not well formed or not accepted."""
    from xml.parsers import expat

    parser = expat.ParserCreate()
    top = _Element("")
    open_ = [top]

    def started(name: str, attributes: dict[str, str]) -> None:
        if attributes:
            raise ValueError(f"the element <{name[:60]}> has attributes")
        if len(open_) > MAX_DEPTH:
            raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
        element = _Element(name)
        open_[-1].children.append(element)
        open_.append(element)

    parser.StartElementHandler = started
    parser.EndElementHandler = lambda name: open_.pop()
    parser.CharacterDataHandler = lambda data: open_[-1].text.append(data)
    try:
        parser.Parse(document.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        raise ValueError(str(error)[:120]) from None
    return top.children[0]


def _value(element: _Element, schema: Any) -> Any:
    """What an element says, shaped by its schema; without one, as it stands."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind == "array":
        _no_text(element)
        return [_value(child, schema.get("items")) for child in element.children]
    if kind == "object" or element.children:
        _no_text(element)
        properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
        made: dict[str, Any] = {}
        for child in element.children:
            if child.name in made:
                raise ValueError(f"the element <{child.name[:60]}> comes twice in <{element.name[:60]}>")
            made[child.name] = _value(child, properties.get(child.name))
        return made
    return typed_text("".join(element.text).strip(), schema)


def _no_text(element: _Element) -> None:
    stray = "".join(element.text).strip()
    if stray:
        raise ValueError(f"text between the elements of <{element.name[:60]}>: {stray[:60]!r}")
