"""The table of known groups: what a step between neighbours shows."""

import json
from pathlib import Path

import pytest

from benchmarks.known_groups import main, mark, mean
from ifeval.api import evaluate

GROUPS = {"random": "scripted:random", "blind": "scripted:blind", "base": "scripted:echo", "smollm2": "scripted:oracle"}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("known")
    for name, model in GROUPS.items():
        evaluate(model, "wrong_in_any_reply:20,manner:4", out=folder / name, progress=False)
    return folder


def table(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr("sys.argv", ["known_groups", *map(str, arguments)])
    main()


def test_steps_are_marked_and_advisory_tasks_left_out(
    known: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table(monkeypatch, known)
    printed = capsys.readouterr().out
    assert "| + 100.0 [" in printed
    assert "- wrong_in_any_reply, step to Gemma 3 270M base: not proven, +0.0" in printed
    table(monkeypatch, known, "--json")
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["family manner", "wrong_in_any_reply"]
    assert set(rows[0]["steps"]) == {"base", "smollm2"}
    assert rows[0]["steps"] == rows[1]["steps"]


def test_a_folder_without_runs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="wanted runs named random, blind"):  # a text, which ends Python with 1
        table(monkeypatch, tmp_path)


@pytest.mark.parametrize(
    ("difference", "sign"), [((0.1, 0.01, 0.2), "+"), ((0.1, -0.01, 0.2), "~"), ((-0.1, -0.2, -0.01), "!")]
)
def test_marks(difference: tuple[float, float, float], sign: str) -> None:
    assert mark(difference) == sign


def test_a_family_is_the_mean_of_its_tasks() -> None:
    value, low, high = mean([{"x": (0.2, 0.1, 0.4)}, {"x": (0.4, 0.4, 0.4)}])["x"]
    assert (value, low, high) == pytest.approx((0.3, 0.25, 0.4))
