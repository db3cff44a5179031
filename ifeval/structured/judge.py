"""One reply against the document that was wanted: three verdicts, each failing where the one before it does."""

from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from ifeval.records import CheckResult, Response
from ifeval.structured.compare import EXACT, Rules, differences
from ifeval.structured.documents import Parsed, typed_text
from ifeval.structured.json_reply import read_json
from ifeval.structured.schema.validator import compile_schema
from ifeval.structured.tables import read_csv, read_markdown
from ifeval.structured.toml_reply import read_toml
from ifeval.structured.xml_reply import read_xml
from ifeval.structured.yaml_reply import read_yaml

FORMATS = ("json", "csv", "yaml", "markdown", "xml", "toml")
Format = Literal["json", "csv", "yaml", "markdown", "xml", "toml"]
SHOWN = 3
"""How many differences a reason lists."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The document a reply should hold: its format, its schema, and its value (for a table, a list of flat objects)."""

    format: Format
    schema: Any
    value: Any
    rules: Rules = EXACT


def judge(response: Response, wanted: Wanted) -> tuple[tuple[CheckResult, CheckResult, CheckResult], Parsed]:
    """((parses, validates, values), the document) of a reply; see `validate` for the first two verdicts.

    Values that are wrong have the outcome "wrong_value"; right ones in an invalid document "invalid".
    """
    parses, validates, document = validate(response, wanted.format, wanted.schema)
    if not parses.ok:
        return (parses, validates, CheckResult(False, "no document to compare", "values", parses.failure)), document
    return (parses, validates, _values(document.value, wanted, validates.ok)), document


def validate(response: Response, form: Format, schema: Any) -> tuple[CheckResult, CheckResult, Parsed]:
    """(parses, validates, the document); a reply cut at the token limit holds no document.

    The outcome of a failure is "empty", "truncated", "unparsable" or "invalid". Formats are asserted.
    Raises SchemaError where only evaluating shows that the schema cannot be used.
    """
    document, outcome = _document(response, form, schema)
    if document.error is not None:
        nothing = CheckResult(False, "no document to validate", "validates", outcome)
        return CheckResult(False, document.error, "parses", outcome), nothing, document
    found = compile_schema(schema, formats=True).check(document.value)
    return (
        CheckResult(True, f"{form} ({document.place})", "parses"),
        CheckResult(found.ok, found.reason, "validates", "" if found.ok else "invalid"),
        document,
    )


def _document(response: Response, form: Format, schema: Any) -> tuple[Parsed, str]:
    """The document of a reply, and the outcome where there is none."""
    if response.truncated:
        return Parsed(error="the reply was cut at the token limit or in a loop"), "truncated"
    if not response.answer.strip():
        return Parsed(error="the reply is empty"), "empty"
    return read_document(response.answer, form, schema), "unparsable"


def read_document(text: str, form: Format, schema: Any) -> Parsed:
    """The document of a reply as a JSON value; cells of a table and texts of XML become what its schema asks for."""
    if form == "json":
        return read_json(text)
    if form == "yaml":
        return read_yaml(text)
    if form == "toml":
        return read_toml(text)
    if form == "xml":
        return read_xml(text, schema)
    columns = schema["items"]["properties"]
    table = read_csv(text, list(columns)) if form == "csv" else read_markdown(text)
    return table if table.error is not None else Parsed(_records(table.value, columns), table.place)


def _values(value: Any, wanted: Wanted, valid: bool) -> CheckResult:
    found = list(islice(differences(value, wanted.value, wanted.rules), SHOWN + 1))
    if found:
        more = "; ..." if len(found) > SHOWN else ""
        return CheckResult(False, "; ".join(found[:SHOWN]) + more, "values", "wrong_value")
    if not valid:
        return CheckResult(False, "the values are right, but the document is invalid", "values", "invalid")
    return CheckResult(True, "every value is right", "values")


def _records(rows: list[list[str]], columns: dict[str, Any]) -> list[dict[str, Any]]:
    header, *body = rows
    return [{name: typed_text(cell, columns.get(name)) for name, cell in zip(header, row, strict=True)} for row in body]
