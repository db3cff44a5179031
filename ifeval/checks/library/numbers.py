"""Numbers, digits and dates."""

import re
from datetime import date
from random import Random

from ifeval.checks.ifbench.arguments import Whole
from ifeval.checks.library.draft import CannotBuild, Draft, Material
from ifeval.checks.library.instruction import Arguments, InstructionType, Stage
from ifeval.checks.text.counting import at_least, exactly, none, shorten
from ifeval.checks.text.english import MONTHS
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult

_RUN = re.compile(r"\d+")
_MARK = re.compile(r"(?<=\d)[.,:](?=\d)")
YEAR = 2025
"""The year of a day that is given without one."""
_DAY = re.compile(rf"(?<![\d.,-])(?<!to )(?<!and )(\d{{1,2}}) ({'|'.join(MONTHS)})\b(?! \d)", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")


def _build_some_number(draft: Draft, arguments: Arguments) -> None:
    if not any(map(str.isdigit, draft.render())):
        draft.add(draft.further(lambda sentence: any(map(str.isdigit, sentence))))


def _as_many_numbers(rng: Random, material: Material) -> Arguments:
    """As many as the shortest reply has, or as many as it has beside one point more."""
    more = [point.sentences[0] for point in material.points[material.wanted :]]
    said = " ".join([*material.least(), *more[: rng.randint(0, 1)]])
    numbers = len(_RUN.findall(_MARK.sub("", said)))
    if numbers < 2:
        raise CannotBuild
    return {"N": numbers}


def _build_numbers(draft: Draft, arguments: Arguments) -> None:
    while len(_RUN.findall(_MARK.sub("", draft.render()))) < arguments["N"]:
        draft.add(draft.further(lambda sentence: any(map(str.isdigit, sentence))))


def _build_iso_date(draft: Draft, arguments: Arguments) -> None:
    """Write the first day and month of the text as a date, in a year of the writer's choice."""
    if not _DAY.search(draft.render()):
        draft.add(draft.further(lambda sentence: _DAY.search(sentence) is not None))
    draft.edits.append(lambda text: _DAY.sub(_in_digits, text, count=1))


def _in_digits(match: re.Match[str]) -> str:
    day, month = match.groups()
    return f"{YEAR}-{MONTHS.index(month.capitalize()) + 1:02}-{int(day):02}"


def some_number(reply: Reading) -> CheckResult:
    """At least one number in digits; the mark of a list item doesn't count."""
    return at_least(len(reply.numbers), 1, "number in digits/numbers in digits")


def no_digits(reply: Reading) -> CheckResult:
    """No digit anywhere, of any script or form (² and ① are digits), not in list marks either."""
    found = sum(map(str.isdigit, reply.source))
    return none(found, "digit")


def numbers(reply: Reading, *, N: Whole) -> CheckResult:
    """Exactly the given number of numbers in digits: 3.14, 100,000 and 10:30 are one each, 9/17 and 10-15 two; list marks count or not."""
    found = reply.numbers
    marks = sum(item.number is not None for item in reply.structure.items)
    count = len(found) + marks if len(found) + marks == N else len(found)
    counted = exactly(count, int(N), "number in digits/numbers in digits")
    return CheckResult(counted.ok, f"{counted.reason}: {shorten(' '.join(found))}" if found else counted.reason)


def iso_date(reply: Reading) -> CheckResult:
    """At least one date that exists, written YYYY-MM-DD."""
    found = next((match[0] for match in _DATE.finditer(reply.text) if _is_date(*map(int, match.groups()))), None)
    return CheckResult(found is not None, f"date {found}" if found else "no date written YYYY-MM-DD")


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


NUMBERS = (
    InstructionType(
        id="content:some_number",
        group="digits",
        difficulty="easy",
        order=("Include at least one number in digits.", "Use a number in digits (such as 7) somewhere."),
        requirement=(
            "The reply must contain at least one number in digits.",
            "A number in digits must appear somewhere.",
        ),
        note=("at least one number in digits", "a number in digits somewhere"),
        build=_build_some_number,
        check=some_number,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="content:no_digits",
        group="digits",
        difficulty="easy",
        order=(
            "Do not use any digits (0 to 9); write numbers as words.",
            "Avoid digits and spell out every number.",
        ),
        requirement=("The reply must not contain any digits.", "No digits may appear; numbers must be spelled out."),
        note=("no digits", "numbers in words only, no digits"),
        build=lambda draft, arguments: draft.keep(lambda sentence: not any(map(str.isdigit, sentence))),
        check=no_digits,
        stage=Stage.CHOICE,
    ),
    InstructionType(
        id="count:numbers",
        group="digits",
        difficulty="hard",
        order=(
            "Use exactly {N} numbers written in digits.",
            "Include {N} numbers in digits, no more and no fewer.",
        ),
        requirement=(
            "The reply must contain exactly {N} numbers written in digits.",
            "There must be {N} numbers in digits, no more and no fewer.",
        ),
        note=("exactly {N} numbers in digits", "{N} numbers in digits, no more and no fewer"),
        sample=_as_many_numbers,
        build=_build_numbers,
        check=numbers,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="content:iso_date",
        group="digits",
        order=("Mention a date written as YYYY-MM-DD.", "Include at least one date in the format YYYY-MM-DD."),
        requirement=(
            "The reply must contain a date written as YYYY-MM-DD.",
            "At least one date must appear in the format YYYY-MM-DD.",
        ),
        note=("a date in the format YYYY-MM-DD", "at least one YYYY-MM-DD date"),
        build=_build_iso_date,
        check=iso_date,
        stage=Stage.CONTENT,
    ),
)
