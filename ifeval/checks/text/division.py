"""Lines, paragraphs and places of words, as the library's own checks count them."""

import re

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


def lines_of_text(text: str) -> list[str]:
    """The lines that are not blank, without the white space around them."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def blocks_of_text(text: str) -> list[str]:
    """The paragraphs: what stands between blank lines, blank blocks left out."""
    return [block for block in _BLANK_LINE.split(text) if block.strip()]


def places(text: str, word: str) -> list[int]:
    """Where `word` occurs between word boundaries, ignoring case."""
    return [match.start() for match in re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)]
