"""IFEval-FC's demands that count something: exactly, at most or at least `N`."""

import re
import string
from typing import Literal

from ifeval.checks.ifeval.arguments import Count, Letter
from ifeval.checks.ifeval.keywords import all_present, none_present
from ifeval.checks.ifeval_fc.sentences import count_sentences
from ifeval.checks.text.counting import at_least, count_words, exactly, plural, spans
from ifeval.records import CheckResult

Option = Literal["exactly", "at most", "at least"]

_PUNCTUATION_TO_BLANKS = str.maketrans(dict.fromkeys(string.punctuation, " "))
_EMPHASIS = re.compile(r"\*([^*]*)\*")


def keywords_presence(text: str, *, list_of_keywords: list[str], must_include: bool) -> CheckResult:
    """All keywords are words of the text, or none is where `must_include` is false, ignoring case."""
    words = set(_words(text.lower()))
    if must_include:
        return all_present([keyword for keyword in list_of_keywords if keyword not in words], len(list_of_keywords))
    return none_present([keyword for keyword in list_of_keywords if keyword in words])


def keyword_frequency(text: str, *, keyword: str, N: Count, comparison_option: Option) -> CheckResult:
    """So many words are the keyword, ignoring case; `_` and `-` separate words too."""
    return _compare(_words(text.lower()).count(keyword), comparison_option, N, f"{keyword!r}")


def letter_frequency(text: str, *, letter: Letter, N: Count, comparison_option: Option) -> CheckResult:
    """The letter occurs so often, ignoring case."""
    return _compare(text.lower().count(letter), comparison_option, N, f"{letter!r}")


def word_count(text: str, *, N: Count, comparison_option: Option) -> CheckResult:
    """So many runs of word characters."""
    return _compare(count_words(text), comparison_option, N, "word")


def sentence_count(text: str, *, N: Count, comparison_option: Option) -> CheckResult:
    """So many sentences (see `count_sentences`)."""
    return _compare(count_sentences(text), comparison_option, N, "sentence")


def placeholder_count(text: str, *, N: Count, comparison_option: Option) -> CheckResult:
    """So many bracketed spans, each on one line, `[]` included."""
    count = sum(1 for line in text.split("\n") for _ in spans(line, "[", "]"))
    return _compare(count, comparison_option, N, "placeholder")


def highlighted_sections_count(text: str, *, N: Count, comparison_option: Option) -> CheckResult:
    """So many non-blank spans in `**…**`, and, once these are taken out, in `*…*`; both may hold line ends."""
    strong = [text[start:end] for start, end in spans(text, "**", "**")]
    count = sum(1 for span in strong if span[2:-2].strip())
    if count <= N:  # else the rest cannot matter, and would take long where there are very many
        for span in dict.fromkeys(strong):
            text = text.replace(span, "")
        count += sum(1 for span in _EMPHASIS.findall(text) if span.strip())
    return _compare(count, comparison_option, N, "highlighted section")


def all_capital_words(text: str, *, N: Count, comparison_option: Option) -> CheckResult:
    """So many words all in capitals; "DON'T" is two."""
    return _compare(sum(map(str.isupper, _words(text))), comparison_option, N, "word in capitals/words in capitals")


def commas(text: str, *, N: Count, comparison_option: Option) -> CheckResult:
    """So many ASCII commas."""
    return _compare(text.count(","), comparison_option, N, "comma")


def _words(text: str) -> list[str]:
    """What white space and ASCII punctuation separate."""
    return text.translate(_PUNCTUATION_TO_BLANKS).split()


def _compare(count: int, option: Option, wanted: int, noun: str) -> CheckResult:
    if option == "exactly":
        return exactly(count, wanted, noun)
    if option == "at least":
        return at_least(count, wanted, noun)
    return CheckResult(count <= wanted, f"{plural(count, noun)}, wanted at most {wanted}")
