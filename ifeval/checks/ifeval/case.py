"""IFEval's `change_case:` group: capital words, and English in one case throughout."""

from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.text.counting import Relation, compare
from ifeval.checks.text.language import detect, english
from ifeval.checks.text.treebank import capital_words
from ifeval.records import CheckResult


def capital_word_frequency(text: str, *, capital_frequency: Count, capital_relation: Relation) -> CheckResult:
    """Less than, or at least, `capital_frequency` tokens (Treebank conventions) all in capitals."""
    return compare(capital_words(text), capital_relation, capital_frequency, "word in capitals/words in capitals")


def english_capital(text: str) -> CheckResult:
    """No lower-case letter, and in English."""
    if not text.isupper():
        return CheckResult(False, "not all letters are capitals")
    return english(detect(text))


def english_lowercase(text: str) -> CheckResult:
    """No capital letter, and in English."""
    if not text.islower():
        return CheckResult(False, "not all letters are lower case")
    return english(detect(text))
