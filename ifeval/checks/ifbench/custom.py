"""IFBench's `custom:` group: rules that belong to one prompt each. The three about CSV are in `tables`."""

import re
from itertools import pairwise
from string import ascii_lowercase

from ifeval.checks.ifbench.tokens import EDGES, bare_words, to_ascii
from ifeval.checks.ifbench.wordlists import CAPITALS
from ifeval.checks.text.counting import plural, shorten
from ifeval.checks.text.punkt import sentences
from ifeval.records import CheckResult

MULTIPLES = tuple(str(number) for number in range(14, 51, 7))
AFRICAN_COUNTRIES = 52
"""The fewest lines that pass for all countries of Africa."""
NAPOLEON = range(1769, 1822)

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DIGITS = re.compile(r"\d+")
_QUESTION = re.compile(r"Question \d+[.|):;]?\s*")
_OPTION = re.compile(r"[A-Ea-e][.|)]\s*\w")


def multiples(text: str) -> CheckResult:
    """The numbers in the reply are the multiples of 7 from 14 to 49, in order, and no others."""
    found = tuple(match.group() for match in _DIGITS.finditer(text))
    ok = found == MULTIPLES
    return CheckResult(ok, f"the numbers are {shorten(' '.join(found)) or 'none'}, wanted {' '.join(MULTIPLES)}")


def mcq_count_length(text: str) -> CheckResult:
    """Four labelled questions ("Question 1:"), nothing before them, 5 options each (A) to E)), each longer in text."""
    if not text.startswith("Question"):
        return CheckResult(False, "the reply does not start with the label 'Question'")
    questions = [part.strip() for part in _QUESTION.split(text) if part.strip()]
    if len(questions) != 4:
        return CheckResult(False, f"{plural(len(questions), 'question')}, wanted 4")
    lengths = []
    for number, question in enumerate(questions, start=1):
        length, options = _question_length_and_options(question)
        if options != 5:
            return CheckResult(False, f"question {number} has {plural(options, 'option')}, wanted 5")
        lengths.append(length)
    ok = all(before < here for before, here in pairwise(lengths))
    return CheckResult(ok, "questions of {}, {}, {} and {} characters, wanted each longer".format(*lengths))


def reverse_newline(text: str) -> CheckResult:
    """From the line with Zimbabwe on, at least 52 lines in reverse alphabetical order, accents aside."""
    lines = [bare for line in text.split("\n") if (bare := line.strip(EDGES))]
    first = next((place for place, line in enumerate(lines) if "Zimbabwe" in line), None)
    if first is None:
        return CheckResult(False, "no line with Zimbabwe")
    countries = [to_ascii(line) for line in lines[first:]]
    if len(countries) < AFRICAN_COUNTRIES:
        return CheckResult(
            False, f"{plural(len(countries), 'line')} from Zimbabwe on, wanted at least {AFRICAN_COUNTRIES}"
        )
    for before, here in pairwise(countries):
        if before < here:
            return CheckResult(False, f"'{shorten(here)}' after '{shorten(before)}', wanted reverse alphabetical order")
    return CheckResult(True, f"{plural(len(countries), 'line')} in reverse alphabetical order")


def word_reverse(text: str) -> CheckResult:
    """Read backwards word by word, the reply names the bald eagle."""
    # Upstream also asks that the reversed text be a single sentence; without punctuation it always is.
    ok = "bald eagle" in " ".join(reversed(bare_words(text)))
    return CheckResult(ok, f"'bald eagle' is {'there' if ok else 'not there'} when the words are read backwards")


def character_reverse(text: str) -> CheckResult:
    """The bald eagle is named, written backwards."""
    ok = "elgae dlab" in text.lower()
    return CheckResult(ok, f"'elgae dlab' is {'there' if ok else 'not there'}")


def sentence_alphabet(text: str) -> CheckResult:
    """26 sentences whose first characters are the letters a to z in order; a quotation mark is not skipped."""
    found = sentences(text)
    if len(found) != 26:
        return CheckResult(False, f"{plural(len(found), 'sentence')}, wanted 26")
    for sentence, letter in zip(found, ascii_lowercase, strict=True):
        if sentence.lstrip()[:1].lower() != letter:
            return CheckResult(False, f"'{shorten(sentence)}' does not start with '{letter}'")
    return CheckResult(True, "26 sentences that start with a to z")


def european_capitals_sort(text: str) -> CheckResult:
    """The capitals of `CAPITALS` in that order, separated by commas, and nothing else; accents don't matter."""
    found = [name for part in to_ascii(text).split(",") if (name := part.strip())]
    if len(found) != len(CAPITALS):
        return CheckResult(False, f"{plural(len(found), 'name')} between commas, wanted {len(CAPITALS)}")
    for name, wanted in zip(found, CAPITALS, strict=True):
        if name != wanted:
            return CheckResult(False, f"'{shorten(name)}' where '{wanted}' was wanted")
    return CheckResult(True, f"all {len(CAPITALS)} capitals from north to south")


def date_format_list(text: str) -> CheckResult:
    """Dates as YYYY-MM-DD separated by commas, in Napoleon's lifetime; month or day 00 pass (upstream's rule)."""
    dates = [part.strip() for part in text.split(",")]
    for date in dates:
        if not _is_date(date):
            return CheckResult(
                False, f"'{shorten(date)}' is not a date from {NAPOLEON[0]} to {NAPOLEON[-1]} as YYYY-MM-DD"
            )
    return CheckResult(True, f"{plural(len(dates), 'date')} as YYYY-MM-DD")


def _is_date(date: str) -> bool:
    match = _DATE.fullmatch(date)
    if match is None:
        return False
    year, month, day = map(int, match.groups())
    return year in NAPOLEON and month <= 12 and (month == 0 or day <= _DAYS[month - 1])


def _question_length_and_options(question: str) -> tuple[int, int]:
    """Characters of the text before the first option, and the number of options."""
    lines = [line.strip() for line in question.split("\n")]
    options = [place for place, line in enumerate(lines) if _OPTION.match(line)]
    return len(" ".join(lines[: options[0] if options else None]).strip()), len(options)
