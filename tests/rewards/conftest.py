"""Rows that the tests of rewards share."""

import json
from pathlib import Path

import pytest

from ifeval.registry.plugins import discover
from ifeval.rewards.make import row_maker

TASKS = {"format": 8, "tool_calls": 8, "zero_shot": 8, "structured": 4}


@pytest.fixture(scope="session")
def written() -> list[dict]:
    """Rows as they are written, of four tasks."""
    make, kinds = row_maker(), discover()
    rows = [
        make(kinds[name](), one) for name, n in TASKS.items() for one in kinds[name]().training_samples(1_000_003, n)
    ]
    assert all(isinstance(row, dict) for row in rows), rows
    return json.loads(json.dumps(rows))


@pytest.fixture
def rows_file(written: list[dict], tmp_path: Path) -> Path:
    """The same, as a file."""
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in written))
    return file
