"""What a sentence is: one notion for every instruction of ours.

A sentence ends with a full stop, a question mark, an exclamation mark or an ellipsis, and with the quotes, brackets and
emoji after it. What ends with none of them (a signature, a heading, hashtags, a list point) is no sentence, except at
the end of a line that has one before it, and where the whole text has none: then it counts as one.
"""

from collections.abc import Iterable
from typing import NamedTuple

import regex

from ifeval.checks.text.abbreviations import BEFORE_CAPITAL, BEFORE_NUMBER, DAYS, LETTERED, NEVER, STARTERS
from ifeval.checks.text.marks import STOP
from ifeval.checks.text.words import words_of

_LETTER = r"[\p{L}\p{N}]"
_END = regex.compile(
    rf"(?P<stop>[.!?…‽{STOP}]+)(?P<close>[\"')\]}}*_`]*)(?=\s|$|[^\x00-\x7f]|(?<=\p{{Ll}}{{2}}[.!?])\p{{Lu}}\p{{Ll}})"
)
_TAIL = regex.compile(r"[^\p{L}\p{N}\"'(\[{<#@$€£¥]{0,200}")
_LAST_TOKEN = regex.compile(r"[^\s\"'(\[{—/]*$")
_FIRST_WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+")
_DOTTED = regex.compile(r"(?:\p{L}\.)+\p{L}")
_INITIAL = regex.compile(r"(?:^|[^\p{L}]|(?P<noun>\p{L}+)\s)\p{Lu}$")
_LABEL = regex.compile(r"[\s\"'(]*(?:\d{1,3}|\p{L})")
_WRAPPED = regex.compile(r"(?<![.!?…:;])\n(?=\p{Ll})")
_HASHTAGS = regex.compile(r"(?<!\S)#\w+")


class Piece(NamedTuple):
    """A stretch of text that is a sentence or stands for none: `ended` says whether a mark ends it."""

    text: str
    ended: bool


def pieces_of(text: str) -> list[Piece]:
    """A block of text cut at the ends of sentences and at line breaks (a break before a small letter is a wrapped line)."""
    return [piece for line in _WRAPPED.sub(" ", text).split("\n") if line.strip() for piece in _line_pieces(line)]


def sentences_of(blocks: Iterable[list[Piece]]) -> list[str]:
    """The sentences among the pieces of each block, in order."""
    found: list[str] = []
    rest: list[str] = []
    for block in blocks:
        before = False
        for piece in block:
            if piece.ended or (before and len(words_of(_HASHTAGS.sub("", piece.text))) > 1):
                found.append(piece.text)
            else:
                rest.append(piece.text)
            before = piece.ended
    whole = " ".join(rest)
    return found or ([whole] if words_of(whole) else [])


def _line_pieces(line: str) -> list[Piece]:
    pieces: list[Piece] = []
    start = 0
    for match in _END.finditer(line):
        tail = _TAIL.match(line, match.end())
        after = tail.end() if tail else match.end()
        if match.end() <= start or not _breaks(line, start, match, after):
            continue
        text = line[start:after].strip()
        if _FIRST_WORD.search(text):
            pieces.append(Piece(text, ended=True))
        elif pieces:
            pieces[-1] = Piece(f"{pieces[-1].text} {text}", pieces[-1].ended)
        start = after
    rest = line[start:].strip()
    if _FIRST_WORD.search(rest):
        pieces.append(Piece(rest, ended=False))
    elif rest and pieces:
        pieces[-1] = Piece(f"{pieces[-1].text} {rest}", pieces[-1].ended)
    return pieces


def _breaks(line: str, start: int, end: "regex.Match[str]", after: int) -> bool:
    """Whether a sentence that began at `start` ends with the mark that `end` found; `after` is where the next begins."""
    stop, close = end["stop"], end["close"]
    following = _FIRST_WORD.search(line, after, after + 80)
    if following is None or STOP in stop:
        return True
    word, small = following[0], following[0][0].islower()
    if small and (close or stop.endswith(("…", ".."))):
        return False
    if stop != ".":
        return True
    if _LABEL.fullmatch(line, start, end.start()):
        return False
    return not _abbreviates(line[max(start, end.start() - 80) : end.start()], word, close)


def _abbreviates(before: str, following: str, close: str) -> bool:
    """Whether the full stop after `before` only abbreviates its last word, seeing the word that follows."""
    last = _LAST_TOKEN.search(before)
    token = last[0].casefold() if last else ""
    if token in NEVER:
        return True
    if following[0].isdigit():
        return token in BEFORE_NUMBER
    dotted = _DOTTED.fullmatch(token) is not None
    if following[0].islower():
        return dotted or token in BEFORE_CAPITAL or token == "etc"
    if token in ("a.m", "p.m"):
        return following.casefold() in DAYS
    initial = None if close else _INITIAL.search(before)
    if token in BEFORE_CAPITAL or dotted or (initial and (initial["noun"] or "").casefold() not in LETTERED):
        return following.casefold() not in STARTERS
    return False
