"""The marks that models put around their thoughts, and what a template's renderings say about them. Pure text."""

import re
from collections.abc import Iterable, Sequence

KNOWN = (
    ("<think>", "</think>"),
    ("[THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>"),
    ("<mm:think>", "</mm:think>"),
    ("<ifm|think>", "</ifm|think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel>thought\n", "<channel|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|plamo:begin_think:plamo|>", "<|plamo:end_think:plamo|>"),
    ("<|open|>think<|sep|>", "<|close|>think<|sep|>"),
    ("◁think▷", "◁/think▷"),
    ("Here is my thought process:", "Here is my response:"),
)
"""Pairs as the families' own templates write them; read where a template names one of them without showing a thought."""

FRAMES = (
    *("<|open|>response<|sep|>", "<|close|>response<|sep|>", "<|close|>message<|sep|>"),
    *("<response>", "</response>", "<|START_TEXT|>", "<|END_TEXT|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>"),
    *("<answer>\n", "\n</answer>", "<|message_model|>", "<|content_text|>", "<|end_message|>"),
)
"""What some families write around an answer in words."""

_MARK = re.compile(r"<[^<>\s]{1,60}>|\[/?[A-Z][A-Z_ ]{1,40}\]|◁[^◁▷\s]{1,20}▷")
_CLOSING = (("</", "<"), ("[/", "["), ("<|END_", "<|START_"), ("<|end_", "<|begin_"), ("◁/", "◁"))


def marks_around(before: str, between: str, header: str) -> tuple[str, str] | None:
    """The marks around a thought, "" for an opening one that is not written; None where nothing ends the thought.

    before: what a template writes ahead of the thought; between: what comes between thought and answer; header: what
    it writes ahead of an answer that has no thought.
    """
    known = next((pair for pair in KNOWN if between.lstrip().startswith(pair[1]) and pair[0].strip() in before), None)
    if known is not None:
        return known
    close = _first_mark(between)
    if not close:
        return None
    for closing, opening in _CLOSING:
        partner = close.replace(closing, opening, 1)
        if close.startswith(closing) and partner in before:
            return partner, close
    marks = list(_MARK.finditer(before))
    if not marks or header.rstrip().endswith(before.rstrip()):
        return "", close
    return before[marks[-1].start() :].rstrip(), close


def known_marks(texts: Iterable[str]) -> tuple[str, str] | None:
    """The first known pair of which a mark is in one of `texts`."""
    whole = "\n".join(texts)
    return next((pair for pair in KNOWN if pair[1] in whole or pair[0].strip() in whole), None)


def frame_behind(between: str, close: str) -> str:
    """What a template writes between a thought's closing mark and the answer, where that is more than white space."""
    rest = between.partition(close)[2].strip()
    return rest if _MARK.search(rest) else ""


def is_open(tail: str, open_: str, close: str) -> bool:
    """Whether the end of a prompt has opened a thought that it doesn't close."""
    return bool(open_) and tail.rfind(open_.strip()) > tail.rfind(close)


def mark_at(text: str, special: Sequence[str]) -> str:
    """The token that `text` begins with: one of `special`, or what looks like one; "" for none."""
    token = next((token for token in sorted(special, key=len, reverse=True) if text.startswith(token)), "")
    looks = _MARK.match(text)
    return token or (looks[0] if looks else "")


def is_partner(before: str, close: str) -> bool:
    """Whether `close` closes what is opened at the end of `before`."""
    return any(
        close.startswith(closing) and before.endswith(close.replace(closing, opening, 1))
        for closing, opening in _CLOSING
    )


def _first_mark(between: str) -> str:
    mark = _MARK.search(between)
    if mark:
        return mark[0]
    return next((close for _, close in KNOWN if close in between), "")
