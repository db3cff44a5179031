"""The material: short notes and papers about one matter to take single values from, and logs and exports of many rows.

All of it is written by hand, in notes.toml, papers/*.toml and logs.toml; names, figures and dates are drawn for every sample.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from ..material import Drawn, draw_slots, fill, slots_of
from .fields import Field, folded, nested, object_schema, read_field, shortened

HERE = Path(__file__).parent
PAPERS = "papers"
"""The kind of a source that is several papers."""

FEW_COLUMNS = 3
APART_ATTEMPTS = 50
"""How often a note is drawn for numbers that all differ."""

NOTED = 4
"""Up to this many fields are asked of a note; more of papers."""

EXCERPTS = 16
"""Up to this many fields are asked of a part of a paper; more of the whole."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a sample is about. `value` follows `schema`; `source` holds it and more; `fields` say what is wanted.

    `kind` says in a few words what the source is, `subject` what it is about.
    """

    value: Any
    schema: dict[str, Any]
    fields: tuple[Field, ...]
    source: str
    kind: str
    subject: str


_EXPORT_COLUMN = re.compile(r"(?P<asked>.*); (?P<header>.*) = (?P<slot>\w+)(?::(?P<style>\w+))?")
"""What is asked as in `read_field`; the source's header, the slot, and how the source writes it (`STYLES`)."""


@cache
def dossiers() -> dict[str, dict[str, Any]]:
    """The papers about one matter, by the file's name."""
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((HERE / "papers").glob("*.toml"))}


@cache
def notes() -> tuple[dict[str, Any], ...]:
    """The short papers, each with its subject."""
    return tuple(tomllib.loads((HERE / "notes.toml").read_text("utf-8"))["note"])


@cache
def lists() -> dict[str, dict[str, Any]]:
    """Logs and exports by id; an export has no `wordings`."""
    read = tomllib.loads((HERE / "logs.toml").read_text("utf-8"))
    return {entry["id"]: entry for entry in (*read["log"], *read["export"])}


def noted(rng: Random, note: dict[str, Any], count: int, levels: int, plain: bool) -> Record:
    """`count` fields of a note, on at most `levels` levels, in its order; `plain` as in `record`."""
    drawn = _apart(rng, note["slots"])
    text = fill(note["text"].strip(), drawn)
    held = [(replace(field, path=shortened(field.path, levels)), drawn[field.slot].value) for field in _fields(note)]
    return _made(rng, _plainest(rng, held, [text], count) if plain else held, count, levels, text, note)


def _apart(rng: Random, slots: Mapping[str, str]) -> dict[str, Drawn]:
    """The slots of a note, drawn again while two numbers are equal: a reply that swapped them would be right."""
    for _ in range(APART_ATTEMPTS):
        drawn = draw_slots(rng, slots)
        numbers = [slot.value for slot in drawn.values() if not isinstance(slot.value, str)]
        if len(set(numbers)) == len(numbers):
            break
    return drawn


def record(rng: Random, dossier: str, count: int, levels: int, plain: bool) -> Record:
    """`count` fields out of as few papers of a dossier as hold them, on at most `levels` levels, in the papers' order.

    plain: as far as there are enough of them, fields whose values stand in the papers just as they are wanted.
    Where there are several papers, each has an object of its own in the document.
    """
    about = dossiers()[dossier]
    papers = _papers(rng, about["paper"], count)
    shared = draw_slots(rng, about["shared"])
    held: list[tuple[Field, Any]] = []
    texts = []
    for place, paper in enumerate(papers, 1):
        drawn = draw_slots(rng, paper["slots"], shared)
        text, said = _part(rng, paper, count, levels)
        texts.append(fill(text, drawn))
        above = (f"paper_{place}",) if len(papers) > 1 else ()
        held += [
            (replace(field, path=folded((*above, *field.path), levels)), drawn[field.slot].value) for field in said
        ]
    if plain:
        held = _plainest(rng, held, texts, count)
    kinds = [paper["kind"] for paper in papers]
    titled = [f"Paper {place}: {kind}\n{text}" for place, (kind, text) in enumerate(zip(kinds, texts, strict=True), 1)]
    kind, source = (kinds[0], texts[0]) if len(papers) == 1 else (PAPERS, "\n\n".join(titled))
    return _made(rng, held, count, levels, source, {"kind": kind, "subject": about["subject"]})


def _made(
    rng: Random, held: list[tuple[Field, Any]], count: int, levels: int, source: str, about: dict[str, Any]
) -> Record:
    chosen = _chosen(rng, held, count, levels)
    fields = tuple(field for field, _ in chosen)
    value = nested((field.path, value) for field, value in chosen)
    return Record(value, {"title": "record", **object_schema(fields)}, fields, source, about["kind"], about["subject"])


def _plainest(rng: Random, held: list[tuple[Field, Any]], texts: Sequence[str], count: int) -> list[tuple[Field, Any]]:
    """The fields whose values stand in the texts as they are wanted, filled up to `count` with others."""
    stands = [_stands(value, texts) for _, value in held]
    places = sorted(range(len(held)), key=lambda place: (not stands[place], rng.random()))
    return [held[place] for place in sorted(places[: max(count, sum(stands))])]


def _stands(value: Any, texts: Sequence[str]) -> bool:
    """Whether a value stands in the papers as it is written in JSON, as a word or words of its own."""
    said = rf"(?<![\w.,]){re.escape(str(value))}(?!\w|[.,]\d)"
    return not isinstance(value, bool) and any(re.search(said, text) for text in texts)


def _papers(rng: Random, papers: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    order = rng.sample(papers, len(papers))
    held = list(accumulate(len(_fields(paper)) for paper in order))
    return order[: 1 + next(place for place, number in enumerate(held) if number >= count)]


def _part(rng: Random, paper: dict[str, Any], count: int, levels: int) -> tuple[str, list[Field]]:
    """A paper and its fields; for few fields some paragraphs that say as many, one of them on so many levels."""
    text = paper["text"].strip()
    if count > EXCERPTS:
        return text, _fields(paper)
    mark = "\n\n" if text.count("\n\n") > 1 else "\n"
    blocks = text.split(mark)
    start, end = (place := rng.randrange(len(blocks))), place + 1
    while True:
        said = [field for field in _fields(paper) if _says(mark.join(blocks[start:end]), field, paper)]
        if len(said) >= count and max(len(field.path) for field in said) >= levels:
            return mark.join(blocks[start:end]).strip(), said
        start, end = (start, end + 1) if end < len(blocks) else (start - 1, end)


def _says(text: str, field: Field, paper: dict[str, Any]) -> bool:
    """Whether the text holds a value, or all that it is worked out from where no part of the paper says it."""
    there, anywhere = slots_of(text), slots_of(paper["text"])
    rule = paper["slots"].get(field.slot, "")
    if field.slot in anywhere or not rule.startswith("= "):
        return field.slot in there
    return all(term in there or not term[0].isalpha() for term in rule.split()[1::2])


def _fields(paper: dict[str, Any]) -> list[Field]:
    return [read_field(line) for line in paper["fields"].strip().splitlines()]


def _chosen(rng: Random, held: list[tuple[Field, Any]], count: int, levels: int) -> list[tuple[Field, Any]]:
    """`count` of the fields in the material's order, one of the deepest at least."""
    deepest = [place for place, (field, _) in enumerate(held) if len(field.path) == levels]
    first = rng.choice(deepest or range(len(held)))
    rest = [place for place in range(len(held)) if place != first]
    return [held[place] for place in sorted([first, *rng.sample(rest, count - 1)])]


def table(rng: Random, name: str, rows: int, plain: bool) -> Record:
    """A log told entry by entry, or an export (semicolon CSV) whose cells must be written in another way.

    plain: of at most `FEW_COLUMNS` columns, and of those whose values stand there as they are wanted where there are two.
    """
    about = lists()[name]
    lines = about["columns"].strip().splitlines()
    if "wordings" in about:
        fields = tuple(map(read_field, lines))
        drawn = list(_rows(rng, about["slots"], rows, fields[0].slot))
        told = [fill(wording, row) for wording, row in zip(_wordings(rng, about["wordings"], rows), drawn, strict=True)]
        kind = "log"
    else:
        parts = [_EXPORT_COLUMN.fullmatch(line) for line in lines]
        columns = [part.groupdict() for part in parts if part]
        fields = tuple(read_field(f"{column['asked']} = {column['slot']}") for column in columns)
        drawn = list(_rows(rng, about["slots"], rows, fields[0].slot))
        told = [";".join(column["header"] for column in columns)]
        told += [";".join(_cell(row[column["slot"]], column["style"]) for column in columns) for row in drawn]
        kind = "export"
    if plain:
        entries = list(zip(drawn, told[-rows:], strict=True))
        copied = [field for field in fields if all(_stands(row[field.slot].value, [line]) for row, line in entries)]
        fields = tuple(copied[:FEW_COLUMNS]) if len(copied) > 1 else fields[:FEW_COLUMNS]
    values = [{field.path[0]: row[field.slot].value for field in fields} for row in drawn]
    schema = {"title": "rows", "type": "array", "items": object_schema(fields), "minItems": 1}
    return Record(values, schema, fields, "\n".join([about["intro"], "", *told]), kind, kind)


def _rows(rng: Random, slots: dict[str, str], count: int, key: str) -> Iterator[dict[str, Drawn]]:
    """Rows whose first column differs, where it is a name or a number of something."""
    taken: set[Any] = set()
    for _ in range(count):
        row = draw_slots(rng, slots)
        for _ in range(200):
            if row[key].value not in taken:
                break
            row = draw_slots(rng, slots)
        taken.add(row[key].value)
        yield row


def _wordings(rng: Random, wordings: list[str], count: int) -> Iterator[str]:
    """All wordings in a drawn order, again and again, never the same twice running."""
    last = ""
    for _ in range(-(-count // len(wordings))):
        order = rng.sample(wordings, len(wordings))
        if order[0] == last:
            order.append(order.pop(0))
        last = order[-1]
        yield from order[: min(count, len(order))]
        count -= len(order)


def _cell(drawn: Drawn, style: str | None) -> str:
    return STYLES[style](drawn) if style else drawn.words


STYLES: dict[str, Callable[[Drawn], str]] = {
    "last_first": lambda drawn: f"{drawn.parts['last']}, {drawn.parts['first']}",
    "slashed": lambda drawn: drawn.parts["slashed"],
    "comma": lambda drawn: str(drawn.value).replace(".", ","),
    "dots": lambda drawn: f"{drawn.value:,}".replace(",", "."),
    "yes": lambda drawn: "yes" if drawn.value else "no",
    "cross": lambda drawn: "x" if drawn.value else "",
    "ampm": lambda drawn: drawn.parts["clock"],
    "hours": lambda drawn: f"{drawn.value // 60} h {drawn.value % 60:02}",
    "upper": lambda drawn: drawn.words.upper(),
}
"""How an export writes a cell."""
