"""`ifeval check`: a file of rows, one check from the command line, and the mistakes one can make."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ifeval.checks.trying import catalogue
from ifeval.cli import app
from ifeval.errors import UserError

RUN = CliRunner()


def test_rows_come_back_with_ok_and_reason(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [
        {"instruction": "layout:numbered_list", "arguments": {"items": 2}, "reply": "1.one\n2.two", "mine": 7},
        {"instruction": "ifeval/keywords:existence", "arguments": {"keywords": ["moo"]}, "reply": "moon"},
        {"instruction": "keywords:existence", "arguments": {"keywords": ["moo"]}, "reply": "moon"},
        {"instruction": "length:least_words", "arguments": {"words": 4}, "reply": "今天天气很好", "language": "zh"},
        {"instruction": "punctuation:no_comma", "reply": "Say no more.", "prompt": "Say no more."},
        {"instruction": "punctuation:no_comma", "reply": ""},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    result = RUN.invoke(app, ["check", str(file)])
    judged = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["ok"] for row in judged] == [True, True, False, True, False, False]
    assert judged[0] == {**rows[0], "ok": True, "reason": "2 numbered items, as wanted"}
    assert judged[2]["reason"] == "'moo' missing"
    assert "repeats the prompt" in judged[4]["reason"]
    assert result.exit_code == 0


def test_a_row_that_cannot_be_judged_says_why(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [
        {"instruction": "layout:tabel", "reply": "x"},
        {"instruction": "layout:table", "arguments": {"columns": 2}, "reply": "x"},
        {"instruction": "layout:table", "arguments": {"columns": 2, "rows": 1}, "reply": 3},
        {"instruction": "content:no_digits", "reply": "seven"},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    result = RUN.invoke(app, ["check", str(file)])
    judged = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["ok"] for row in judged] == [None, None, None, True]
    assert judged[0]["reason"].startswith("row 1: there is no instruction 'layout:tabel'")
    assert judged[1]["reason"] == "row 2: layout:table needs the argument 'rows'."
    assert judged[2]["reason"] == "row 3: 'reply' must be a string, got 3."
    assert result.exit_code == 2


def test_one_from_the_command_line() -> None:
    result = RUN.invoke(app, ["check", "length:most_words", "--arguments", '{"words": 1}', "--reply", "one two"])
    assert result.stdout == "not followed: 2 words, wanted at most 1\n"
    assert RUN.invoke(app, ["check", "content:no_digits"], input="seven").stdout == "followed: no digit\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check"], "Name a JSONL file of rows"),
        (["check", "no:such", "--reply", "x"], "There is no instruction 'no:such'"),
        (["check", "length:most_words", "--reply", "x"], "needs the argument 'words'"),
        (["check", "length:most_words", "--arguments", "80", "--reply", "x"], "must be a JSON object"),
        (["check", "length:most_words", "--arguments", "{", "--reply", "x"], "is not a JSON object"),
    ],
)
def test_mistakes_are_user_errors(arguments: list[str], sentence: str) -> None:
    result = RUN.invoke(app, arguments)
    assert isinstance(result.exception, UserError)
    assert sentence in str(result.exception)


def test_every_instruction_can_be_named() -> None:
    listed = {
        line.split("\t")[0]: line.split("\t")[1] for line in RUN.invoke(app, ["check", "--list"]).stdout.splitlines()
    }
    checks, _ = catalogue()
    assert listed.keys() == checks.keys()
    assert len([name for name in checks if "/" not in name]) == 82 + 4 + 48
    assert sum(name.startswith("ifeval/") for name in checks) == 25
    assert sum(name.startswith("ifbench-fixed/") for name in checks) == 58
    assert all(listed.values())


def test_types_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from tests.checks.test_plugins import GOOD\n")
    (tmp_path / "broken.py").write_text("1 / 0\n")
    text = "a|b\n-|-\nc|d"
    options = ["--check-path", str(tmp_path), "--arguments", '{"columns": 2, "rows": 1}', "--reply", text]
    result = RUN.invoke(app, ["check", "mine:table", *options])
    assert result.stdout == "followed: 1 table row, as wanted\n"
    assert "broken.py cannot be imported: ZeroDivisionError" in result.stderr
