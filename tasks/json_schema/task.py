"""One JSON document under a given schema: JSONSchemaBench (Geng et al. 2025, arXiv 2501.10868), or schemas of your own.

The data is a JSONL file with rows {"id", "schema", "prompt"?} or of JSONSchemaBench ({"file", "json_schema", "split"}),
or a folder of schema files. Any document that validates is right: there is no oracle.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from ifeval.checks.guards import is_echo
from ifeval.errors import UserError
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.structured import validate
from ifeval.structured.decoding import contrast
from ifeval.structured.schema.validator import SchemaError, compile_schema
from ifeval.task import Row, Task
from ifeval.util import jsonio

PROMPT = (
    "Write one JSON document that follows the JSON Schema below. Make up plausible values. Answer with the JSON only."
)


class JSONSchema(Task):
    name = "json_schema"
    version = "1"
    family = "structured"
    primary = "validates"
    description = "One JSON document under each schema of JSONSchemaBench, or of a file or folder of your own"
    dataset = "jsonschemabench"
    max_tokens = 512
    breakdowns = ("split", "decoding")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The schemas in the order of the data; `seed` plays no part. Raises UserError naming file and row."""
        if self.data is None:
            raise UserError("json_schema needs schemas: run `ifeval data fetch jsonschemabench`, or give --data PATH.")
        for where, row in islice(_rows(self.data), limit):
            yield _sample(where, row)

    def score(self, sample: Sample, response: Response) -> Score:
        """`parses` and `validates`; a reply that gives the schema back is an echo, even where it would validate."""
        parses, validates, document = validate(response, "json", sample.schema)
        copied = document.place == "embedded" and is_echo(response.answer, str(sample.messages[-1]["content"]))
        if parses.ok and (copied or document.value == sample.schema):
            validates = CheckResult(False, "the reply only repeats the prompt", "validates", "echo")
        return Score((parses, validates), {"validates": float(validates.ok), "parses": float(parses.ok)})

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """Free against constrained decoding, on the samples that were asked both ways."""
        return contrast(rows, ("parses", "validates"))


def _rows(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where a user finds it, row) of every schema."""
    if not data.is_dir():
        for number, row in enumerate(jsonio.read_jsonl(data), start=1):
            yield f"{data}, row {number}", row
        return
    files = sorted(data.rglob("*.json"))
    if not files:
        raise UserError(f"{data} holds no .json file; give a folder of schemas or a JSONL file.")
    for file in files:
        try:
            yield str(file), {"id": file.relative_to(data).as_posix(), "schema": jsonio.loads(file.read_bytes())}
        except ValueError as error:
            raise UserError(f"{file}: not valid JSON ({error}).") from None


def _sample(where: str, row: dict[str, Any]) -> Sample:
    schema = row.get("schema", row.get("json_schema"))
    identity = row.get("id", row.get("unique_id", row.get("file")))
    if schema is None or not isinstance(identity, str):
        raise UserError(f"{where}: a row needs an `id` (text) and a `schema`; see docs/tasks-structured.md.")
    try:
        schema = jsonio.loads(schema) if isinstance(schema, str) else schema
        compile_schema(schema, formats=True)
    except SchemaError as error:
        raise UserError(f"{where}: the schema cannot be used: {error}. Fix it or take the row out.") from None
    except ValueError as error:
        raise UserError(f"{where}: the schema is not valid JSON ({error}).") from None
    text = f"{row.get('prompt', PROMPT)}\n\nJSON Schema:\n{jsonio.dumps(schema).decode()}"
    return Sample(
        id=identity,
        messages=[{"role": "user", "content": text}],
        schema=schema,
        tags={"split": row["split"]} if isinstance(row.get("split"), str) else {},
    )
