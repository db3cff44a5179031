"""docs/python.md runs as it stands, and the door from Python takes what a person would pass."""

import doctest
import gc
import subprocess
import sys
from pathlib import Path

import pytest

import ifeval
from ifeval.errors import UserError
from tests.conftest import ROOT


def test_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    failed, tried = doctest.testfile(str(ROOT / "docs" / "python.md"), module_relative=False)
    assert tried > 10
    assert not failed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"model": 3}, "model=3"),
        ({"tasks": 3}, "tasks=3"),
        ({"tasks": ["format", 3]}, "tasks=['format', 3]"),
        ({"tasks": "nothing"}, "No task or suite is called 'nothing'"),
        ({"limits": 3}, "has no flag 'limits'; did you mean limit?"),
        ({"limit": 2.5}, "limit=2.5: give a whole number"),
        ({"limit": True}, "limit=True: give a whole number"),
        ({"temperature": "hot"}, "temperature='hot': give a number"),
        ({"data": 3}, "data=3: give a dict"),
        ({"data": "no/such/file"}, "data='no/such/file': there is no such file or folder"),
        ({"task_path": 3}, "task_path=3: give a path"),
        ({"engine_arg": "a=1"}, "engine_arg='a=1': give a dict"),
        ({"out": 3}, "out=3: give a path"),
        ({"shard": "3/2"}, "--shard 3/2"),
        ({"engine": "abacus"}, "abacus"),
    ],
)
def test_a_wrong_argument_is_one_sentence(arguments: dict, words: str, tmp_path: Path) -> None:
    given = {"model": "scripted:oracle", "tasks": "structured", "limit": 2, "out": tmp_path / "run", **arguments}
    with pytest.raises(UserError) as caught:
        ifeval.evaluate(progress=False, **given)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_other_doors_refuse_in_one_sentence(tmp_path: Path) -> None:
    for call in (
        lambda: ifeval.load_run(tmp_path / "nothing"),
        lambda: ifeval.load_run(3),  # type: ignore[arg-type]
        lambda: ifeval.compare(3, 4),  # type: ignore[arg-type]
        lambda: ifeval.compare("nothing", "nothing"),
        lambda: ifeval.gate("scripted:oracle", baseline="nothing"),
        lambda: ifeval.gate("scripted:oracle", baseline="floor-random", limits=3),
    ):
        with pytest.raises(UserError):
            call()


def test_tables_escape_what_a_model_is_called(tmp_path: Path) -> None:
    run = ifeval.evaluate("scripted:empty", tasks="structured", limit=2, out=tmp_path / "<b>run</b>", progress=False)
    assert "<table>" in run._repr_html_()
    assert "<b>" not in run._repr_html_()
    assert "structured" in run.tasks["structured"]._repr_html_()


def test_importing_costs_nothing() -> None:
    code = "import ifeval, sys; print(sorted({'torch', 'pandas', 'scipy', 'numpy', 'typer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_other_tools_results_are_taken_wherever_a_run_is(tmp_path: Path) -> None:
    for name, passed in (("old", 30), ("new", 2)):
        rows = [f'{{"id": {place}, "score": {int(place < passed)}, "prompt": "q{place}"}}\n' for place in range(40)]
        (tmp_path / name).mkdir()
        (tmp_path / name / "sums.jsonl").write_text("".join(rows))
    old, new = (tmp_path / name / "sums.jsonl" for name in ("old", "new"))
    run = ifeval.load_run(str(old))
    folder = run.path
    assert run.tasks["sums"].primary.estimate == 0.75
    assert ifeval.compare(old, new).tasks[0].losses == 28
    assert ifeval.gate(new, baseline=run, progress=False).label == "FAIL"
    assert ifeval.gate(str(new), baseline=old, progress=False).label == "FAIL"
    assert {path.name for path in old.parent.iterdir()} == {"sums.jsonl"}
    del run
    gc.collect()
    assert not folder.exists()
    (tmp_path / "broken.jsonl").write_text("{")
    with pytest.raises(UserError, match=r"broken\.jsonl, line 1: not JSON"):
        ifeval.load_run(tmp_path / "broken.jsonl")
