"""IFEval's `detectable_content:` group: placeholders and a postscript."""

from collections.abc import Mapping

from ifeval.checks.ifeval.arguments import Count, Pattern
from ifeval.checks.text import patterns
from ifeval.checks.text.counting import at_least, spans
from ifeval.records import CheckResult

POSTSCRIPT = {"P.S.": r"p\.\s?s\.", "P.P.S": r"p\.\s?p\.\s?s"}


def number_placeholders(text: str, *, num_placeholders: Count) -> CheckResult:
    """At least `num_placeholders` bracketed spans, each on one line, such as [address]."""
    count = sum(1 for line in text.split("\n") for _ in spans(line, "[", "]"))
    return at_least(count, num_placeholders, "placeholder")


def postscript(text: str, *, postscript_marker: Pattern) -> CheckResult:
    """The marker occurs anywhere, ignoring case; "P.S." and "P.P.S" may have spaces after their periods."""
    return marked_postscript(text, postscript_marker.strip(), POSTSCRIPT)


def marked_postscript(text: str, marker: str, known: Mapping[str, str]) -> CheckResult:
    """The pattern that `known` has for the marker, else the marker itself as one, occurs in the lower-cased text."""
    found = patterns.contains(known.get(marker, marker.lower()), text.lower(), ignore_case=False)
    return CheckResult(found, f"postscript {marker!r} {'found' if found else 'missing'}")
