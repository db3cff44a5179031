"""IFEval's `detectable_content:` group: placeholders and a postscript."""

from ifeval.checks.ifeval.arguments import Count, Pattern
from ifeval.checks.text import patterns
from ifeval.checks.text.counting import at_least
from ifeval.records import CheckResult

POSTSCRIPT = {"P.S.": r"p\.\s?s\.", "P.P.S": r"p\.\s?p\.\s?s"}


def number_placeholders(text: str, *, num_placeholders: Count) -> CheckResult:
    """At least `num_placeholders` bracketed spans, each on one line, such as [address]."""
    return at_least(sum(map(_placeholders, text.split("\n"))), num_placeholders, "placeholder")


def postscript(text: str, *, postscript_marker: Pattern) -> CheckResult:
    """The marker occurs anywhere, ignoring case; "P.S." and "P.P.S" may have spaces after their periods."""
    marker = postscript_marker.strip()
    found = patterns.contains(POSTSCRIPT.get(marker, marker.lower()), text.lower(), ignore_case=False)
    return CheckResult(found, f"postscript {marker!r} {'found' if found else 'missing'}")


def _placeholders(line: str) -> int:
    """Non-overlapping `[...]` on one line, each from an opening bracket to the next closing one."""
    count = end = 0
    while (start := line.find("[", end)) >= 0 and (end := line.find("]", start) + 1):
        count += 1
    return count
