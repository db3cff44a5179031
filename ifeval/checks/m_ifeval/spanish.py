"""M-IFEval's Spanish instructions that are not IFEval's own rule. At most is "<=" here, unlike in French and Japanese."""

import re
import string
import unicodedata

from ifeval.checks.ifeval import content, format, length
from ifeval.checks.ifeval.arguments import Count, Letter, Ordinal, Pattern
from ifeval.checks.m_ifeval import shared, spanish_text
from ifeval.checks.m_ifeval.relations import SpanishRelation, compare, compare_occurrences
from ifeval.checks.text import language, patterns
from ifeval.checks.text.counting import exactly, spans
from ifeval.records import CheckResult

ANSWERS = ("Sí.", "No.", "Quizás.")
POSTSCRIPT = {"P.D.": r"p\.\s?d\."}
ACUTE = frozenset("áéíóúÁÉÍÓÚ")

_STAR_BULLET = re.compile(r"^[^\S\n]*\*[^*].*$", re.MULTILINE)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def keyword_frequency(text: str, *, keyword: Pattern, frequency: Count, relation: SpanishRelation) -> CheckResult:
    """The keyword, a pattern, occurs at least, or at most, `frequency` times, ignoring case."""
    keyword = keyword.strip()
    return compare_occurrences(repr(keyword), patterns.count(keyword, text), relation, frequency)


def letter_frequency(text: str, *, letter: Letter, let_frequency: Count, let_relation: SpanishRelation) -> CheckResult:
    """The character occurs at least, or at most, `let_frequency` times, ignoring case; "á" is not "a"."""
    count = text.lower().count(letter.strip().lower())
    return compare_occurrences(repr(letter.strip()), count, let_relation, let_frequency)


def number_sentences(text: str, *, num_sentences: Count, relation: SpanishRelation) -> CheckResult:
    """At least, or at most, `num_sentences` sentences: by rule, upstream by a trained model (see `spanish_text`)."""
    count = spanish_text.count_sentences(spanish_text.without_item_marks(text))
    return compare(count, relation, num_sentences, "sentence")


def number_words(text: str, *, num_words: Count, relation: SpanishRelation) -> CheckResult:
    """At least, or at most, `num_words` of spaCy's tokens that are no punctuation, marks of list items aside."""
    count = len(spanish_text.words(spanish_text.without_item_marks(text).replace("\n", " ")))
    return compare(count, relation, num_words, "word")


def nth_paragraph_first_word(
    text: str, *, num_paragraphs: Count, nth_paragraph: Ordinal, first_word: str
) -> CheckResult:
    """IFEval's rule of that name, for several first words too; ASCII punctuation in the words does not matter."""
    wanted = first_word.lower().split()

    def start_of(paragraph: str) -> str:
        found = paragraph.split(maxsplit=len(wanted))[: len(wanted)]
        return " ".join(word.translate(_NO_PUNCTUATION).lower() for word in found)

    return length.nth_paragraph_start(text, num_paragraphs, nth_paragraph, " ".join(wanted), start_of)


def number_placeholders(text: str, *, num_placeholders: Count, relation: SpanishRelation = "al menos") -> CheckResult:
    """At least `num_placeholders`, whatever the relation says, as upstream."""
    return content.number_placeholders(text, num_placeholders=num_placeholders)


def number_highlighted_sections(
    text: str, *, num_highlights: Count, relation: SpanishRelation = "al menos"
) -> CheckResult:
    """At least `num_highlights`, whatever the relation says, as upstream."""
    return format.number_highlighted_sections(text, num_highlights=num_highlights)


def multiple_sections(
    text: str, *, section_spliter: Pattern, num_sections: Count, relation: SpanishRelation = "al menos"
) -> CheckResult:
    """At least `num_sections`, whatever the relation says, as upstream."""
    return format.multiple_sections(text, section_spliter=section_spliter, num_sections=num_sections)


def postscript(text: str, *, postscript_marker: Pattern) -> CheckResult:
    """The marker occurs anywhere, ignoring case: "Nota" in "anotación" too. "P.D." may have a space inside."""
    return content.marked_postscript(text, postscript_marker.strip(), POSTSCRIPT)


def number_bullet_lists(text: str, *, num_bullets: Count) -> CheckResult:
    """Exactly `num_bullets` lines starting with `*` (but not `**`); a line with `-` is none."""
    return exactly(len(_STAR_BULLET.findall(text)), num_bullets, "bullet point")


def constrained_response(text: str) -> CheckResult:
    """One of three fixed answers occurs somewhere."""
    return format.one_of(text, ANSWERS)


def end_checker(text: str, *, end_phrase: str) -> CheckResult:
    """The text ends with the phrase, ignoring case, white space, double quotes, and then one period after it."""
    ending = text.strip().strip('"').lower().removesuffix(".")
    wanted = end_phrase.strip()
    ok = ending.endswith(wanted.lower())
    return CheckResult(ok, f"ends with {wanted!r}" if ok else f"ends with {ending[-40:]!r}, wanted {wanted!r}")


def capital_word_frequency(text: str, *, capital_frequency: Count, capital_relation: SpanishRelation) -> CheckResult:
    """At least, or at most, `capital_frequency` of spaCy's tokens all in capitals."""
    count = sum(map(str.isupper, spanish_text.words(text)))
    return compare(count, capital_relation, capital_frequency, "word in capitals/words in capitals")


def spanish_capital(text: str) -> CheckResult:
    """No letter but capitals, marks on letters aside and "ª" taken for an "a", and in lower case in Spanish."""
    decomposed = unicodedata.normalize("NFKD", text)
    if any(letter.isalpha() and not letter.isupper() and not unicodedata.combining(letter) for letter in decomposed):
        return CheckResult(False, "not all letters are capitals")
    return language.in_language(language.detect(text.lower()), "es")


def spanish_lowercase(text: str) -> CheckResult:
    """No capital letter, and in Spanish."""
    return shared.lowercase_in(text, "es")


def question_marks(text: str) -> CheckResult:
    """Something stands between `¿` and the next `?`."""
    return _between(text, "¿", "?", "question")


def exclamation_marks(text: str) -> CheckResult:
    """Something stands between `¡` and the next `!`."""
    return _between(text, "¡", "!", "exclamation")


def enie(text: str, *, let_frequency: Count) -> CheckResult:
    """Exactly `let_frequency` words with an ñ."""
    return _words_with(text, "ñ", let_frequency)


def dieresis(text: str, *, let_frequency: Count) -> CheckResult:
    """Exactly `let_frequency` words with an ü."""
    return _words_with(text, "ü", let_frequency)


def tildes(text: str, *, num_words: Count, relation: SpanishRelation) -> CheckResult:
    """At least, or at most, `num_words` words with an acute accent on a vowel (ñ and ü do not count)."""
    count = sum(not ACUTE.isdisjoint(word) for word in spanish_text.words(text))
    return compare(count, relation, num_words, "word with an accent/words with an accent")


def _words_with(text: str, letter: str, wanted: int) -> CheckResult:
    count = sum(letter in word.lower() for word in spanish_text.words(text))
    return exactly(count, wanted, f"word with {letter}/words with {letter}")


def _between(text: str, opening: str, closing: str, noun: str) -> CheckResult:
    found = any(text[start:end].lstrip(opening).rstrip(closing).strip() for start, end in spans(text, opening, closing))
    return CheckResult(
        found, f"{'a' if noun[0] not in 'aeiou' else 'an'} {noun} found" if found else f"no {noun} found"
    )
