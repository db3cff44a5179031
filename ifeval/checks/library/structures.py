"""Tables, sections, headings and other structures that hold the whole text."""

import json

from ifeval.checks.ifeval import repaired
from ifeval.checks.library.draft import Blocks, Draft, marked
from ifeval.checks.library.instruction import AROUND, Arguments, InstructionType, Stage, listed
from ifeval.checks.text.counting import exactly, shorten
from ifeval.checks.text.division import lines_of_text
from ifeval.records import CheckResult

TEMPLATES = (
    ("Subject", "Main point", "Details"),
    ("Headline", "In short", "In detail"),
    ("Title", "Text"),
    ("Subject", "Summary", "Further points"),
    ("Heading", "Text", "Last point"),
)
_TABLE_RULE = frozenset("|-: \t")


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
    title = f"{draft.material.title}."
    draft.layout = lambda blocks: "\n".join(
        f"{label}: {' '.join(block)}" for label, block in zip(labels, [[title], *blocks], strict=True)
    )


def _build_headings(draft: Draft, arguments: Arguments) -> None:
    draft.arrange(arguments["headings"])
    labels = draft.labels()
    draft.layout = marked(lambda number: f"## {labels[number - 1]}\n", "\n\n")


def table(text: str, *, columns: int, rows: int) -> CheckResult:
    """One Markdown table with a header, a rule, and exactly so many `rows` below it, each of `columns` cells."""
    piped = [line for line in lines_of_text(text) if "|" in line]
    if len(piped) < 2 or "-" not in piped[1] or not _TABLE_RULE.issuperset(piped[1]):
        return CheckResult(False, "no Markdown table with a header and a rule of dashes")
    widths = {len(line.removeprefix("|").removesuffix("|").split("|")) for line in piped}
    if widths != {columns}:
        return CheckResult(False, f"table rows of {', '.join(map(str, sorted(widths)))} cells, wanted {columns}")
    return exactly(len(piped) - 2, rows, "table row")


def headings(text: str, *, headings: int) -> CheckResult:
    """Exactly so many lines that start with "## "."""
    return exactly(
        sum(line.startswith("## ") and len(line) > 3 for line in lines_of_text(text)), headings, "'##' heading"
    )


def template(text: str, *, labels: list[str]) -> CheckResult:
    """Lines start with the labels and a colon, each label once, in this order, and each is followed by text."""
    found = [label for line in lines_of_text(text) for label in labels if line.startswith(f"{label}:")]
    if found != labels:
        return CheckResult(
            False, f"labels {shorten(', '.join(found)) or 'missing'}, wanted {', '.join(labels)} in this order"
        )
    rest = text
    for label in reversed(labels):
        rest, _, after = rest.rpartition(f"{label}:")
        if not after.strip():
            return CheckResult(False, f"nothing after {label}:")
    return CheckResult(True, "all labels, in order")


STRUCTURES = (
    InstructionType(
        id="layout:table",
        group="layout",
        excludes=frozenset({"wrapper", "sentence"}),
        order=(
            "Put the content in a Markdown table with {columns} columns and {rows} rows below the header.",
            "Answer with a Markdown table of {columns} columns: a header and exactly {rows} more rows.",
        ),
        requirement=(
            "The reply must hold one Markdown table with {columns} columns and, below its header, {rows} rows.",
            "There has to be a single Markdown table: {columns} columns, a header, and {rows} rows under it.",
        ),
        note=(
            "a Markdown table, {columns} columns, {rows} rows below the header",
            "one table: {columns} columns, header plus {rows} rows",
        ),
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
            "Give the reply {num_sections} or more sections, headed {section_spliter} 1, {section_spliter} 2 etc.",
        ),
        requirement=(
            "The reply must have at least {num_sections} sections, headed {section_spliter} 1, {section_spliter} 2 and so on.",
            "There have to be {num_sections} or more sections, each beginning with {section_spliter} and its number.",
        ),
        note=(
            "at least {num_sections} sections headed {section_spliter} 1, {section_spliter} 2 ...",
            "sections headed {section_spliter} 1, {section_spliter} 2 ..., {num_sections} or more",
        ),
        sample=lambda rng, material: {
            "section_spliter": rng.choice(("Section", "Part", "SECTION", "Chapter")),
            "num_sections": rng.randint(2, 3),
        },
        build=_build_sections,
        check=repaired.multiple_sections,
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
            "There have to be {headings} Markdown headings of level two ('## '), no more and no fewer.",
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
            "The whole reply has to parse as one JSON object, with no text around it.",
        ),
        note=("whole reply as a JSON object", "JSON object or array only"),
        build=lambda draft, arguments: draft.arrange(3, _json),
        check=repaired.json_format,
        stage=Stage.LAYOUT,
    ),
    InstructionType(
        id="layout:template",
        group="layout",
        excludes=AROUND | {"case:uppercase", "case:lowercase", "case:title"},
        order=(
            "Write {count} lines that start with the labels {listed}, in this order, and put your text after each label.",
            "Use the labels {listed} in this order, each at the start of a line and followed by text.",
        ),
        requirement=(
            "The reply must follow a template: lines that start with {listed}, in this order, each followed by text.",
            "There have to be {count} labelled lines, in this order: {listed}. Each label is followed by text.",
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
