"""Parity with the official checker, and the command that shows it."""

from typer.testing import CliRunner

from ifeval.cli import app
from ifeval.tool_calls.bfcl import SINGLE_TURN, judge_row, load
from ifeval.util.jsonio import dumps, loads, read_jsonl
from tests.bfcl_data import bfcl_data  # noqa: F401 - a fixture


def test_every_golden_row(golden, bfcl_data):  # noqa: F811
    rows = list(read_jsonl(golden / "bfcl" / "golden_ast.jsonl"))
    wrong = []
    for number, row in enumerate(rows):
        judged = judge_row(bfcl_data, row, f"row {number}")
        if (judged.valid, judged.error_type) != (row["valid"], row["error_type"]):
            wrong.append((row, judged))
        assert judged.valid or judged.reason
    assert len(rows) == 10_500
    assert not wrong


def test_the_command_writes_the_rows_back(golden, bfcl_data, tmp_path):  # noqa: F811
    rows = list(read_jsonl(golden / "bfcl" / "golden_ast.jsonl"))[::500]
    file = tmp_path / "rows.jsonl"
    asked = [{key: value for key, value in row.items() if key not in ("valid", "error_type")} for row in rows]
    file.write_bytes(b"\n".join(dumps(row) for row in asked))
    result = CliRunner().invoke(app, ["bfcl-check", str(file), "--data", str(bfcl_data)])
    assert result.exit_code == 0
    assert [loads(line) for line in result.stdout.splitlines()] == rows


def test_sizes_of_the_categories(bfcl_data):  # noqa: F811
    sizes = {category: len(load(bfcl_data, category)) for category in SINGLE_TURN}
    assert sum(sizes.values()) == 3641
    assert sizes["live_multiple"] == 1053
