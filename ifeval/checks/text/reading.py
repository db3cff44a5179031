"""One reading of a reply: its words, sentences, paragraphs, lines, lists, tables and marks, each by one notion.

Every instruction of ours is defined over it. Marks are normalised (`marks`), Markdown is read by a parser (`markdown`),
and what it says of words and sentences (`words`, `sentences`) is the same wherever it is asked. Linear in the text.
"""

import re
from collections.abc import Callable
from functools import cached_property, lru_cache, wraps

import regex

from ifeval.checks.text.markdown import Block, Item, Structure, structure, unfenced
from ifeval.checks.text.marks import normalised, without_tags
from ifeval.checks.text.sentences import Piece, pieces_of, sentences_of
from ifeval.checks.text.words import URL, fold, spans_of, words_of
from ifeval.records import CheckResult

_CONTENT = regex.compile(r"[\p{L}\p{N}]")
_SEEN = regex.compile(r"[\p{L}\p{N}\p{Extended_Pictographic}]")
_NUMBER = regex.compile(r"(?<![\p{L}\p{M}_])\d+(?:[.,:]\d+)*")
_ENDED = re.compile(r"[.!?…。][\"')\]]*\s*$")
_SHORT = 5
"""Words of a line, without a stop at its end, that make it a greeting or a signature and no paragraph."""


class Reading:
    """A reply as it is read. `raw` is the reply itself; `source` has its marks normalised, tags and an outer fence gone.

    `language` is a code such as "ja" or "zh-tw"; it matters in scripts without spaces, and is told from the script
    where it is not given.
    """

    def __init__(self, raw: str, language: str | None = None) -> None:
        self.raw = raw
        self.language = language
        self.source = without_tags(unfenced(normalised(raw)))

    @cached_property
    def structure(self) -> Structure:
        """Blocks, list points, tables and highlights."""
        return structure(self.source)

    @cached_property
    def text(self) -> str:
        """What is seen of the reply: no Markdown, no list marks, one block per line or more."""
        return "\n".join(block.text for block in self.structure.blocks)

    @cached_property
    def prose(self) -> str:
        """`text` without web addresses, whose marks are nobody's punctuation."""
        return URL.sub(" ", self.text)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of `text` that hold a letter, a digit or an emoji, white space around them aside."""
        return [line.strip() for line in self.text.split("\n") if _SEEN.search(line)]

    @cached_property
    def words(self) -> list[str]:
        """The words, in order, as written."""
        return words_of(self.text, self.language)

    @cached_property
    def folded(self) -> list[str]:
        """The words without regard to case."""
        return [fold(word) for word in self.words]

    @cached_property
    def pieces(self) -> list[list[Piece]]:
        """Sentences and what stands for none, block by block; headings are left out, and code beside other text."""
        blocks = self.structure.blocks
        kept = [block for block in blocks if block.kind in ("paragraph", "item", "row")]
        kept = kept or [block for block in blocks if block.kind == "code"]
        return [
            pieces_of(part)
            for block in kept
            for part in (block.text.split(" | ") if block.kind == "row" else [block.text])
        ]

    @cached_property
    def sentences(self) -> list[str]:
        """The sentences, in order."""
        return sentences_of(self.pieces)

    @cached_property
    def paragraphs(self) -> list[str]:
        """What is between blank lines and holds words: no rules, headings, greeting or signature; a list is one."""
        chunks = [(text, title) for text, title in _chunks(self.structure) if _CONTENT.search(text)]
        chunks = [chunk for chunk in chunks if not chunk[1]] or chunks
        texts = [text for text, _ in chunks]
        if any(map(_ENDED.search, texts)):
            while len(texts) > 1 and _is_short(texts[0]):
                texts.pop(0)
            while len(texts) > 1 and _is_short(texts[-1]):
                texts.pop()
        return texts

    @cached_property
    def bullets(self) -> list[Item]:
        """The bullet points that hold text; points of another point belong to it."""
        return [item for item in self.structure.items if item.number is None and _holds_text(item) and _is_top(item)]

    @cached_property
    def numbered(self) -> list[Item]:
        """The numbered items that hold text; items below an item belong to it."""
        return [
            item for item in self.structure.items if item.number is not None and _holds_text(item) and _is_top(item)
        ]

    @property
    def headings(self) -> list[Block]:
        """The headings that hold text."""
        return [block for block in self.structure.blocks if block.kind == "heading" and _CONTENT.search(block.text)]

    @cached_property
    def numbers(self) -> list[str]:
        """The numbers in digits: 3.14, 100,000 and 10:30 are one each, 9/17 and 10-15 two; list marks are none."""
        return _NUMBER.findall(self.text)

    def places(self, keyword: str) -> list[tuple[int, int]]:
        """Where a word or phrase stands in `text` as a word of its own, ignoring case."""
        return spans_of(normalised(keyword).strip(), self.text)

    def count(self, mark: str) -> int:
        """How often a mark occurs in `prose`."""
        return self.prose.count(mark)


@lru_cache(maxsize=64)
def read(text: str, language: str | None = None) -> Reading:
    """The reading of a text, kept for the next check of the same text."""
    return Reading(text, language)


def on_text(check: Callable[..., CheckResult]) -> Callable[..., CheckResult]:
    """A check over a `Reading` as one that takes a text (or a reading, where a language is to be given)."""

    @wraps(check)
    def checked(text: str | Reading, **arguments: object) -> CheckResult:
        return check(text if isinstance(text, Reading) else read(text), **arguments)

    return checked


def _chunks(found: Structure) -> list[tuple[str, bool]]:
    """Blocks with no blank line between them, as one text each, and whether it is but a title."""
    chunks: list[list[Block]] = []
    for block in found.blocks:
        before = chunks[-1][-1] if chunks else None
        together = before and (
            block.start <= before.end or (block.kind == before.kind and block.kind in ("item", "row"))
        )
        if together:
            chunks[-1].append(block)
        else:
            chunks.append([block])
    return [("\n".join(block.text for block in chunk), all(map(_is_title, chunk))) for chunk in chunks]


def _is_title(block: Block) -> bool:
    return block.kind == "heading" or (block.strong and "\n" not in block.text and not _ENDED.search(block.text))


def _is_short(chunk: str) -> bool:
    """Whether every line is as short as a greeting's or a signature's and ends with no stop."""
    return all(not _ENDED.search(line) and len(line.split()) <= _SHORT for line in chunk.split("\n"))


def _holds_text(item: Item) -> bool:
    return bool(_CONTENT.search(item.text)) or any(map(_holds_text, item.below))


def _is_top(item: Item) -> bool:
    """Whether no point of the same kind is above it."""
    above = item.above
    while above:
        if (above.number is None) == (item.number is None):
            return False
        above = above.above
    return True
