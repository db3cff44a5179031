"""Tables, sections, headings and other structures that hold the whole text."""

import json
from typing import Any

import regex

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.library.draft import Blocks, Draft, marked
from ifeval.checks.library.instruction import AROUND, Arguments, InstructionType, Stage, listed
from ifeval.checks.text.counting import at_least, exactly, plural, quoted, shorten
from ifeval.checks.text.labels import labelled
from ifeval.checks.text.markdown import without_fence
from ifeval.checks.text.marks import normalised
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult

TEMPLATES = (
    ("Subject", "Main point", "Details"),
    ("Headline", "In short", "In detail"),
    ("Title", "Text"),
    ("Subject", "Summary", "Further points"),
    ("Heading", "Text", "Last point"),
)


def _build_table(draft: Draft, arguments: Arguments) -> None:
    """A row for each block: what it is about, and its sentences; a third column numbers the rows."""
    columns = arguments["columns"]
    draft.arrange(arguments["rows"])
    labels = draft.labels()

    def layout(blocks: Blocks) -> str:
        rows = [
            [str(n), label, " ".join(block)] for n, (label, block) in enumerate(zip(labels, blocks, strict=True), 1)
        ]
        table = [["No.", "Point", "Details"], ["---"] * 3, *rows]
        return "\n".join(f"| {' | '.join(row[-columns:])} |" for row in table)

    draft.layout = layout


def _build_sections(draft: Draft, arguments: Arguments) -> None:
    name = arguments["section_spliter"]
    draft.arrange(arguments["num_sections"], marked(lambda number: f"{name} {number}\n", "\n\n"))


def _json(blocks: Blocks) -> str:
    return json.dumps({"text": list(map(" ".join, blocks))}, indent=2, ensure_ascii=False)


def _build_template(draft: Draft, arguments: Arguments) -> None:
    """The title after the first label, the sentences after the others."""
    labels = arguments["labels"]
    draft.arrange(len(labels) - 1)
    draft.layout = lambda blocks: "\n".join(
        f"{label}: {' '.join(block)}" for label, block in zip(labels, [[draft.material.title], *blocks], strict=True)
    )


def _build_headings(draft: Draft, arguments: Arguments) -> None:
    draft.arrange(arguments["headings"])
    labels = draft.labels()
    draft.layout = marked(lambda number: f"## {labels[number - 1]}\n", "\n\n")


def table(reply: Reading, *, columns: Count, rows: Count) -> CheckResult:
    """One Markdown table with text in its header and in every row, with the given numbers of rows below it and of cells in each."""
    tables = reply.structure.tables
    if len(tables) != 1:
        return exactly(len(tables), 1, "Markdown table (a header and a rule of dashes)/Markdown tables")
    (written,) = tables
    widths = {len(row) for row in written}
    if widths != {columns}:
        return CheckResult(False, f"table rows of {', '.join(map(str, sorted(widths)))} cells, wanted {columns}")
    empty = next((n for n, row in enumerate(written) if not any(map(str.isalnum, "".join(row)))), None)
    if empty is not None:
        return CheckResult(False, f"no text in {f'table row {empty}' if empty else 'the header'}")
    return exactly(len(written) - 1, rows, "table row")


def sections(reply: Reading, *, section_spliter: Word, num_sections: Count) -> CheckResult:
    """At least the given number of different numbers come after the word at the start of a line, each with text after it."""
    name = normalised(section_spliter).strip()
    mark = regex.compile(rf"{regex.escape(name)}\s{{0,3}}(\d{{1,9}})\b\W*", regex.IGNORECASE)
    filled: set[int] = set()
    current = 0
    for line in (line.lstrip("\"'([<") for line in reply.lines):
        start = mark.match(line)
        current = int(start[1]) if start else current
        if current and any(map(str.isalnum, line[start.end() :] if start else line)):
            filled.add(current)
    return at_least(len(filled), num_sections, f"{quoted(name)} section with text/{quoted(name)} sections with text")


def headings(reply: Reading, *, headings: Count) -> CheckResult:
    """Exactly the given number of headings of level two (`##`) with text; those of other levels, and in code, don't count."""
    return exactly(sum(block.level == 2 for block in reply.headings), headings, "'##' heading")


def json_value(reply: Reading) -> CheckResult:
    """The whole reply is a JSON object or array that is not empty (RFC 8259: no NaN), a code fence around it aside."""
    try:
        value = json.loads(without_fence(reply.raw), parse_constant=_not_json)
    except ValueError as error:
        return CheckResult(False, f"not JSON: {error}")
    except RecursionError:
        return CheckResult(False, "not JSON: nested too deeply")
    if not isinstance(value, dict | list):
        return CheckResult(False, f"a bare JSON value {shorten(reply.raw)}, wanted an object or array")
    return CheckResult(bool(value), f"{'parses as JSON' if value else 'empty JSON'}")


def template(reply: Reading, *, labels: list[Word]) -> CheckResult:
    """Lines start with the labels and a colon, each label once and in this order, each followed by text of its own."""
    found = labelled(reply.lines, labels)
    names = [name for name, _ in found]
    if names != [label.strip() for label in labels]:
        return CheckResult(
            False, f"labels {shorten(', '.join(names)) or 'missing'}, wanted {', '.join(labels)} in this order"
        )
    empty = next((name for name, text in found if not any(map(str.isalnum, text))), None)
    return CheckResult(empty is None, f"nothing after {empty}:" if empty else "all labels, in order")


def _not_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


STRUCTURES = (
    InstructionType(
        id="layout:table",
        group="layout",
        excludes=frozenset({"wrapper", "sentence"}),
        order=(
            "Put the content in a Markdown table with {columns} columns and {rows} below the header.",
            "Answer with a Markdown table of {columns} columns: a header and exactly {rows} below it.",
        ),
        requirement=(
            "The reply must contain one Markdown table with {columns} columns and, below its header, {rows}.",
            "There must be just one Markdown table: {columns} columns, a header and {rows} below it.",
        ),
        note=(
            "a Markdown table, {columns} columns, {rows} below the header",
            "one Markdown table: {columns} columns, header plus {rows}",
        ),
        spoken=lambda arguments: {"rows": plural(arguments["rows"], "row")},
        sample=lambda rng, material: {"columns": rng.randint(2, 3), "rows": material.wanted + rng.randint(0, 1)},
        build=_build_table,
        check=table,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="detectable_format:multiple_sections",
        group="layout",
        excludes=frozenset({"digits", "case:uppercase", "case:lowercase", "wrapper"}),
        order=(
            "Divide the reply into at least {num_sections} sections, headed {section_spliter} 1, {section_spliter} 2 and so on.",
            "Use {num_sections} or more sections, headed {section_spliter} 1, {section_spliter} 2 etc.",
        ),
        requirement=(
            "The reply must have at least {num_sections} sections, headed {section_spliter} 1, {section_spliter} 2 and so on.",
            "There must be {num_sections} or more sections, called {section_spliter} 1, {section_spliter} 2 and so on.",
        ),
        note=(
            "at least {num_sections} sections headed {section_spliter} 1, {section_spliter} 2 ...",
            "{num_sections} or more sections, headed {section_spliter} 1, {section_spliter} 2 ...",
        ),
        sample=lambda rng, material: {
            "section_spliter": rng.choice(("Section", "Part", "SECTION", "Chapter")),
            "num_sections": rng.randint(2, 3),
        },
        build=_build_sections,
        check=sections,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:headings",
        group="layout",
        excludes=frozenset({"wrapper"}),
        order=(
            "Use exactly {headings} second-level Markdown headings (lines that start with '## ').",
            "Structure the reply with {headings} headings, each written as '## ' and a title.",
        ),
        requirement=(
            "The reply must have exactly {headings} headings that start with '## '.",
            "There must be {headings} level-two Markdown headings ('## '), no more and no fewer.",
        ),
        note=("exactly {headings} '## ' headings", "{headings} level-two Markdown headings ('## ')"),
        sample=lambda rng, material: {"headings": rng.randint(2, 3)},
        build=_build_headings,
        check=headings,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="detectable_format:json_format",
        group="layout",
        excludes=AROUND | {"sentence"},
        order=(
            "Give the entire reply as a JSON object.",
            "Write the whole reply as valid JSON (an object or an array).",
        ),
        requirement=(
            "The entire reply must be a valid JSON object or array.",
            "The whole reply must parse as one JSON object, with no text around it.",
        ),
        note=("whole reply as a JSON object", "JSON object or array only"),
        build=lambda draft, arguments: draft.arrange(3, _json),
        check=json_value,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:template",
        group="layout",
        excludes=AROUND | {"case:uppercase", "case:lowercase", "case:title"},
        order=(
            "Write {count} lines that start with the labels {listed}, in this order, with text after each label.",
            "Use the labels {listed} in this order, each at the start of a line and followed by text.",
        ),
        requirement=(
            "The reply must follow a template: lines that start with {listed}, in this order, each followed by text.",
            "There must be {count} labelled lines in this order, each label followed by text: {listed}.",
        ),
        note=("lines labelled {listed}, in this order", "labels at the start of lines, followed by text: {listed}"),
        spoken=lambda arguments: {
            "listed": listed([f"{label}:" for label in arguments["labels"]]),
            "count": str(len(arguments["labels"])),
        },
        sample=lambda rng, material: {"labels": list(rng.choice(TEMPLATES))},
        build=_build_template,
        check=template,
        stage=Stage.LAYOUT,
    ),
)
