"""The design: which rungs a cycle holds, and the prompt of each sample."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from ifeval.records import Sample

from .fields import Field
from .material import NOTED, Record, dossiers, lists, noted, notes, record, table
from .render import blank, depth, render

LIGHT = {
    "fields": {1: 8, 2: 8, 4: 8, 8: 3, 16: 1},
    "levels": {2: 1, 3: 1, 4: 1},
    "rows": {2: 2, 5: 2},
}
"""Rung to samples, by ladder, in one of the first cycles: with one of `UPPERMOST` 36 samples, which suites take."""

UPPERMOST = (("fields", 30), ("rows", 12), ("fields", 60), ("rows", 30))
"""What each of these has besides: the upper rungs are long to read and to write, so each comes once."""

HEAVY = {
    "fields": {1: 1, 2: 2, 4: 2, 8: 3, 16: 3, 30: 4, 60: 3},
    "levels": {2: 2, 3: 3, 4: 3},
    "rows": {2: 1, 5: 2, 12: 4, 30: 3},
}
"""The rungs of a later cycle, where the upper ones have the weight."""

FIELDS_ON_LEVELS = 4
"""How many fields a sample of the ladder of levels has."""

FLAT_UP_TO = 4
"""So many fields have no nesting (four of them are the first rung of the levels too); more stand on two levels."""

PLAIN_UP_TO = {"fields": 4, "levels": 2, "rows": 2}
"""On these rungs values are copied; above them some have to be worked out, put together, or written in another way."""

DOCUMENTS = ("json", "yaml", "json", "toml", "json", "xml")
"""Every second document is JSON, which is what people ask for most."""

TABLES = ("csv", "json", "markdown", "yaml", "csv", "xml", "markdown", "toml")
"""Four in a row hold CSV and Markdown, which are for tables only."""

NAMES = {
    "json": "JSON object",
    "yaml": "YAML document",
    "toml": "TOML document",
    "xml": "XML document",
    "csv": "CSV table",
    "markdown": "Markdown table",
}

ASK = {
    "extract": (
        "I have to enter {the} below into our files. Please extract these fields and give them to me as {name}.",
        "Turn {the} at the end into {name} with exactly the fields listed here.",
        "Could you go through {the} below and write the following as {name}?",
        "From {the} at the end I need {name} that our program can read. These are the fields:",
    ),
    "fill": (
        "Please fill in this form from {the} below it. Each field's value says what to put there; give it back as {name}.",
        "Here is a form; every value tells you what to put in its place. Take it all from {the} underneath, and "
        "answer with {name}.",
    ),
    "convert": (
        "The list below has to go into another system. Please convert it into {name}: the rows in the same order, with "
        "these columns:",
        "Can you rewrite this list as {name}? Same rows, same order, but with these columns, written as follows:",
    ),
}
ASK_ONE = {
    "extract": (
        "Please find one thing in {the} below and give it to me as {name} with this field:",
        "I need a single value from {the} at the end, as {name} that our program can read. The field:",
        "Could you look up the following in {the} below and write it as {name}?",
    ),
    "fill": (
        "Please fill in this form from {the} below it. The value of its one field says what to put there; give it back as {name}.",
        "Here is a form with one field; its value says what to put there. Look it up in {the} underneath, and answer "
        "with {name}.",
    ),
}
ASK_LOG = (
    "I need these notes as {name}, one row for each entry and in the same order. The columns:",
    "Please make {name} out of the notes below, with one row per entry, in their order, and these columns:",
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the design: one sample per seed."""

    ladder: str
    rung: int
    form: str
    operation: str
    turn: int


def cells(number: int) -> list[Cell]:
    """The 36 cells of cycle `number`, in an order of its own."""
    light = number < len(UPPERMOST)
    steps = [
        (ladder, rung)
        for ladder, rungs in (LIGHT if light else HEAVY).items()
        for rung, count in rungs.items()
        for _ in range(count)
    ]
    steps += [UPPERMOST[number]] if light else []
    placed: Counter[str] = Counter()
    found: list[Cell] = []
    for ladder, rung in steps:
        place = placed[ladder]
        placed[ladder] += 1
        if ladder == "rows":
            form = TABLES[(place + 5 * number) % len(TABLES)]
            operation = ("extract", "convert")[(place + number // 2) % 2]
        else:
            form = DOCUMENTS[(place + number) % len(DOCUMENTS)]
            operation = ("extract", "fill")[(place // 2 + number) % 2]
        found.append(Cell(ladder, rung, form, operation, len(steps) * number + len(found)))
    Random(f"structured/order/{number}").shuffle(found)
    return found


def build(seed: int) -> Iterator[Sample]:
    """The samples of a seed, cycle after cycle, without end."""
    for number in count():
        for place, cell in enumerate(cells(number)):
            yield _sample(seed, f"{cell.ladder}-{cell.rung}-{cell.form}-{cell.operation}-{number}-{place}", cell)


def _sample(seed: int, identity: str, cell: Cell) -> Sample:
    rng = Random(f"structured/{seed}/{identity}")
    made = _record(rng, cell, seed)
    value, schema = made.value, made.schema
    if isinstance(value, list) and cell.form in ("json", "yaml", "toml"):
        value = {"rows": value}
        schema = {
            "type": "object",
            "properties": {"rows": made.schema},
            "required": ["rows"],
            "additionalProperties": False,
        }
    return Sample(
        id=identity,
        messages=[{"role": "user", "content": _prompt(rng, made, cell)}],
        schema=schema if cell.form == "json" else None,
        target={"format": cell.form, "schema": schema, "value": value},
        oracle=render(value, cell.form),
        tags={
            cell.ladder: cell.rung,
            **({"levels": 1} if cell.ladder == "fields" and cell.rung == FIELDS_ON_LEVELS else {}),
            "format": cell.form,
            "operation": cell.operation,
            "material": made.kind,
            "depth": depth(value),
        },
        topic=made.subject,
    )


def _record(rng: Random, cell: Cell, seed: int) -> Record:
    plain = cell.rung <= PLAIN_UP_TO[cell.ladder]
    if cell.ladder == "rows":
        wanted = "wordings" if cell.operation == "extract" else "intro"
        names = [name for name, entry in lists().items() if wanted in entry]
        if cell.operation == "convert":
            names = [name for name in names if "wordings" not in lists()[name]]
        return table(rng, rng.choice(names), cell.rung, plain)
    if cell.ladder == "levels":
        count, levels = FIELDS_ON_LEVELS, cell.rung
    else:
        count, levels = cell.rung, 1 if cell.rung <= FLAT_UP_TO else 2
    if count <= NOTED:
        return noted(rng, notes()[(cell.turn + seed) % len(notes())], count, levels, plain)
    return record(rng, rng.choice(list(dossiers())), count, levels, plain)


def _prompt(rng: Random, made: Record, cell: Cell) -> str:
    ask = ASK_LOG if made.kind == "log" else (ASK if len(made.fields) > 1 else ASK_ONE)[cell.operation]
    opening = rng.choice(ask).format(
        the=f"the {made.kind}", name=f"{'an' if cell.form == 'xml' else 'a'} {NAMES[cell.form]}"
    )
    if cell.operation == "fill":
        shape = blank(made.fields, cell.form)
    else:
        shape = "\n".join(f"- {'.'.join(field.path)} ({field.said}): {field.about}" for field in made.fields)
    rules = " ".join(_rules(made.fields, cell))
    return f"{opening}\n\n{shape}\n\n{rules}\n\n{made.source}"


def _rules(fields: tuple[Field, ...], cell: Cell) -> Iterator[str]:
    """How each kind of value is written, and the document as a whole."""
    kinds = {field.kind for field in fields}
    if "number" in kinds:
        yield "Write whole numbers in digits and decimals with a point, without units or thousands separators."
    elif "integer" in kinds:
        yield f"Write whole numbers in digits, without units{' or thousands separators' if len(fields) > NOTED else ''}."
    if "date" in kinds:
        yield "Dates are YYYY-MM-DD."
    if "time" in kinds:
        yield "Times are HH:MM on the 24-hour clock."
    if "boolean" in kinds and cell.form in ("csv", "markdown", "xml"):
        yield "A boolean is true or false."
    if "string" in kinds and cell.operation != "convert":
        yield "Copy words, names and codes as they stand in the text."
    if cell.operation != "fill" and any(len(field.path) > 1 for field in fields):
        yield f"A dot means nesting: {'.'.join(next(field.path for field in fields if len(field.path) > 1))} {_nesting(fields)}."
    yield from _form_rules(cell, any(len(field.path) > 1 for field in fields))


def _nesting(fields: tuple[Field, ...]) -> str:
    path = next(field.path for field in fields if len(field.path) > 1)
    return "is " + " inside ".join(reversed(path))


def _form_rules(cell: Cell, grouped: bool) -> Iterator[str]:
    rows = cell.ladder == "rows"
    if cell.form in ("json", "yaml", "toml") and rows:
        yield 'The rows are a list under the one key "rows".'
    if cell.form == "yaml":
        yield "Use block style."
    if cell.form == "xml":
        yield (
            "The root element is <rows>, each row is an element <row> with a child element for each column, and there are no attributes."
            if rows
            else f"The root element is <record>, each field{' or group of fields' if grouped else ''} is a child element, and "
            "there are no attributes."
        )
    if cell.form in ("csv", "markdown"):
        yield f"The first line holds the column names as given{', and a comma separates the columns' if cell.form == 'csv' else ''}."
    yield f"Answer with the {NAMES[cell.form]} only."
