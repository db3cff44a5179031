"""The table of known groups: what a step between neighbours shows."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.known_groups import mark, mean
from ifeval.api import evaluate
from tests.conftest import ROOT

GROUPS = {"random": "scripted:random", "blind": "scripted:blind", "base": "scripted:echo", "smollm2": "scripted:oracle"}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("known")
    for name, model in GROUPS.items():
        evaluate(model, "wrong_in_any_reply:20,manner:4", out=folder / name, progress=False)
    return folder


def table(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.known_groups", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_steps_are_marked_and_advisory_tasks_left_out(known: Path) -> None:
    done = table(known)
    assert done.returncode == 0, done.stderr
    assert "| + 100.0 [" in done.stdout
    assert "- wrong_in_any_reply, step to Gemma 3 270M base: not proven, +0.0" in done.stdout
    rows = json.loads(table(known, "--json").stdout)
    assert [row["name"] for row in rows] == ["family manner", "wrong_in_any_reply"]
    assert set(rows[0]["steps"]) == {"base", "smollm2"}
    assert rows[0]["steps"] == rows[1]["steps"]


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    done = table(tmp_path)
    assert done.returncode == 1
    assert "wanted runs named random, blind" in done.stderr


@pytest.mark.parametrize(
    ("difference", "sign"), [((0.1, 0.01, 0.2), "+"), ((0.1, -0.01, 0.2), "~"), ((-0.1, -0.2, -0.01), "!")]
)
def test_marks(difference: tuple[float, float, float], sign: str) -> None:
    assert mark(difference) == sign


def test_a_family_is_the_mean_of_its_tasks() -> None:
    value, low, high = mean([{"x": (0.2, 0.1, 0.4)}, {"x": (0.4, 0.4, 0.4)}])["x"]
    assert (value, low, high) == pytest.approx((0.3, 0.25, 0.4))
