"""Every export, opened by the tool it is for: in an environment of its own, for these tools' needs do not agree with vLLM's.

`IFEVAL_TEST_EXPORT` names the python of an environment that has them already; without it one is made, which needs the network.
"""

import json
import math
import os
import subprocess
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

from ifeval.runs.run import Run, load_run
from tests.conftest import ROOT
from tests.made_runs import make_run

pytestmark = [pytest.mark.slow, pytest.mark.network]

PACKAGES = ["inspect_ai", "mlflow-skinny", "sqlalchemy", "alembic", "trackio", "wandb", "datasets", "pytablewriter"]
HOSTILE = '\ud800\x00\u202e<img src=x onerror="alert(1)">|`[x](y)`\n---\n{{ 7*7 }}' + "w" * (1 << 20)
ESCAPED = HOSTILE.replace("\ud800", "\\ud800")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if named := os.environ.get("IFEVAL_TEST_EXPORT"):
        return Path(named)
    folder = tmp_path_factory.mktemp("foreign")
    venv.create(folder, with_pip=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "zz_borrowed.pth").write_text(f"import sys; sys.path.append({sysconfig.get_path('purelib')!r})\n")
    made = folder / "bin" / "python"
    for words in (PACKAGES, ("--no-deps", "lm_eval")):
        subprocess.run([made, "-m", "pip", "install", "--quiet", *words], check=True, timeout=1800)
    return made


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with two tasks, an error, hostile replies, and a name that no path should obey."""
    folder = tmp_path_factory.mktemp("run") / "run"
    outcomes = {"ifeval": [1, 1, 0, 0, 1], "json_schema": [1, 0]}
    return load_run(make_run(folder, outcomes, model="../me/<b>x\ud800", errors=1, reply=HOSTILE))


def opened(python: Path, run: Run, to: str, out: Path) -> dict[str, Any]:
    """What the tool reads from what `ifeval export` writes."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "HF_HOME": str(out / "hf-home")}
    command = [python, "-m", "ifeval", "export", run.path, "--to", to, "--out", out / "exported"]
    subprocess.run(command, check=True, timeout=600, env=surroundings, cwd=out)
    reader = [python, Path(__file__).with_name("foreign_readers.py"), to, out / "exported"]
    done = subprocess.run(reader, check=True, timeout=600, env=surroundings, cwd=out, capture_output=True, text=True)
    seen = json.loads(done.stdout.splitlines()[-1])
    print(f"{to}: read with version {seen['version']}")
    return seen


def check_metrics(run: Run, seen: dict[str, Any]) -> None:
    for name, task in run.tasks.items():
        for metric, value in task.metrics.items():
            assert math.isclose(seen["metrics"][f"{name}/{metric}"], value.estimate, abs_tol=1e-9), (name, metric)


def test_inspect_opens_its_logs(python: Path, run: Run, tmp_path: Path) -> None:
    seen = opened(python, run, "inspect", tmp_path)
    assert {path.suffix for path in (tmp_path / "exported").iterdir()} == {".eval"}
    check_metrics(run, seen)
    assert seen["status"] == ["success"] * 2
    assert seen["headline"] == ["followed"] * 2
    assert seen["evals"] == ["ifeval", "json_schema"]
    assert seen["rows"] == 7
    assert list(seen["scored"].values()) == [pytest.approx(2 / 7)]
    assert seen["replies"] == [ESCAPED]
    assert any("✗ length:words: 412 words, wanted fewer than 400" in one for one in seen["explanations"])
    assert seen["errors"] == 2


def test_lm_eval_opens_its_results(python: Path, run: Run, tmp_path: Path) -> None:
    seen = opened(python, run, "lm-eval", tmp_path)
    check_metrics(run, seen)
    assert seen["same_time"]
    assert seen["tasks"] == ["ifeval", "json_schema"]
    assert seen["rows"] == 7
    assert "followed" in seen["table"]
    assert seen["replies"] == [ESCAPED]


def test_the_hubs_libraries_open_its_folders(python: Path, run: Run, tmp_path: Path) -> None:
    seen = opened(python, run, "hf", tmp_path)
    check_metrics(run, seen)
    assert seen["entries"] == [["google/IFEval", 40.0]]
    assert seen["tags"] == ["evaluation", "ifeval-harness"]
    assert seen["rows"] == 7
    assert seen["replies"] == [ESCAPED]


@pytest.mark.parametrize("to", ["wandb", "mlflow", "trackio"])
def test_a_tracker_opens_its_run(python: Path, run: Run, tmp_path: Path, to: str) -> None:
    seen = opened(python, run, to, tmp_path)
    check_metrics(run, seen)
    score = run.tasks["ifeval"].primary
    assert seen["metrics"]["ifeval/followed_low"] == pytest.approx(score.low)
    assert seen["metrics"]["ifeval/followed_high"] == pytest.approx(score.high)
    assert run.name in seen["raw"]
    assert str(run.path) not in seen["raw"]
