"""Spanish words and sentences, as M-IFEval counts them.

Words are the tokens of spaCy's rules for Spanish that are no punctuation: "e.g." and "CO2" are one each, and so is a
lone "+". Sentences are upstream's by a trained model that no package index has; ours are cut by rule.
"""

import re
from functools import lru_cache
from typing import Any

from ifeval.checks.m_ifeval.shared import encodable
from ifeval.errors import UserError

LONGEST_CHUNK = 1000
"""Characters between two white spaces that spaCy is given at once: it takes quadratic time on a run of brackets."""

# A line start takes the white space after it, other line starts included, whether or not an item's mark follows:
# what follows is not looked at twice.
_ITEM_MARK = re.compile(r"^\s*+(?P<mark>(?:\d+\.|[-*])\s*+)?", re.MULTILINE)
_CHUNK = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'»”’)\]*_]*+(?=\s|$)|\n")


def require() -> None:
    """Raise UserError where spaCy is not installed."""
    _tokenizer()


def without_item_marks(text: str) -> str:
    """`text` without `1.`, `-` or `*` at the start of a line, and without the white space around such a mark."""
    return _ITEM_MARK.sub(lambda found: "" if found["mark"] else found[0], text)


@lru_cache(maxsize=32)
def words(text: str) -> tuple[str, ...]:
    """The tokens of `text` that are no punctuation marks; white space beyond one blank is a token too."""
    cut = _tokenizer()
    return tuple(token.text for piece in _pieces(encodable(text)) for token in cut(piece) if not token.is_punct)


def count_sentences(text: str) -> int:
    """Stretches that hold a letter or digit, cut after `.`, `!`, `?` or `…` before white space, and at line ends."""
    start = count = 0
    for end in (*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)):
        count += any(map(str.isalnum, text[start:end]))
        start = end
    return count


def _pieces(text: str) -> list[str]:
    cuts = [
        place
        for chunk in _CHUNK.finditer(text)
        for place in range(chunk.start() + LONGEST_CHUNK, chunk.end(), LONGEST_CHUNK)
    ]
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    try:
        import spacy
    except ImportError:
        raise UserError(
            "M-IFEval's Spanish words are spaCy's, which is not installed: pip install 'ifeval-harness[m-ifeval]'"
        ) from None
    return spacy.blank("es").tokenizer
