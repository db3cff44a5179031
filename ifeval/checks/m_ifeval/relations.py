"""How M-IFEval's languages say "at least", "at most" and "less than"."""

from typing import Literal

from ifeval.checks.text import counting
from ifeval.records import CheckResult

SpanishRelation = Literal["al menos", "como máximo"]
FrenchRelation = Literal["au moins", "moins de"]
JapaneseRelation = Literal["以上", "未満"]
Relation = SpanishRelation | FrenchRelation | JapaneseRelation

_ENGLISH: dict[str, counting.Relation] = {
    "al menos": "at least",
    "au moins": "at least",
    "以上": "at least",
    "moins de": "less than",
    "未満": "less than",
}


def compare(count: int, relation: Relation, wanted: int, noun: str) -> CheckResult:
    """Whether `count` stands in the relation to `wanted`; the Spanish upper bound includes it, the others do not."""
    if relation == "como máximo":
        return CheckResult(count <= wanted, f"{counting.plural(count, noun)}, wanted at most {wanted}")
    return counting.compare(count, _ENGLISH[relation], wanted, noun)


def compare_occurrences(what: str, count: int, relation: Relation, wanted: int) -> CheckResult:
    """The same for something named: "'casa' appears 2 times, wanted at most 1"."""
    verdict = compare(count, relation, wanted, "time")
    return CheckResult(verdict.ok, f"{what} appears {verdict.reason}")
