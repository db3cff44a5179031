"""IFBench's `format:` group, first half: lines, lists and templates."""

import re
from collections import deque
from itertools import pairwise

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.ifbench.tokens import EDGES, without_punctuation
from ifeval.checks.text.counting import plural, shorten
from ifeval.checks.text.punkt import count_sentences
from ifeval.checks.text.treebank import tokens as treebank_tokens
from ifeval.records import CheckResult

TEMPLATE = ("My Answer:", "My Conclusion:", "Future Outlook:")

_LETTERED = re.compile(r"\W*[aA]\W*[bB]\W*[cC]\W*")


def line_indent(text: str) -> CheckResult:
    """Each line is indented by more spaces than the line before."""
    indents = [len(line) - len(line.lstrip(" ")) for line in _without_some_blank_lines(text.split("\n"))]
    for number, (before, here) in enumerate(pairwise(indents), start=2):
        if here <= before:
            return CheckResult(
                False, f"line {number} is indented by {plural(here, 'space')}, the line before by {before}"
            )
    return CheckResult(True, f"{plural(len(indents), 'line')}, each indented more than the one before")


def newline(text: str) -> CheckResult:
    """As many lines as words, punctuation aside; empty lines don't count, but lines of spaces do (upstream's rule)."""
    bare = without_punctuation(text).strip()
    lines, words = sum(line != "" for line in bare.split("\n")), len(bare.split())
    return CheckResult(lines == words, f"{plural(words, 'word')} on {plural(lines, 'line')}, wanted one on each")


def list_items(text: str, *, sep: Word) -> CheckResult:
    """`sep` occurs at least twice; upstream doesn't ask where."""
    count = text.count(sep)
    return CheckResult(count >= 2, f"'{shorten(sep)}' appears {plural(count, 'time')}, wanted at least 2")


def sub_bullets(text: str) -> CheckResult:
    """A `-` between each `*` and the next; a reply without `*` passes (upstream's rule)."""
    bullets = text.split("*")[1:]
    bare = sum("-" not in bullet for bullet in bullets)
    if bare:
        return CheckResult(False, f"{bare} of {plural(len(bullets), 'bullet point')} without a sub-bullet point")
    return CheckResult(True, f"{plural(len(bullets), 'bullet point')}, each with a sub-bullet point")


def no_bullets_bullets(text: str) -> CheckResult:
    """At least two sentences, then at least two lines that start with `*`, and nothing after.

    Upstream's rules: a sentence may end in anything, and after a blank line only bullet points may follow.
    """
    count, bullets, prose = 0, 0, True
    for line in map(str.strip, text.split("\n")):
        if line.startswith("*"):
            prose = False
            if count < 2:
                return CheckResult(
                    False, f"{plural(count, 'sentence')} before the first bullet point, wanted at least 2"
                )
            bullets += 1
        elif not prose:
            return CheckResult(False, f"'{shorten(line)}' where only bullet points may be")
        else:
            prose = bool(line)
            if count < 2:
                count += count_sentences(line)
    return CheckResult(bullets >= 2, f"{plural(bullets, 'bullet point')} after the sentences, wanted at least 2")


def options(text: str, *, options: Word) -> CheckResult:
    """One of the options, alone.

    The options are separated by `/`, "or" or commas. Letters (a), b), c) ...) are compared to the character, words
    without regard to case or to the punctuation around them.
    """
    separator = "/" if "/" in options else "or" if "or" in options else ","
    offered = [option.strip() for option in options.split(separator)]
    if _LETTERED.match(options):
        ok = text in offered
    else:
        ok = text.strip(EDGES).lower() in {option.strip(EDGES).lower() for option in offered}
    return CheckResult(ok, "one of the options" if ok else f"'{shorten(text)}', wanted one of: {shorten(options)}")


def thesis(text: str) -> CheckResult:
    """An italic passage (`<i>` or `<em>`) with something in it and something after it."""
    start = next((place for tag in ("<i>", "<em>") if (place := text.find(tag)) >= 0), -1)
    if start < 0:
        return CheckResult(False, "no <i> or <em>")
    end = next((place for tag in ("</i>", "</em>") if (place := text.find(tag, start)) >= 0), -1)
    if end < 0:
        return CheckResult(False, "the italics are not closed")
    if not text[start + 3 : end].strip():
        return CheckResult(False, "nothing in italics")
    ok = bool(text[end + 4 :].strip())
    return CheckResult(ok, f"a thesis in italics, {'text' if ok else 'nothing'} after it")


def output_template(text: str) -> CheckResult:
    """The three labels of `TEMPLATE`; upstream doesn't ask in which order."""
    missing = [label for label in TEMPLATE if label not in text]
    return CheckResult(
        not missing, f"missing: {', '.join(missing)}" if missing else "every label of the template is there"
    )


def no_whitespace(text: str) -> CheckResult:
    """No white space at all."""
    count = sum(map(str.isspace, text))
    return CheckResult(
        not count, f"{plural(count, 'white-space character')}, wanted none" if count else "no white space"
    )


def title_case(text: str) -> CheckResult:
    """No word starts with a small letter, except words of mixed case such as "iPhone"; clitics are words here."""
    for token in treebank_tokens(text):
        if token[0].islower() and token[0].isalpha() and (not (rest := token[1:]) or rest.islower() or rest.isupper()):
            return CheckResult(False, f"'{shorten(token)}' starts with a small letter")
    return CheckResult(True, "every word starts with a capital")


def _without_some_blank_lines(lines: list[str]) -> list[str]:
    """What is left when blank lines are removed from a list while it is being walked, as upstream does.

    The line after a removed one is passed over, so of two blank lines in a row one stays; a later blank line that
    equals it has that one removed in its place.
    """
    passed_over: dict[str, deque[int]] = {}
    removed = set()
    place = 0
    while place < len(lines):
        line = lines[place]
        if not line.strip():
            equals = passed_over.setdefault(line, deque())
            equals.append(place)
            removed.add(equals.popleft())
            place += 1
            if place < len(lines) and not lines[place].strip():
                passed_over.setdefault(lines[place], deque()).append(place)
        place += 1
    return [line for place, line in enumerate(lines) if place not in removed]
