"""IFEval's `keywords:` group. Keywords are case-insensitive regular expressions, as upstream has them."""

from ifeval.checks.ifeval.arguments import Count, Letter, Pattern
from ifeval.checks.text import patterns
from ifeval.checks.text.counting import Relation, compare_occurrences
from ifeval.records import CheckResult


def existence(text: str, *, keywords: list[Pattern]) -> CheckResult:
    """Every keyword occurs somewhere, inside a longer word too."""
    missing = [keyword for keyword in keywords if not patterns.contains(keyword, text)]
    return all_present(missing, len(keywords))


def frequency(text: str, *, keyword: Pattern, frequency: Count, relation: Relation) -> CheckResult:
    """The keyword occurs less than, or at least, `frequency` times."""
    keyword = keyword.strip()
    return compare_occurrences(repr(keyword), patterns.count(keyword, text), relation, frequency)


def forbidden_words(text: str, *, forbidden_words: list[Pattern]) -> CheckResult:
    """None of the words occurs between word boundaries."""
    return none_present([word for word in forbidden_words if patterns.contains(word, text, r"\b", r"\b")])


def letter_frequency(text: str, *, letter: Letter, let_frequency: Count, let_relation: Relation) -> CheckResult:
    """The character occurs less than, or at least, `let_frequency` times, ignoring case.

    Upstream's first releases drew a random letter for anything but a to z ("#" in key 1122, "!" in 1129); like its
    current one, this counts the character it is given.
    """
    count = text.lower().count(letter.strip().lower())
    return compare_occurrences(repr(letter.strip()), count, let_relation, let_frequency)


def all_present(missing: list[str], wanted: int) -> CheckResult:
    """The verdict on `wanted` keywords of which `missing` were not found."""
    if missing:
        return CheckResult(False, f"{', '.join(map(repr, missing))} missing")
    return CheckResult(True, f"all {wanted} keywords appear" if wanted > 1 else "the keyword appears")


def none_present(found: list[str]) -> CheckResult:
    """The verdict on forbidden words of which `found` were found."""
    if found:
        return CheckResult(False, f"forbidden {', '.join(map(repr, found))} found")
    return CheckResult(True, "no forbidden word appears")
