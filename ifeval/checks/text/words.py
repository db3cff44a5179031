"""What a word is: one notion for every instruction of ours.

A word is a run of letters and digits, with the apostrophes, hyphens and full stops inside it ("don't", "well-known",
"U.S.", "3.14", "AT&T"). Dashes, emoji and list marks are none. Scripts without spaces are cut by BudouX, which finds
words in Chinese and Thai and phrases (bunsetsu) in Japanese; other such scripts count a run as one word.
"""

from functools import lru_cache
from typing import Any

import regex

_ALNUM = r"[\p{L}\p{N}\p{M}]"
_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]"
_WORD = regex.compile(
    rf"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]]"
    rf"|{_ALNUM}[\p{{L}}\p{{N}}\p{{M}}.+-]{{0,64}}@{_ALNUM}[\p{{L}}\p{{N}}\p{{M}}.-]{{0,64}}{_ALNUM}"
    rf"|{_ALNUM}+(?:(?:['&_-](?={_ALNUM})|(?<=\p{{L}})\.(?=\p{{Ll}})|(?<=(?<!\p{{L}})\p{{L}})\.(?!{_SPACELESS})(?=\p{{L}}(?!\p{{L}}))"
    rf"|(?<=\p{{N}})[.,:](?=\p{{N}})){_ALNUM}+)*"
)
URL = regex.compile(r"(?:https?://|www\.)[^\s<>\"]*")
_UNSPACED = regex.compile(_SPACELESS)
_KANA, _THAI = regex.compile(r"[\p{Hiragana}\p{Katakana}]"), regex.compile(r"\p{Thai}")
_SEGMENTERS = {
    "ja": "load_default_japanese_parser",
    "th": "load_default_thai_parser",
    "zh": "load_default_simplified_chinese_parser",
    "zh-cn": "load_default_simplified_chinese_parser",
    "zh-hans": "load_default_simplified_chinese_parser",
    "zh-tw": "load_default_traditional_chinese_parser",
    "zh-hant": "load_default_traditional_chinese_parser",
}
EDGE = r"[\p{L}\p{N}_]"


def words_of(text: str, language: str | None = None) -> list[str]:
    """The words of `text`, whose marks are normalised, in order and as written."""
    found = _WORD.findall(text)
    if _UNSPACED.search(text) is None:
        return found
    return [part for word in found for part in _segments(word, language)]


def fold(word: str) -> str:
    """The word without regard to case."""
    return word.casefold()


def is_unspaced(text: str) -> bool:
    """Whether `text` holds letters of a script that is written without spaces."""
    return _UNSPACED.search(text) is not None


def spans_of(keyword: str, text: str) -> list[tuple[int, int]]:
    """Where `keyword` (a word or several) stands in `text` as a word of its own, ignoring case.

    No letter or digit may touch it: "moon" is found in "moon's" and "full-moon", not in "moons". In a script without
    spaces it may stand anywhere.
    """
    return [match.span() for match in _keyword(keyword).finditer(text)]


@lru_cache(maxsize=1024)
def _keyword(keyword: str) -> Any:
    """The pattern of a keyword, whose marks are normalised."""
    literal = r"\s+".join(map(regex.escape, keyword.split()))
    if is_unspaced(keyword):
        return regex.compile(literal, regex.IGNORECASE)
    before = rf"(?<!{EDGE})" if keyword[:1].isalnum() else ""
    after = rf"(?!{EDGE})" if keyword.rstrip()[-1:].isalnum() else ""
    return regex.compile(before + literal + after, regex.IGNORECASE)


def _segments(word: str, language: str | None) -> list[str]:
    if _UNSPACED.search(word) is None:
        return [word]
    code = (language or "").lower()
    if code not in _SEGMENTERS:
        code = "ja" if _KANA.search(word) else "th" if _THAI.search(word) else "zh"
    return _segmenter(_SEGMENTERS[code]).parse(word)


@lru_cache(maxsize=4)
def _segmenter(loader: str) -> Any:
    import budoux

    return getattr(budoux, loader)()
