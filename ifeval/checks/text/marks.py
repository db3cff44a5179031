"""One spelling per mark: quotation marks, apostrophes, dashes, full-width forms, spaces and line breaks.

What people and models type differs by keyboard and habit; what an instruction asks for does not. Every text is put into
this spelling before anything of it is counted.
"""

import re
import unicodedata

QUOTE, APOSTROPHE, DASH, STOP = '"', "'", "—", "。"
"""What double quotation marks, single ones, dashes (but hyphens) and the ideographic full stop become."""

_QUOTES = "“”„‟″«»「」『』＂"
_APOSTROPHES = "‘’‚‛′ʼʹ＇"
_HYPHENS = "‐‑−﹣－"
_DASHES = "–—―‒⸺⸻"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_BREAKS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_NOTHING = "\u00ad\u180e\u200b\u2060\ufeff\u200e\u200f"
_OTHERS = {"⋯": "…", "、": ",", "،": ",", "؛": ";", "؟": "?", "．": STOP, "｡": STOP, "։": STOP, "।": STOP, "۔": STOP}
_TABLE = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
        **dict.fromkeys(_QUOTES, QUOTE),
        **dict.fromkeys(_APOSTROPHES, APOSTROPHE),
        **dict.fromkeys(_HYPHENS, "-"),
        **dict.fromkeys(_DASHES, DASH),
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_BREAKS, "\n"),
        **dict.fromkeys(_NOTHING, ""),
        **_OTHERS,
    }
)
_STACKED = re.compile(r"([\u0300-\u036f]{8})[\u0300-\u036f]+")
"""Accents on accents: composing a long run of them would take quadratic time."""

_INLINE_TAGS = "a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|u|var"
_BREAK_TAG = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)
_TAG = re.compile(
    rf"(?<!<)</?(?:{_INLINE_TAGS})(?:\s[^<>\n]{{0,300}})?/?>"
    r"|^[ \t]*</?[a-z][\w-]{0,40}(?:\s[^<>\n]{0,300})?/?>|</?[a-z][\w-]{0,40}>[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.DOTALL)


def normalised(text: str) -> str:
    """`text` with one spelling per mark, letters composed (NFC), and `\\n` as the only line break. Linear time."""
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    text = text.translate(_TABLE)
    return text if text.isascii() else unicodedata.normalize("NFC", _STACKED.sub(r"\1", text))


def without_tags(text: str) -> str:
    """`text` without HTML tags: `<br>` is a line break (a space in a table row), the words between tags stay.

    A tag that is none of HTML's inline ones (`<answer>`) goes only from the start or the end of a line.
    """
    if "<" not in text:
        return text
    if _BREAK_TAG.search(text):
        lines = (_BREAK_TAG.sub(" " if "|" in line else "\n", line) for line in text.split("\n"))
        text = "\n".join(lines)
    return _TAG.sub("", _COMMENT.sub("", text))
