"""From a record to a sample: what is asked, in which format, out of what."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from ifeval.records import Sample

from .easy import EASY_RECORDS, as_table
from .records import RECORDS, Record, staff
from .render import blank, depth, flat_lines, render

OPERATIONS = ("extract", "fill", "transform")
ROUNDS = 4
NAMES = {"json": "JSON document", "csv": "CSV table", "yaml": "YAML document", "markdown": "Markdown table"}
TABLE_FEATURES = {"csv": ("plain", "quoted"), "yaml": ("nested", "array"), "markdown": ("plain", "quoted")}

ASK = {
    "extract": (
        "Read the text and put its facts into a {name}.",
        "Write the facts of the text below as a {name}.",
        "Turn this text into a {name}.",
    ),
    "fill": (
        "Fill in the form below with the facts of the text. Write the filled form as a {name}.",
        "Here is an empty form and a text. Complete the form and give it back as a {name}.",
        "Replace every blank of the form by what the text says, and answer with the {name}.",
    ),
    "transform": (
        "Convert the data below into a {name}.",
        "Rewrite this data as a {name}.",
        "The data below should become a {name}. Convert it.",
    ),
}
RULES = {
    "json": "It must follow the JSON Schema.",
    "csv": "It must have a header line with exactly these columns: {columns}. Quote a field that holds a comma.",
    "yaml": "It must follow the JSON Schema. Use block style and no anchors.",
    "markdown": "It must have exactly these columns: {columns}.",
}
EASY_ASK = {
    "json": "Write a JSON object with the {keys}.",
    "yaml": "Write YAML with the {keys}, one per line.",
    "csv": "Write CSV with two lines: the header {header} and one row.",
    "markdown": "Write a Markdown table with the columns {columns} and one row.",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the design: one sample a seed."""

    difficulty: str
    form: str
    feature: str
    operation: str


def cells(number: int) -> list[Cell]:
    """The cells of round `number`, 18 easy and 18 hard, in an order of its own.

    A hard round asks for every JSON feature with one operation; three rounds hold them all.
    """
    hard = [Cell("hard", "json", feature, OPERATIONS[(k + number) % 3]) for k, feature in enumerate(RECORDS)]
    hard += [Cell("hard", form, names[number % 2], op) for form, names in TABLE_FEATURES.items() for op in OPERATIONS]
    easy = [Cell("easy", "json", feature, operation) for feature in EASY_RECORDS for operation in OPERATIONS]
    names = list(EASY_RECORDS)
    easy += [
        Cell("easy", form, names[1 + (k + number) % 2], operation)
        for form in TABLE_FEATURES
        for k, operation in enumerate(OPERATIONS)
    ]
    order = Random(f"structured/order/{number}")
    order.shuffle(easy)
    order.shuffle(hard)
    return [cell for pair in zip(easy, hard, strict=True) for cell in pair]


def build(seed: int) -> Iterator[Sample]:
    """The samples of a seed, all of them: easy and hard in turn."""
    for number in range(ROUNDS):
        for cell in cells(number):
            yield _sample(seed, f"{cell.form}-{cell.feature}-{cell.operation}-{number}", cell)


def _sample(seed: int, identity: str, cell: Cell) -> Sample:
    draw = Random(f"structured/{seed}/{identity}")
    record = _record(draw, cell)
    return Sample(
        id=identity,
        messages=[*_shown(draw, cell), {"role": "user", "content": _prompt(draw, record, cell)}],
        schema=record.schema if cell.form == "json" else None,
        target={"format": cell.form, "schema": record.schema, "value": record.value},
        oracle=render(record.value, cell.form),
        tags={
            "difficulty": cell.difficulty,
            "format": cell.form,
            "feature": cell.feature,
            "operation": cell.operation,
            "depth": depth(record.value),
        },
    )


def _record(draw: Random, cell: Cell) -> Record:
    table = cell.form in ("csv", "markdown")
    if cell.difficulty == "hard":
        return staff(draw, cell.feature == "quoted") if table else RECORDS[cell.feature](draw)
    record = EASY_RECORDS[cell.feature](draw)
    return as_table(record) if table else record


def _shown(draw: Random, cell: Cell) -> list[dict[str, str]]:
    """Easy tables and YAML come after a turn of the same conversation: another record, asked for and given."""
    if cell.difficulty == "hard" or cell.form == "json":
        return []
    record = _record(draw, cell)
    return [
        {"role": "user", "content": _prompt(draw, record, cell)},
        {"role": "assistant", "content": render(record.value, cell.form)},
    ]


def _prompt(draw: Random, record: Record, cell: Cell) -> str:
    return (_easy_prompt if cell.difficulty == "easy" else _hard_prompt)(draw, record, cell)


def _easy_prompt(draw: Random, record: Record, cell: Cell) -> str:
    """The shape in words, and one sentence, form or list of facts to make it from."""
    row = record.value[0] if isinstance(record.value, list) else record.value
    quoted = [f'"{name}"' for name in row]
    ask = EASY_ASK[cell.form].format(
        keys=f"key{'s' * (len(row) > 1)} {' and '.join(quoted)}", columns=" and ".join(quoted), header=",".join(row)
    )
    source = ", ".join(flat_lines(row)) if cell.operation == "transform" else record.text
    form = f"Fill in this form:\n{render(blank(record.value), cell.form)}" if cell.operation == "fill" else ""
    parts = (draw.choice((ask, f"{ask} Answer with that only.")), form, f"Text: {source}")
    return "\n\n".join(part for part in parts if part)


def _hard_prompt(draw: Random, record: Record, cell: Cell) -> str:
    form, operation = cell.form, cell.operation
    columns = ", ".join(record.value[0]) if isinstance(record.value, list) else ""
    parts = [
        f"{draw.choice(ASK[operation]).format(name=NAMES[form])} {RULES[form].format(columns=columns)} "
        f"Answer with the {NAMES[form]} only."
    ]
    if form in ("json", "yaml"):
        parts.append(f"JSON Schema:\n{json.dumps(record.schema)}")
    if operation == "fill":
        parts.append(f"Form:\n{render(blank(record.value), form)}")
    if operation == "transform":
        parts.append(f"Data:\n{_source(record.value, form)}")
    else:
        parts.append(f"Text:\n{record.text}")
    return "\n\n".join(parts)


def _source(value: Any, form: str) -> str:
    """What is to be converted: never the format that is asked for."""
    if form == "json":
        return "\n".join(flat_lines(value))
    return render(value, "markdown" if form == "csv" else "json")
