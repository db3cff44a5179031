"""The usual spellings of a typed value: a date, a time of day, a figure. All folded to lower case."""

import re

from ifeval.checks.text.answers import fold
from ifeval.checks.text.english import MONTHS, in_words, ordinal

_DATE = re.compile(rf"(\d{{1,2}}) ({'|'.join(MONTHS)})")
_TIME = re.compile(r"(\d{2}):(\d{2})")
_FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_PHONE = re.compile(r"555 \d{4}")
_PAST = {15: "quarter", 30: "half"}
_MOST_IN_WORDS = 100


def spellings(form: str) -> list[str]:
    """`form` itself, and where it is a date, a time or a whole number, the other ways in which people write it."""
    if match := _DATE.fullmatch(form):
        return [one.casefold() for one in _dates(int(match[1]), match[2])]
    if match := _TIME.fullmatch(form):
        return _times(int(match[1]), int(match[2]))
    if _FIGURE.fullmatch(form):
        digits = form.replace(",", "")
        words = [in_words(int(digits))] if int(digits) < _MOST_IN_WORDS else []
        return [*dict.fromkeys([digits, f"{int(digits):,}", *words])]
    if _PHONE.fullmatch(form):
        return [form, form.replace(" ", "-"), form.replace(" ", "")]
    return [form.casefold()]


def mentions(folded: str, form: str) -> bool:
    """Whether a text states a form, in any usual spelling; "a & b": both in it."""
    return all(any(_stands_in(folded, fold(one)) for one in spellings(part.strip())) for part in form.split(" & "))


def _stands_in(folded: str, form: str) -> bool:
    before = r"(?<![\d.,])" if form[:1].isdigit() else ""
    after = r"(?![.,]?\d)" if form[-1:].isdigit() else ""
    return re.search(rf"(?<!\w){before}{re.escape(form)}{after}(?!\w)", folded) is not None


def _dates(day: int, month: str) -> list[str]:
    nth = ordinal(day)
    number = MONTHS.index(month) + 1
    names = [month, month[:3], f"{month[:3]}.", *(("Sept", "Sept.") if month == "September" else ())]
    return [
        *(f"{name} {said}" for name in names for said in (f"{day}", f"{nth}", f"the {nth}")),
        *(f"{said} {name}" for name in names for said in (f"{day}", f"{nth}", f"{day}.")),
        *(f"{nth} of {name}" for name in names),
        f"{day}.{number}.", f"{day:02}.{number:02}.", f"{day}/{number}", f"{day:02}/{number:02}",
    ]  # fmt: skip


def _times(hour: int, minute: int) -> list[str]:
    half = "am" if hour < 12 else "pm"
    twelve = (hour - 1) % 12 + 1
    said = [f"{written}{mark}{minute:02}" for written in (f"{hour}", f"{hour:02}") for mark in ":.h"]
    said += [f"{hour}{mark}{minute:02}h" for mark in ":."]
    said += [
        f"{written}{mark}{minute:02}{gap}{short}"
        for written in (f"{twelve}", f"{twelve:02}")
        for mark in ":."
        for gap in ("", " ")
        for short in (half, f"{half[0]}.m.")
    ]
    said += [f"{twelve}{mark}{minute:02}" for mark in ":."]
    if minute == 0:
        said += [f"{twelve}{gap}{half}" for gap in ("", " ")] + [f"{twelve} o'clock", f"{in_words(twelve)} o'clock"]
    if (hour, minute) == (12, 0):
        said += ["noon", "12 noon", "midday"]
    if minute == 45:
        said.append(f"quarter to {in_words(hour % 12 + 1)}")
    if minute in _PAST:
        said.append(f"{_PAST[minute]} past {in_words(twelve)}")
    return said
