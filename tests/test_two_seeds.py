"""Whether another seed tells the same: points, correlation, and what is expected of independent prompts."""

from pathlib import Path

import pytest

from benchmarks.two_seeds import main, points, row
from ifeval.api import evaluate
from ifeval.runs.run import load_run


def summary(scores: dict[str, tuple[float, int]]) -> dict[str, object]:
    by = {"cluster": {name: {"value": value, "n": n} for name, (value, n) in scores.items()}}
    return {"tasks": {"zero_shot": {"by": by}}}


def test_points_are_what_both_have_enough_samples_of() -> None:
    first = summary({"a": (0.5, 24), "b": (0.1, 24), "few": (0.9, 7), "gone": (0.2, 24)})
    second = summary({"a": (0.4, 24), "b": (0.2, 24), "few": (0.9, 24)})
    assert [(point.first, point.second) for point in points(first, second)] == [(0.5, 0.4), (0.1, 0.2)]


def test_few_independent_prompts_are_not_expected_to_agree() -> None:
    def expected(n: int) -> float:
        cells = {"a": (0.1, n), "b": (0.3, n), "c": (0.5, n)}
        line = row("model", list(points(summary(cells), summary(cells))))
        assert line.startswith("| model | 3 | 1.000 | ")
        return float(line.split("|")[4])

    assert expected(24) < 0.8 < 0.98 < expected(1000)


def test_points_all_alike_have_no_correlation() -> None:
    alike = summary({"a": (0.0, 24), "b": (0.0, 24)})
    assert row("floor", list(points(alike, alike))) == "| floor | 2 | | |"
    assert row("none", []) == "| none | 0 | | |"


def test_two_runs_of_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [tmp_path / "model", tmp_path / "again"]
    for seed, run in enumerate(runs):
        evaluate("scripted:random", "zero_shot:36", seed=seed, out=run, progress=False)
    assert "cluster" in load_run(runs[0]).summary["tasks"]["zero_shot"]["by"]
    monkeypatch.setattr("sys.argv", ["two_seeds", *map(str, runs)])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| model", "| all"]
    monkeypatch.setattr("sys.argv", ["two_seeds", str(runs[0])])
    with pytest.raises(SystemExit, match="RUN AGAIN"):
        main()
