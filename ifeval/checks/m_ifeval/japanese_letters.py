"""M-IFEval's `ja:letters:` group: which scripts a reply is written in."""

import re
import unicodedata
from collections.abc import Callable

from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.m_ifeval.relations import JapaneseRelation, compare
from ifeval.checks.text.counting import plural
from ifeval.records import CheckResult

_KANJI = re.compile("[\u4e00-\u9faf]")
_KANJI_RUN = re.compile("[\u4e00-\u9faf]+")
# A run is looked at from its start only, and given back nothing of: anything else takes quadratic time on long runs.
_WITH_FURIGANA = re.compile("(?<![\u4e00-\u9faf])[\u4e00-\u9faf]++（[ぁ-ん]++）")
_HIRAGANA = re.compile("[ぁ-ゖ]")
_KATAKANA = re.compile("[ァ-ヺｦ-ﾟ]")
_HIRAGANA_ONLY = re.compile("[ぁ-んー]")
_KATAKANA_ONLY = re.compile("[ァ-ンー・ｦ-ﾟ]")


def furigana(text: str) -> CheckResult:
    """Each run of kanji is followed by its reading in hiragana, in full-width brackets."""
    runs, read = len(_KANJI_RUN.findall(text)), len(_WITH_FURIGANA.findall(text))
    return CheckResult(runs == read, f"{read} of {plural(runs, 'run')} of kanji with furigana")


def kanji(text: str, *, kanji_limit: Count, relation: JapaneseRelation) -> CheckResult:
    """Less than, or at least, `kanji_limit` kanji."""
    return compare(len(_KANJI.findall(text)), relation, kanji_limit, "kanji/kanji")


def no_hiragana(text: str) -> CheckResult:
    """No hiragana."""
    return _none_of(text, _HIRAGANA, "hiragana")


def no_katakana(text: str) -> CheckResult:
    """No katakana, full or half width; the long mark "ー" is allowed."""
    return _none_of(text, _KATAKANA, "katakana")


def hiragana_only(text: str) -> CheckResult:
    """No letter but ぁ to ん and "ー"; digits and marks are no letters, ゔ and 々 are."""
    return _only(text, _HIRAGANA_ONLY.match, "hiragana")


def katakana_only(text: str) -> CheckResult:
    """No letter but ァ to ン, "ー", "・" and half-width katakana; digits and marks are no letters, ヴ is."""
    return _only(text, _KATAKANA_ONLY.match, "katakana")


def _none_of(text: str, pattern: re.Pattern[str], name: str) -> CheckResult:
    found = pattern.search(text)
    return CheckResult(False, f"{name} {found[0]!r} found") if found else CheckResult(True, f"no {name}")


def _only(text: str, allowed: Callable[[str], object], name: str) -> CheckResult:
    other = next((letter for letter in dict.fromkeys(text) if not allowed(letter) and _is_letter(letter)), None)
    return CheckResult(other is None, f"no letter but {name}" if other is None else f"{other!r} is not {name}")


def _is_letter(character: str) -> bool:
    return unicodedata.category(character).startswith("L")
