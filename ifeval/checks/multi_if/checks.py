"""Multi-IF's checks where they differ from IFEval's: quotation marks of other scripts, and counting Chinese and Hindi.

The rules are those of facebookresearch/Multi-IF (Apache-2.0), in our words. Thai is counted as any other language is,
where upstream asks a Thai tokenizer; the English part has no such replies.
"""

import re
from collections.abc import Mapping

from ifeval.checks import CHECKS as IFEVAL
from ifeval.checks.ifeval.arguments import Check, Count
from ifeval.checks.text.counting import Relation, compare, count_words
from ifeval.checks.text.language import detect
from ifeval.checks.text.punkt import count_sentences
from ifeval.records import CheckResult

_QUOTES = frozenset(('""', "“”", "「」"))
_HAN_OR_KANA = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_BY_CHARACTER = frozenset(("zh-cn", "zh-tw", "ja"))
_ENDS_HAN = re.compile(r"[。！？.!?]")
_ENDS_HINDI = re.compile(r"[।!?]")
_WORD_CHARACTER = re.compile(r"\w")


def number_words(text: str, *, num_words: Count, relation: Relation) -> CheckResult:
    """Less than, or at least, `num_words` words; of Chinese and Japanese the word characters are counted."""
    count = len(_WORD_CHARACTER.findall(text)) if _by_character(text) else count_words(text)
    return compare(count, relation, num_words, "word")


def number_sentences(text: str, *, num_sentences: Count, relation: Relation) -> CheckResult:
    """Less than, or at least, `num_sentences` sentences: by their marks in Chinese, Japanese and Hindi, else Punkt's."""
    if _by_character(text):
        count = _parts(_ENDS_HAN, text)
    elif _DEVANAGARI.search(text) and detect(text) == "hi":
        count = _parts(_ENDS_HINDI, text)
    else:
        count = count_sentences(text)
    return compare(count, relation, num_sentences, "sentence")


def quotation(text: str) -> CheckResult:
    """The whole text stands in "...", “...” or 「...」."""
    text = text.strip()
    ok = len(text) > 1 and text[0] + text[-1] in _QUOTES
    return CheckResult(ok, f"{'' if ok else 'not '}wrapped in quotation marks")


def _by_character(text: str) -> bool:
    """Whether the text is Chinese or Japanese; a language is asked for only where the script allows it."""
    return bool(_HAN_OR_KANA.search(text)) and detect(text) in _BY_CHARACTER


def _parts(ends: re.Pattern[str], text: str) -> int:
    return sum(1 for part in ends.split(text) if part.strip())


CHECKS: Mapping[str, Check] = {
    name: check for name, check in IFEVAL.items() if name != "detectable_format:constrained_response"
} | {
    "length_constraints:number_words": number_words,
    "length_constraints:number_sentences": number_sentences,
    "startend:quotation": quotation,
}
"""The 24 instruction types of Multi-IF."""
