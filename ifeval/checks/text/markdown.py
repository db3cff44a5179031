"""The structure of a reply: its Markdown as markdown-it-py reads it, and what people type in its place.

A line that starts with "•", "1." or "*" without a space after it, "**1.**" or "##Title" is what its writer meant it to be. HTML,
indented code and underlined headings are not read as such: replies are chat, and `---` below a line is a rule.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Literal

import regex

from ifeval.checks.text.marks import normalised

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Kind = Literal["paragraph", "heading", "item", "row", "code"]

_LONGEST = 200_000
"""Characters up to which a reply's Markdown is read; a longer one is taken as paragraphs of plain text."""

_MOST_INLINE = 20_000
"""Characters of one block up to which marks inside its lines are read; a longer one is taken as it stands."""

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_WHOLE_FENCE = re.compile(
    r"\s*(`{3,}|~{3,})[ \t]*(?:text|txt|plain|plaintext|markdown|md)?[ \t]*\n(.*)\n[ \t]*\1[ \t]*\s*", re.DOTALL
)
_ANY_FENCE = re.compile(r"(`{3,}|~{3,})[^\n`]*\n(.*)\n[ \t]*\1", re.DOTALL)
_BULLET = re.compile(r"^(\s*(?:>\s?)*)[•●▪◦‣∙·○■□➤►▸▶✓✔✅☑]\ufe0f?[ \t]*(?=\S)")
_DASHED = re.compile(r"^(\s*(?:>\s?)*)—[ \t]+(?=\S)")
_TIGHT = regex.compile(r"^(\s*)(?:\*(?![*\s])(?!.*\*)|-(?=\p{L}))")
_NUMBER = re.compile(r"^(\s*(?:>\s?)*)(\*\*|__)?\(?(\d{1,3})\\?([.)])(\*\*|__)?[ \t]*(?=\S)")
_HEADING = re.compile(r"^( {0,3}#{2,6})(?=[^\s#])")
_SPECIAL = re.compile(r"[*_`\[\]!&<\\~]")
_BETWEEN_LISTS = frozenset(("paragraph_open", "heading_open", "table_open", "blockquote_open", "fence", "hr"))
_CHECKBOX = re.compile(r"^\[[ xX]?\](?:\s|$)")
_LEADING_NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
_CELL = re.compile(r"(?<!\\)\|")
_LAST_PIPE = re.compile(r"(?<!\\)\|\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf of the structure: its visible text (no Markdown in it) and the lines that it takes, the second excluded.

    `level` is a heading's; `strong` says that all of it is bold. The cells of one table row make one block.
    """

    kind: Kind
    text: str
    start: int
    end: int
    level: int = 0
    strong: bool = False


@dataclass(slots=True)
class Item:
    """A point of a list: `number` as written (None for a bullet), its own text, and the point above it."""

    mark: str
    number: int | None
    indent: int
    above: "Item | None"
    text: str = ""
    below: "list[Item]" = field(default_factory=list)


@dataclass(slots=True)
class Structure:
    """What was found, in order. A table is its rows, the header first, each a list of as many cells as were written."""

    lines: list[str]
    blocks: list[Block] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    highlights: list[str] = field(default_factory=list)


def unfenced(text: str) -> str:
    """The content of the fence that holds all of `text`, where it is one of plain text or Markdown; else `text`."""
    whole = _WHOLE_FENCE.fullmatch(text)
    return whole[2] if whole and whole[1] not in whole[2] else text


def without_fence(text: str) -> str:
    """`text` without the fence that holds all of it, whatever its language, and without a byte order mark."""
    text = text.strip().strip("\ufeff").strip()
    match = _ANY_FENCE.fullmatch(text)
    return match[2] if match and match[1] not in match[2] else text


def structure(text: str) -> Structure:
    """The structure of `text`, whose marks are normalised. Deep nesting is cut short; long blocks are taken as plain."""
    if len(text) > _LONGEST:
        return _plain_structure(text)
    walk = _Walk(Structure(_as_markdown(text.split("\n"))))
    for token in _parser().parse("\n".join(walk.found.lines)):
        walk.step(token)
    return walk.found


def _plain_structure(text: str) -> Structure:
    lines = text.split("\n")
    found = Structure(lines)
    start = 0
    for filled, group in groupby(lines, key=lambda line: bool(line.strip())):
        chunk = list(group)
        if filled:
            found.blocks.append(Block("paragraph", "\n".join(chunk), start, start + len(chunk)))
        start += len(chunk)
    return found


class _Walk:
    """What is open while the tokens go by."""

    def __init__(self, found: Structure) -> None:
        self.found = found
        self.open: list[Item] = []
        self.above: list[Item] = []
        self.block: Token | None = None
        self.row: list[str] = []

    def step(self, token: "Token") -> None:
        if not self.open and token.type in _BETWEEN_LISTS:
            self.above.clear()
        match token.type:
            case "inline":
                self._inline(token)
            case "paragraph_open" | "heading_open" | "tr_open":
                self.block, self.row = token, []
            case "list_item_open":
                self._item(token)
            case "list_item_close":
                self.open.pop()
            case "table_open":
                self.found.tables.append([])
            case "tr_close":
                self._row()
            case "fence":
                start, end = token.map or (0, 0)
                self.found.blocks.append(Block("code", normalised(token.content).strip("\n"), start, end))

    def _item(self, token: "Token") -> None:
        line = token.map[0] if token.map else 0
        written = self.found.lines[line].expandtabs(4)
        indent = len(written) - len(written.lstrip(" >"))
        if self.open and self.found.items[-1].indent >= indent and self.open[-1] is self.found.items[-1]:
            indent = self.open[-1].indent + 1  # a point inside a point on the same line
        while self.above and self.above[-1].indent >= indent:
            self.above.pop()
        number = int(token.info) if token.info.isdigit() else None
        item = Item(token.markup, number, indent, self.above[-1] if self.above else None)
        if item.above:
            item.above.below.append(item)
        self.found.items.append(item)
        self.open.append(item)
        self.above.append(item)

    def _inline(self, token: "Token") -> None:
        text, strong = _visible(token.content, self.found.highlights)
        block = self.block
        if block is None or not block.map:
            return
        start, end = block.map
        if block.type == "tr_open":
            self.row.append(text)
        elif self.open:
            item = self.open[-1]
            text = _CHECKBOX.sub("", text)
            item.text = f"{item.text}\n{text}" if item.text else text
            self.found.blocks.append(Block("item", text, start, end, strong=strong))
        elif block.type == "heading_open":
            if number := _LEADING_NUMBER.match(text):
                text = text[number.end() :]
                self.found.items.append(Item(".", int(number[1]), 0, None, text))
            self.found.blocks.append(Block("heading", text, start, end, level=len(block.markup)))
        else:
            self.found.blocks.append(Block("paragraph", text, start, end, strong=strong))

    def _row(self) -> None:
        start, end = (self.block.map if self.block else None) or (0, 0)
        written = self.found.lines[start].strip().removeprefix("|")
        width = len(_CELL.split(_LAST_PIPE.sub("", written)))
        cells = [*self.row, *[""] * width][:width]
        if width == 1 and self.found.tables[-1] and len(self.found.tables[-1][0]) > 1:  # the line below a table
            self.found.blocks.append(Block("paragraph", self.row[0], start, end))
            return
        self.found.tables[-1].append(cells)
        self.found.blocks.append(Block("row", " | ".join(cells), start, end))


def _visible(content: str, highlights: list[str]) -> tuple[str, bool]:
    """The text of a block's lines without Markdown, and whether it is bold as a whole; highlights are collected."""
    if len(content) > _MOST_INLINE or not _SPECIAL.search(content):
        return content, False
    tokens: list[Token] = []
    _parser().inline.parse(content, _parser(), {}, tokens)
    out: list[str] = []
    opened: list[int] = []
    whole = ""
    for place, token in enumerate(tokens):
        if token.type in ("em_open", "strong_open"):
            opened.append(len(out))
            out.append("")
        elif token.type in ("em_close", "strong_close") and opened:
            start = opened.pop()
            before, after = "".join(out[:start])[-1:], _plain(tokens[place + 1])[:1] if place + 1 < len(tokens) else ""
            if before.isdigit() and after.isdigit():  # 2*3*4
                out[start] = token.markup
                out.append(token.markup)
            elif not opened and not (before.isalnum() and after.isalnum()):
                whole = "".join(out[start:]).strip()
                if regex.search(r"[\p{L}\p{N}]", whole):
                    highlights.append(whole)
        else:
            out.append(_plain(token))
    text = "".join(out)
    return normalised(text), bool(whole) and whole == text.strip() and content.startswith(("**", "__"))


def _plain(token: "Token") -> str:
    """What is seen of an inline token."""
    return "\n" if token.type in ("softbreak", "hardbreak") else token.content


def _as_markdown(lines: list[str]) -> list[str]:
    """The lines with list marks and headings written as Markdown has them; what stands in a fence stays as it is."""
    dashed = sum(_DASHED.match(line) is not None for line in lines) > 1
    tight = sum(_TIGHT.match(line) is not None for line in lines) > 1
    out = []
    fence = ""
    for line in lines:
        opening = _FENCE.match(line)
        if opening and (not fence or (opening[1][0] == fence[0] and len(opening[1]) >= len(fence))):
            fence = "" if fence else opening[1]
        out.append(line if fence or opening else _line_as_markdown(line, dashed, tight))
    return out


def _line_as_markdown(line: str, dashed: bool, tight: bool) -> str:
    line = _HEADING.sub(r"\1 ", _BULLET.sub(r"\1- ", line, count=1), count=1)
    if dashed:
        line = _DASHED.sub(r"\1- ", line, count=1)
    if tight and (mark := _TIGHT.match(line)):
        line = f"{mark[0]} {line[mark.end() :]}"
    number = _NUMBER.match(line)
    if number is None or (number[0][-1] in ".)" and line[number.end()].isdigit()):
        return line
    bold = number[2] if number[2] and not number[5] else ""
    return f"{number[1]}{number[3]}{number[4]} {bold}{line[number.end() :]}"


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.disable(["code", "lheading", "reference", "html_block", "html_inline", "inline"])
    return parser
