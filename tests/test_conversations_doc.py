"""docs/conversations.md works as written: its plug-in validates and runs, and its tables name what there is."""

import re
import sys
from pathlib import Path
from typing import get_args

import pytest

import ifeval
from ifeval.registry.plugins import discover
from ifeval.runs.conversation import Ending
from ifeval.runs.validation import validate
from ifeval.tasks.tool_loop.goals import KINDS
from ifeval.tool_calls import by_name

DOC = (Path(__file__).parents[1] / "docs" / "conversations.md").read_text()


def test_the_plug_in_validates_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    for name in ("ifeval_tasks.guess", "ifeval_tasks.guess.task"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    file = tmp_path / "my_tasks" / "guess" / "task.py"
    file.parent.mkdir(parents=True)
    file.write_text(re.search(r"```python\n(.*?)```", DOC, re.DOTALL)[1])
    task = discover([tmp_path / "my_tasks"])["guess"]()
    assert validate(task, by_name("hermes")).tried["oracle"] == 100
    folder = (tmp_path / "my_tasks",)
    run = ifeval.evaluate("scripted:constant=25", tasks="guess", task_path=folder, out=tmp_path / "run", progress=False)
    talks = run.summary["tasks"]["guess"]["conversations"]
    assert talks["ended"].keys() == {"turns", "done"}
    assert talks["replies"].keys() == {"1", "6"}


def test_the_tables_name_what_there_is() -> None:
    endings = DOC.split("| `ended` |")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", endings)) == set(get_args(Ending))
    kinds = DOC.split("| kind |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", kinds, re.MULTILINE) == list(KINDS)
    tasks = DOC.split("| task |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([\w-]+)`", tasks)) >= {"dialogue", "tool_loop", "multi_if", "bfcl-v4"}
    assert set(re.findall(r"^\| `([\w-]+)`", tasks, re.MULTILINE)) <= set(discover())
