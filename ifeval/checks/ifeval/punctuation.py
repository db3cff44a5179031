"""IFEval's `punctuation:` group."""

from ifeval.checks.text.counting import plural
from ifeval.records import Verdict


def no_comma(text: str) -> Verdict:
    """No comma anywhere."""
    commas = text.count(",")
    return Verdict(not commas, f"{plural(commas, 'comma')}, wanted none" if commas else "no comma")
