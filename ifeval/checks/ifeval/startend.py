"""IFEval's `startend:` group."""

from ifeval.checks.text.counting import shorten
from ifeval.records import CheckResult


def end_checker(text: str, *, end_phrase: str) -> CheckResult:
    """The text ends with the phrase, ignoring case, and white space and double quotes after it."""
    wanted = end_phrase.strip()
    ok = text.strip().strip('"').lower().endswith(wanted.lower())
    return CheckResult(
        ok, f"ends with {wanted!r}" if ok else f"ends with {shorten(text.rstrip()[-40:])!r}, wanted {wanted!r}"
    )


def quotation(text: str) -> CheckResult:
    """The whole text stands in double quotation marks."""
    text = text.strip()
    ok = len(text) > 1 and text[0] == text[-1] == '"'
    return CheckResult(ok, f"{'' if ok else 'not '}wrapped in double quotation marks")
