"""The task `json_schema`: schemas from JSONSchemaBench, a JSONL file or a folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.records import Response, Sample, Score
from ifeval.registry.plugins import discover
from ifeval.task import Task

POINT = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}


def _task(data: Path | None) -> Task:
    return discover()["json_schema"](data)


def _file(folder: Path, *rows: Any) -> Path:
    file = folder / "schemas.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def _score(task: Task, sample: Sample, text: str) -> Score:
    return task.score(sample, Response("k", text, "stop", answer=text))


def test_the_published_rows(golden: Path) -> None:
    task = _task(golden / "jsonschema" / "jsonschemabench_sample.jsonl")
    samples = list(task.samples(0))
    assert len(samples) == len({sample.id for sample in samples}) == 540
    assert len({sample.tags["split"] for sample in samples}) == 9
    for sample in samples:
        for text in ("", sample.messages[0]["content"], json.dumps(sample.schema)):
            assert _score(task, sample, text).metrics["validates"] == 0, sample.id


def test_rows_of_ones_own(tmp_path: Path) -> None:
    rows = [{"id": "a", "schema": POINT}, {"id": "b", "schema": json.dumps(POINT), "prompt": "A point, please."}]
    task = _task(_file(tmp_path, *rows))
    first, second = task.samples(0)
    assert first.schema == second.schema == POINT
    assert second.messages[0]["content"].startswith("A point, please.\n\nJSON Schema:\n{")
    assert _score(task, first, '{"x": 1}').metrics == {"validates": 1.0, "parses": 1.0}
    assert _score(task, first, '{"x": "1"}').metrics == {"validates": 0.0, "parses": 1.0}
    assert _score(task, first, "x is 1").metrics == {"validates": 0.0, "parses": 0.0}
    assert len(list(task.samples(0, limit=1))) == 1


def test_a_folder_of_schemas(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "point.json").write_text(json.dumps(POINT))
    assert [sample.id for sample in _task(tmp_path).samples(0)] == ["deep/point.json"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "a", "schema": {"type": "strng"}}, "row 2: the schema cannot be used"),
        ({"id": "a", "schema": {"$ref": "https://example.org/x.json"}}, "never fetched"),
        ({"id": "a", "schema": "{"}, "row 2: the schema is not valid JSON"),
        ({"id": "a", "schema": 3}, "row 2: the schema cannot be used"),
        ({"id": "a"}, "row 2: a row needs an `id`"),
        ({"schema": POINT}, "row 2: a row needs an `id`"),
    ],
)
def test_mistakes_name_file_and_row(tmp_path: Path, row: Any, message: str) -> None:
    file = _file(tmp_path, {"id": "fine", "schema": POINT}, row)
    with pytest.raises(UserError, match=message) as raised:
        list(_task(file).samples(0))
    assert str(file) in str(raised.value)


def test_data_must_be_there(tmp_path: Path) -> None:
    for data, message in ((None, "--data"), (tmp_path, "holds no .json")):
        with pytest.raises(UserError, match=message):
            list(_task(data).samples(0))
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(UserError, match=r"bad\.json"):
        list(_task(tmp_path).samples(0))
