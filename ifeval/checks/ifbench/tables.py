"""IFBench's three prompts that ask for a table in CSV. Malformed CSV fails, where upstream stops with an exception."""

import csv
import io
import re

from ifeval.checks.text.counting import plural, shorten
from ifeval.records import CheckResult

Rows = list[list[str]]

CITY_COLUMNS = ["ID", "Country", "City", "Year", "Count"]
PRODUCT_COLUMNS = ["ProductID", "Category", "Brand", "Price", "Stock"]
STUDENT_COLUMNS = ["StudentID", "Subject", "Grade", "Semester", "Score"]

_SPECIAL = re.compile(r"[^\w\s]")


def csv_city(text: str) -> CheckResult:
    """Separated by commas: the header of `CITY_COLUMNS`, then 7 rows of 5 fields."""
    rows = _rows(text, ",")
    problem = _wrong_row_count(rows, 8) or _wrong_width(rows[1:])
    if not problem and rows[0] != CITY_COLUMNS:
        problem = f"the header is '{shorten(','.join(rows[0]))}', wanted {','.join(CITY_COLUMNS)}"
    return CheckResult(not problem, problem or "the header and 7 rows of 5 fields")


def csv_special_character(text: str) -> CheckResult:
    """Separated by commas: the header of `PRODUCT_COLUMNS`, then 14 rows of 5 fields, one of the fields in double
    quotes with a special character in it (upstream reads no further than its row)."""
    if not _has_header(text, PRODUCT_COLUMNS, ",", " \t"):
        return CheckResult(False, f"the first line is not the header {','.join(PRODUCT_COLUMNS)}")
    rows = _rows(_keeping_quotes(text), ",")
    if problem := _wrong_row_count(rows, 15):
        return CheckResult(False, problem)
    for row in rows[1:]:
        if problem := _wrong_width([row]):
            return CheckResult(False, problem)
        if special := next(filter(_is_quoted_special, row), None):
            return CheckResult(True, f"14 rows of 5 fields, one of them {shorten(special)}")
    return CheckResult(False, "no field in double quotes holds a special character")


def csv_quotes(text: str) -> CheckResult:
    """Separated by tabs: the header of `STUDENT_COLUMNS`, then 3 rows of 5 fields, every field in double quotes."""
    if not _has_header(text, STUDENT_COLUMNS, "\t", " "):
        return CheckResult(False, f"the first line is not the header {', '.join(STUDENT_COLUMNS)}, separated by tabs")
    rows = _rows(_keeping_quotes(text), "\t")
    if problem := _wrong_row_count(rows, 4) or _wrong_width(rows):
        return CheckResult(False, problem)
    for row in rows:
        for field in map(str.strip, row):
            if not (field.startswith('"') and field.endswith('"')):
                return CheckResult(False, f"the field '{shorten(field)}' is not in double quotes")
    return CheckResult(True, "the header and 3 rows of 5 fields, all in double quotes")


def _rows(text: str, delimiter: str) -> Rows:
    """The parsed rows, blank lines included; none where the text is not CSV (a stray carriage return, a huge field)."""
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        return []


def _keeping_quotes(text: str) -> str:
    """The text with its quotes tripled, so that they are still there once the fields are parsed."""
    return text.replace('"', '"""')


def _wrong_row_count(rows: Rows, wanted: int) -> str:
    return "" if len(rows) == wanted else f"{plural(len(rows), 'line')} of CSV, wanted {wanted}"


def _wrong_width(rows: Rows) -> str:
    wrong = next((row for row in rows if len(row) != 5), None)
    return "" if wrong is None else f"a row of {plural(len(wrong), 'field')}, wanted 5: '{shorten(' | '.join(wrong))}'"


def _has_header(text: str, columns: list[str], delimiter: str, padding: str) -> bool:
    """The first line names the columns, quoted or not, with `padding` allowed after each delimiter."""
    first, *others = text.split("\n", 1)[0].strip().split(delimiter)
    names = [first, *(name.lstrip(padding) for name in others)]
    return len(names) == len(columns) and all(
        name in (column, f'"{column}"') for name, column in zip(names, columns, strict=True)
    )


def _is_quoted_special(field: str) -> bool:
    """On its first line: a double quote at the start, another later, and a special character between them."""
    line = field.split("\n", 1)[0]
    return line.startswith('"') and _SPECIAL.search(line, 1, max(line.rfind('"'), 1)) is not None
