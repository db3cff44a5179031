"""Files of cases in runs: beside other tasks, rescored after a check was fixed, and from Python."""

import json
from pathlib import Path

import pytest

import ifeval
from ifeval.errors import UserError
from ifeval.runs.options import asked
from ifeval.runs.rescore import rescore

CASES = [
    {"id": "a", "prompt": "Capital of France?", "answer": "Paris", "tags": {"topic": "geo"}},
    {"id": "b", "prompt": "Capital of Italy?", "answer": "Rome", "tags": {"topic": "geo"}},
    {"id": "c", "prompt": "Say something.", "regex": "nice", "example": "nice", "tags": {"topic": "talk"}},
]


def written(path: Path, cases: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(map(json.dumps, cases)))
    return path


@pytest.fixture(autouse=True)
def _own_cache(cache: Path) -> None:
    """No reply of another test is used."""


def test_a_run_of_cases_and_a_task(tmp_path: Path) -> None:
    file = written(tmp_path / "mine.jsonl", CASES)
    run = ifeval.evaluate(
        "scripted:constant=Paris.", tasks="zero_shot:3", cases=file, out=tmp_path / "run", progress=False
    )
    task = run.summary["tasks"]["mine"]
    assert run.summary["tasks"].keys() == {"mine", "zero_shot"}
    assert task["family"] == "cases"
    assert {name: by["value"] for name, by in task["by"]["topic"].items()} == {"geo": 0.5, "talk": 0.0}
    assert asked(("core",), [file]) == ("core", "mine")
    assert asked(("mine:2",), [file]) == ("mine:2",)
    with pytest.raises(UserError, match="give a"):
        ifeval.evaluate("scripted:empty", cases=tmp_path / "other.txt", progress=False)


def test_a_fixed_check_is_scored_again_and_another_prompt_is_not(tmp_path: Path) -> None:
    file = written(tmp_path / "mine.jsonl", CASES)
    run = ifeval.evaluate("scripted:constant=Paris", cases=str(file), out=tmp_path / "run", progress=False)
    assert run.summary["tasks"]["mine"]["metrics"]["passed"]["value"] == pytest.approx(1 / 3)
    moved = tmp_path / "moved"
    moved.mkdir()
    written(moved / "mine.jsonl", [{**CASES[0]}, {**CASES[1], "answer": ["Rome", "Paris"]}, CASES[2]])
    assert rescore(tmp_path / "run", {}, (), (moved / "mine.jsonl",)) == 1
    assert ifeval.load_run(tmp_path / "run").summary["tasks"]["mine"]["metrics"]["passed"]["value"] == pytest.approx(
        2 / 3
    )
    written(file, [{**CASES[0], "prompt": "Capital of Spain?"}, *CASES[1:]])
    with pytest.raises(UserError, match="the prompt of sample 'a' of mine has changed"):
        rescore(tmp_path / "run", {}, ())
