"""What M-IFEval's languages share with each other and not with IFEval."""

import re

from ifeval.checks.text import language
from ifeval.records import CheckResult

_DIGIT = re.compile(r"\d")
_SURROGATE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """`text` without lone surrogates, which tokenizers refuse; each is replaced."""
    return _SURROGATE.sub("\ufffd", text)


def no_digits(text: str) -> CheckResult:
    """No decimal digit of any script ("²" and kanji numerals are none)."""
    found = _DIGIT.search(text)
    return CheckResult(False, f"digit {found[0]!r} found") if found else CheckResult(True, "no digit")


def capitals_in(text: str, code: str) -> CheckResult:
    """No lower-case letter, one capital at least, and in lower case in the language `code`."""
    if not text.isupper():
        return CheckResult(False, "not all letters are capitals")
    return language.in_language(language.detect(text.lower()), code)


def lowercase_in(text: str, code: str) -> CheckResult:
    """No capital letter, one lower-case letter at least, and in the language `code`."""
    if not text.islower():
        return CheckResult(False, "not all letters are lower case")
    return language.in_language(language.detect(text), code)


def enclosed(text: str, *pairs: str) -> CheckResult:
    """The whole text stands between the two marks of one of `pairs` ("«»")."""
    text = text.strip()
    ok = len(text) > 1 and text[0] + text[-1] in pairs
    return CheckResult(ok, f"{'' if ok else 'not '}wrapped in {' or '.join(map(' … '.join, pairs))}")
