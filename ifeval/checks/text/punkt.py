"""Sentences by Punkt (Kiss & Strunk 2006, Computational Linguistics 32), split as nltk 3.8 to 3.9 split them.

IFEval's sentence counts are nltk's; nltk 3.10 and the current `punkt` package place some boundaries differently, so
only the learned parameters of each language come from there (`punkt.data`, nltk's own). Time is linear in the text.

How it works: a candidate is a `.`, `?` or `!` before punctuation or white space. Its context, the word it ends and the
word after it, is cut into tokens and judged: first by type (known abbreviation, ellipsis, sentence end), then by the
pair (collocations, orthography of the next word, frequent sentence starters, initials and ordinals).
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from types import ModuleType
from typing import NamedTuple

from ifeval.checks.text.counting import remembered

_NON_WORD = r"""[)";}\]*:@'({\[?!]"""
_RUN = r"(?:-{2,}|\.{2,}|(?:\.\s){2,}\.)"
_TOKEN = re.compile(
    rf"""{_RUN}|(?=[^("`{{\[:;&\#*@)}}\]\-,])\S+?(?=\s|$|{_NON_WORD}|{_RUN}|,(?=$|\s|{_NON_WORD}|{_RUN}))|\S"""
)
_CANDIDATE = re.compile(rf"[.?!](?=(?P<after>{_NON_WORD}|\s+(?P<next>\S+)))")
_CLOSING = re.compile(r"""["')\]}]+?(?:\s+|(?=--)|$)""", re.MULTILINE)
_NUMBER = re.compile(r"-?[.,]?\d[\d,.\-]*\.?$")
_INITIAL = re.compile(r"[^\W\d]\.$")
_ASCII_SPACES = str.maketrans("\n\t\r\x0b\x0c", " " * 5)

_NUMBER_TYPE = "##number##"
_INTERNAL = frozenset(";:,.!?")
_SENTENCE_ENDS = frozenset(".?!")
# Where a word type was seen in training: bits for begin, middle, unknown position; upper case, then lower case.
_MIDDLE_UPPER, _BEGIN_LOWER, _ANY_UPPER, _ANY_LOWER = 1 << 2, 1 << 4, 0b000_1110, 0b111_0000


class Token(NamedTuple):
    """A word or punctuation mark, its type (lower case, numbers merged), and the first pass's reading of it."""

    text: str
    type: str
    ends_sentence: bool
    abbreviates: bool

    @property
    def type_without_period(self) -> str:
        return self.type[:-1] if len(self.type) > 1 and self.type.endswith(".") else self.type

    @property
    def type_as_next(self) -> str:
        """The type as the word after a candidate: without the period that ends a sentence."""
        return self.type_without_period if self.ends_sentence else self.type


@lru_cache(maxsize=32)
def sentences(text: str, language: str = "english", abbreviations: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The sentences of `text`, in order, each with its closing quotes and brackets.

    `language` is the English name of a language that nltk has Punkt parameters for; `abbreviations` (lower case,
    without the final period) are taken for known beside those learned.
    """
    breaks = _judge(language, abbreviations).breaks
    return tuple(text[start:end] for start, end in _realigned(text, _spans(text, breaks)) if start < end)


def count_sentences(text: str) -> int:
    """How many English `sentences` there are."""
    return len(sentences(text))


def _spans(text: str, breaks: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Sentence spans by candidate, closing punctuation not yet moved to the sentence it closes."""
    start = 0
    for candidate, context in _candidates(text):
        if breaks(context):
            yield start, candidate.end()
            start = candidate.start("next") if candidate["next"] else candidate.end()
    yield start, len(text.rstrip())


def _candidates(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each candidate with its context; of candidates in one word ("acting!!!") only the last."""
    previous: re.Match[str] | None = None
    word_start = 0
    spaced = text.translate(_ASCII_SPACES)
    for match in _CANDIDATE.finditer(text):
        gap_start = previous.start() if previous else 0
        space = spaced.rfind(" ", gap_start, match.start())
        # A space at the very start of the gap does not count: nltk's index 0 means "none found".
        new_start = space + 1 if space > gap_start else word_start
        if previous and gap_start <= new_start:
            yield previous, text[word_start : previous.end()] + previous["after"]
        previous, word_start = match, new_start
    if previous:
        yield previous, text[word_start : previous.end()] + previous["after"]


def _realigned(text: str, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans with quotes and brackets that open the next sentence moved into the one they close."""
    moved = 0
    span = next(spans)
    for following in spans:
        closing = _CLOSING.match(text, *following) if following[0] < following[1] else None
        if closing:
            yield span[0] + moved, following[0] + len(closing[0].rstrip())
            moved = len(closing[0])
        else:
            yield span[0] + moved, span[1]
            moved = 0
        span = following
    yield span[0] + moved, span[1]


class _Judge:
    """Whether a candidate ends a sentence, by the learned parameters of one language.

    These are abbreviations, collocations, sentence starters and orthographic contexts.
    """

    def __init__(self, parameters: ModuleType, abbreviations: frozenset[str]) -> None:
        self._learned = parameters
        self._abbreviations = parameters.ABBREV_TYPES | abbreviations
        self._token = remembered(self._read)
        self.breaks = remembered(self._breaks)

    def _breaks(self, context: str) -> bool:
        """Whether a sentence ends inside `context` (and not with its last token)."""
        tokens = [self._token(word) for line in context.split("\n") for word in _TOKEN.findall(line)]
        return any(self._ends_sentence(token, following) for token, following in pairwise(tokens))

    def _read(self, word: str) -> Token:
        """The first pass: judge a token by its type alone."""
        lower = word.lower()
        kind = _NUMBER_TYPE if _NUMBER.match(lower) else lower
        if word in _SENTENCE_ENDS:
            return Token(word, kind, ends_sentence=True, abbreviates=False)
        if not word.endswith("."):
            return Token(word, kind, ends_sentence=False, abbreviates=False)
        if word.endswith(".."):
            return Token(word, kind, ends_sentence=False, abbreviates=not word.strip("."))
        stem = lower[:-1]
        abbreviates = stem in self._abbreviations or stem.rpartition("-")[2] in self._abbreviations
        return Token(word, kind, ends_sentence=not abbreviates, abbreviates=abbreviates)

    def _ends_sentence(self, token: Token, following: Token) -> bool:
        """The second pass: judge a token by the one after it (sections 4.1 to 4.3 of the paper)."""
        if not token.text.endswith("."):
            return token.ends_sentence
        kind, next_kind = token.type_without_period, following.type_as_next
        if (kind, next_kind) in self._learned.COLLOCATIONS:
            return False
        initial = _INITIAL.match(token.text) is not None
        starts = self._starts_sentence(following)
        upper = following.text[0].isupper()
        if token.abbreviates and not initial and (starts or (upper and next_kind in self._learned.SENT_STARTERS)):
            return True
        if initial or kind == _NUMBER_TYPE:
            if starts is False:
                return False
            seen_lower = self._learned.ORTHO_CONTEXT.get(next_kind, 0) & _ANY_LOWER
            if starts is None and initial and upper and not seen_lower:
                return False
        return token.ends_sentence

    def _starts_sentence(self, token: Token) -> bool | None:
        """The orthographic heuristic: does this token start a sentence? None: it cannot be told."""
        if token.text in _INTERNAL:
            return False
        seen = self._learned.ORTHO_CONTEXT.get(token.type_as_next, 0)
        if token.text[0].isupper() and seen & _ANY_LOWER and not seen & _MIDDLE_UPPER:
            return True
        if token.text[0].islower() and (seen & _ANY_UPPER or not seen & _BEGIN_LOWER):
            return False
        return None


@lru_cache(maxsize=4)
def _judge(language: str, abbreviations: frozenset[str]) -> _Judge:
    return _Judge(import_module(f"punkt.data.{language}"), abbreviations)
