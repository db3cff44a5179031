"""Lines that start with a label and a colon."""

from collections.abc import Sequence

from ifeval.checks.text.marks import normalised


def labelled(lines: Sequence[str], labels: Sequence[str]) -> list[tuple[str, str]]:
    """Each line that starts with one of `labels` and a colon, in order: the label, and the text up to the next such line."""
    known = {normalised(label).strip(): label.strip() for label in labels}
    found: list[tuple[str, str]] = []
    for line in lines:
        head, colon, rest = line.partition(":")
        if colon and head.strip() in known:
            found.append((known[head.strip()], rest.strip()))
        elif found:
            found[-1] = found[-1][0], f"{found[-1][1]} {line}".strip()
    return found
