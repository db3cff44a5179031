"""M-IFEval's French instructions that are not IFEval's own rule."""

import re
import unicodedata
from typing import Annotated, Any, Literal

from ifeval.checks.ifeval import format
from ifeval.checks.ifeval.arguments import Count, Letter, Pattern
from ifeval.checks.m_ifeval import shared
from ifeval.checks.m_ifeval.relations import FrenchRelation, compare, compare_occurrences
from ifeval.checks.text import patterns
from ifeval.checks.text.counting import count_words, plural, words
from ifeval.checks.text.punkt import sentences
from ifeval.checks.text.treebank import capital_words
from ifeval.records import CheckResult

ANSWERS = ("Oui.", "Non.", "Peut-être.")
ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝ"
_ABBREVIATIONS = (
    "m mr mme mlle dr dre drs dres prof pr cap lt "  # titles
    "etc cf vs rép i.e c.-à-d ex e.g "
    "apr av j.c j.-c a.d env janv fév mar avr juil sept oct nov déc "  # time
    "svp p.v tél tel adj q.v p resp v vol nb n.b p.s ps p.p.s p.-s p-s"
)
ABBREVIATIONS = frozenset(_ABBREVIATIONS.split())
"""What upstream adds to nltk's French abbreviations, those aside that no word can be (with a space, a final period)."""

_ADDRESS = re.compile(r"\b(?:tu|te|toi|ton|ta|tes|t')\b", re.IGNORECASE)
_ACCENT = re.compile(f"[{ACCENTED}]")


def _accents_problem(value: dict[Any, Any]) -> str | None:
    good = all(isinstance(plain, str) and isinstance(accented, str) for plain, accented in value.items())
    return None if good else "must map words to words"


def keyword_frequency(text: str, *, keyword: Pattern, frequency: Count, relation: FrenchRelation) -> CheckResult:
    """The keyword, a pattern, occurs less than, or at least, `frequency` times, ignoring case."""
    keyword = keyword.strip()
    return compare_occurrences(repr(keyword), patterns.count(keyword, text), relation, frequency)


def letter_frequency(text: str, *, letter: Letter, let_frequency: Count, let_relation: FrenchRelation) -> CheckResult:
    """The character occurs less than, or at least, `let_frequency` times, ignoring case; "é" is not "e"."""
    count = text.lower().count(letter.strip().lower())
    return compare_occurrences(repr(letter.strip()), count, let_relation, let_frequency)


def number_sentences(text: str, *, num_sentences: Count, relation: FrenchRelation) -> CheckResult:
    """Less than, or at least, `num_sentences` sentences as Punkt splits French, with `ABBREVIATIONS`."""
    return compare(len(sentences(text, "french", ABBREVIATIONS)), relation, num_sentences, "sentence")


def number_words(text: str, *, num_words: Count, relation: FrenchRelation) -> CheckResult:
    """Less than, or at least, `num_words` runs of word characters: "l'eau" is two."""
    return compare(count_words(text), relation, num_words, "word")


def capital_word_frequency(text: str, *, capital_frequency: Count, capital_relation: FrenchRelation) -> CheckResult:
    """Less than, or at least, `capital_frequency` tokens (of the English Treebank's rules) all in capitals."""
    return compare(capital_words(text), capital_relation, capital_frequency, "word in capitals/words in capitals")


def french_capital(text: str) -> CheckResult:
    """No lower-case letter, and in lower case in French."""
    return shared.capitals_in(text, "fr")


def french_lowercase(text: str) -> CheckResult:
    """No capital letter, and in French."""
    return shared.lowercase_in(text, "fr")


def constrained_response(text: str) -> CheckResult:
    """One of three fixed answers occurs somewhere."""
    return format.one_of(text, ANSWERS)


def title(text: str) -> CheckResult:
    """A non-blank `##title##` on one line; `## title` alone is none."""
    return format.title_between(text, "##", "##")


def quotation(text: str) -> CheckResult:
    """The whole text stands between two equal straight marks, double or single, or in guillemets."""
    return shared.enclosed(text, '""', "''", "«»")


def ethel_or_cedilla(text: str, *, forbidden_char: Literal["ç", "œ"]) -> CheckResult:
    """The character does not occur, ignoring case."""
    count = text.lower().count(forbidden_char)
    return CheckResult(not count, f"{forbidden_char!r} appears {plural(count, 'time')}, wanted none")


def no_accents(text: str) -> CheckResult:
    """No letter with an accent, a dieresis, a tilde or a cedilla; "œ" is allowed."""
    found = _ACCENT.search(text)
    return (
        CheckResult(False, f"accented letter {found[0]!r} found") if found else CheckResult(True, "no accented letter")
    )


def accents(text: str, *, word_to_accentuate: Annotated[dict, _accents_problem]) -> CheckResult:
    """Each word that is a key without its accents is the value of that key. Where none occurs, nothing is wrong."""
    for word in words(text.lower()):
        wanted = word_to_accentuate.get(_plain(word), word)
        if word != wanted:
            return CheckResult(False, f"{word!r} found, wanted {wanted!r}")
    return CheckResult(True, "no word has other accents than wanted")


def informal_address(text: str) -> CheckResult:
    """A form of "tu" occurs (tu, te, t', toi, ton, ta, tes); "vous" may occur too."""
    found = _ADDRESS.search(text)
    return CheckResult(True, f"{found[0]!r} found") if found else CheckResult(False, "no form of 'tu' found")


def _plain(word: str) -> str:
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
