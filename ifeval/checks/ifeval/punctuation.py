"""IFEval's `punctuation:` group."""

from ifeval.checks.text.counting import plural
from ifeval.records import CheckResult


def no_comma(text: str) -> CheckResult:
    """No comma anywhere."""
    commas = text.count(",")
    return CheckResult(not commas, f"{plural(commas, 'comma')}, wanted none" if commas else "no comma")
