"""Japanese tokens and sentences, as M-IFEval counts them.

Tokens are those of Janome 0.5.0 with its own dictionary. Sentences are those of ja_sentence_segmenter 0.0.2 (its
neologd normalisation, lines, a final の that joins two lines, marks) in one pass: only what can change their number is
normalised.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from ifeval.checks.m_ifeval.shared import encodable
from ifeval.checks.text.counting import spans
from ifeval.errors import UserError

QUOTES = (("「", "」"), ("『", "』"))

_MARKS = str.maketrans("｡｢｣！？（）", "。「」!?()")
_BLANKS = re.compile("[ \u3000]+")
# Blanks between Japanese characters are dropped, and between these and ASCII: the line ends here are ASCII.
_LINE_END = "[\n\r\x0b\x0c\x1c-\x1e]"
_BLANK_BY_LINE_END = re.compile(f"(?<=[。!?の]) (?={_LINE_END})|(?<={_LINE_END}) (?=の)")
_QUOTED = re.compile("「[^「」]*」")
_BRACKETED = re.compile(r"\([^()]*\)")
_END = re.compile("[。!?]")


class Token(NamedTuple):
    """A token as it stands in the text, and whether it is a noun (名詞)."""

    surface: str
    noun: bool


def require() -> None:
    """Raise UserError where Janome is not installed."""
    _tokenizer()


@lru_cache(maxsize=32)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text`: some 45,000 characters per second."""
    return tuple(
        Token(token.surface, token.part_of_speech.startswith("名詞"))
        for token in _tokenizer().tokenize(encodable(text))
    )


def occurrences(word: str, text: str) -> int:
    """How many tokens of `text` are `word`."""
    if word not in text:
        return 0
    return sum(token.surface == word for token in tokens(text))


def without_quotations(text: str) -> str:
    """`text` without 「…」, and then without 『…』, each within a line."""
    for opening, closing in QUOTES:
        text = "\n".join(_without(line, opening, closing) for line in text.split("\n"))
    return text


def count_sentences(text: str) -> int:
    """Pieces between `。`, `!`, `?` and line ends; marks inside 「…」 and (…) end none, an empty line is none."""
    normal = _BLANKS.sub(" ", text.strip().translate(_MARKS))
    lines = _BLANK_BY_LINE_END.sub("", normal).splitlines()
    return sum(map(_pieces, _joined(lines)))


def _joined(lines: list[str]) -> Iterator[str]:
    """The lines, each that ends in の (after another character) put together with the next."""
    parts: list[str] = []
    length, waiting = 0, False
    for line in lines:
        parts.append(line)
        length += len(line)
        if line:  # an empty one leaves the end as it was
            waiting = length > 1 and line.endswith("の")
        if not waiting:
            yield "".join(parts)
            parts, length = [], 0
    if parts:
        yield "".join(parts)


def _pieces(line: str) -> int:
    open_marks = _BRACKETED.sub(_no_ends, _QUOTED.sub(_no_ends, line))
    ends = _END.findall(open_marks)
    return len(ends) + (not open_marks.endswith(("。", "!", "?")) and bool(open_marks))


def _no_ends(span: re.Match[str]) -> str:
    return _END.sub("_", span[0])


def _without(line: str, opening: str, closing: str) -> str:
    kept, last = [], 0
    for start, end in spans(line, opening, closing):
        kept.append(line[last:start])
        last = end
    return "".join([*kept, line[last:]])


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    try:
        from janome.tokenizer import Tokenizer
    except ImportError:
        raise UserError(
            "M-IFEval's Japanese words are Janome's, which is not installed: pip install 'ifeval-harness[m-ifeval]'"
        ) from None
    return Tokenizer()
