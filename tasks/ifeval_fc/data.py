"""IFEval-FC's tasks: a function, a demand on one of its parameters, and requests that call for the function."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifeval.checks.ifeval.arguments import validate
from ifeval.checks.ifeval_fc import IFEVAL_FC_CHECKS
from ifeval.errors import UserError
from ifeval.util import jsonio

_FIELDS = {"chosen_param": str, "format": dict, "fn_schema": dict, "user_queries": list}


@dataclass(frozen=True, slots=True)
class Demand:
    """`checker` with its `arguments` is asked of `parameter` of the function `schema`, for each of `queries`."""

    id: str
    schema: Mapping[str, Any]
    parameter: str
    checker: str
    arguments: Mapping[str, Any]
    group: str
    queries: tuple[str, ...]


def read_demands(path: Path) -> Iterator[Demand]:
    """The rows of a JSONL file, or the .json files of a folder (whose names are the ids), in order.

    Raises UserError naming file and row where a field is missing, a checker is unknown, or its arguments do not fit.
    """
    seen: set[str] = set()
    for where, row in _rows(path):
        demand = _demand(row, where)
        if demand.id in seen:
            raise UserError(f"{where}: id {demand.id!r} comes twice; ids must be unique.")
        seen.add(demand.id)
        yield demand
    if not seen:
        raise UserError(f"{path} holds no tasks of IFEval-FC.")


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if not path.is_dir():
        for number, row in enumerate(jsonio.read_jsonl(path), start=1):
            yield f"{path}, row {number}", row
        return
    for file in sorted(path.glob("*.json")):
        try:
            content = jsonio.loads(file.read_bytes())
        except ValueError as error:
            raise UserError(f"{file}: not valid JSON ({error}).") from None
        if not isinstance(content, dict):
            raise UserError(f"{file}: expected a JSON object, got {type(content).__name__}.")
        yield str(file), {"id": file.stem, **content}


def _demand(row: Mapping[str, Any], where: str) -> Demand:
    if not isinstance(row.get("id"), str):
        raise UserError(f"{where}: 'id' must be a string.")
    for name, kind in _FIELDS.items():
        if not isinstance(row.get(name), kind):
            raise UserError(f"{where}: {name!r} must be of type {kind.__name__}.")
    schema, form, queries = row["fn_schema"], row["format"], row["user_queries"]
    if not isinstance(schema.get("name"), str) or row["chosen_param"] not in _parameters(schema):
        raise UserError(f"{where}: 'fn_schema' must have a name and the parameter {row['chosen_param']!r}.")
    if not queries or not all(isinstance(query, str) and query.strip() for query in queries):
        raise UserError(f"{where}: 'user_queries' must be a list of texts, at least one.")
    checker, arguments = form.get("name"), form.get("args", {})
    if checker not in IFEVAL_FC_CHECKS:
        raise UserError(f"{where}: unknown checker {checker!r}; known are {', '.join(IFEVAL_FC_CHECKS)}.")
    if not isinstance(arguments, dict):
        raise UserError(f"{where}: the args of {checker} must be an object, got {arguments!r}.")
    validate(checker, IFEVAL_FC_CHECKS[checker], arguments, where)
    group = str(form.get("group", "")).lower()
    return Demand(row["id"], schema, row["chosen_param"], checker, arguments, group, tuple(queries))


def _parameters(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters = schema.get("parameters")
    properties = parameters.get("properties") if isinstance(parameters, dict) else None
    return properties if isinstance(properties, dict) else {}
