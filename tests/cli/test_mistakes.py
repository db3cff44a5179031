"""What a person can get wrong on the command line: one sentence that names it, and exit code 2."""

import sys
from pathlib import Path

import pytest

from ifeval.cli import main

MISTAKES = {
    "--tasks nosuch": "No task or suite is called 'nosuch'; tasks are ",
    "--tasks ": "--tasks names no task.",
    "--tasks ifeval --data missing.jsonl": "--data missing.jsonl: there is no missing.jsonl.",
    "--limit 0": "--limit 0: give 1 or more.",
    "--limit x": "Invalid value for '--limit'",
    "--repeat 0": "--repeat 0: give 1 or more.",
    "--max-tokens 0": "--max-tokens 0: give 1 or more.",
    "--shard 3/3": "--shard 3/3: ",
    "--shard x": "--shard x: ",
    "--temperature -1": "--temperature -1.0: give 0 or more.",
    "--temperature nan": "--temperature nan: give 0 or more.",
    "--top-p 2": "--top-p 2.0: give a share above 0 and at most 1.",
    "--top-k -5": "--top-k -5: give 0 or more.",
    "--engine nosuch": "--engine nosuch: give one of auto, ",
}


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["ifeval", *arguments])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(SystemExit) as ending:
        main()
    return int(ending.value.code or 0)


@pytest.mark.parametrize("flags", MISTAKES)
def test_a_mistake_is_one_sentence_and_exit_2(
    flags: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    task = () if "--tasks" in flags else ("--tasks", "format")
    assert run(monkeypatch, "run", "--model", "scripted:oracle", *task, *flags.split(" ")) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line != "ifeval: prepare"]
    assert len(said) == 1
    assert said[0].startswith("ifeval: ")
    assert MISTAKES[flags] in said[0]
    assert not Path("runs").exists()


@pytest.mark.parametrize("group", ["tasks", "data", "baseline"])
def test_a_group_without_its_verb_is_its_help(
    group: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, group) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"Usage: ifeval {group}")
    assert "Commands:" in said


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ('{"key": 2, "pro', "data.jsonl, line 1: not valid JSON"),
        (
            '{"key": 1, "prompt": "Hi", "instruction_id_list": ["no:thing"], "kwargs": [{}]}',
            "unknown instruction 'no:thing'",
        ),
    ],
)
def test_bad_data_is_named_by_its_row(
    rows: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.jsonl").write_text(rows)
    assert run(monkeypatch, "run", "--model", "scripted:oracle", "--tasks", "ifeval", "--data", "data.jsonl") == 2
    assert sentence in capsys.readouterr().err
