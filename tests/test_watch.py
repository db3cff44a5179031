"""Watching a folder of checkpoints: which are whole, in what order, and when a drop is called."""

import json
import os
import random
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.comparison.trajectory import markdown, svg, threshold, trajectory, verdict
from ifeval.comparison.watch import by_command, checkpoints, is_whole, natural, watch
from ifeval.errors import UserError
from ifeval.runs.run import load_run
from tests.checkpoints import checkpoint
from tests.made_runs import make_run


def outcomes(share: float, seed: int = 0, n: int = 300) -> list[bool]:
    """The same prompts for every checkpoint: easy ones pass first."""
    rng = random.Random(seed)
    return [rng.random() * 0.2 + index / n * 0.8 < share for index in range(n)]


def a_trajectory(tmp_path: Path, shares: list[float]) -> list:
    runs = [
        (f"step-{n}", load_run(make_run(tmp_path / f"step-{n}", {"format": outcomes(share, n)}, model=f"m{n}")))
        for n, share in enumerate(shares)
    ]
    return trajectory(runs)


def test_a_real_drop_is_called_against_the_best_and_noise_is_not(tmp_path: Path) -> None:
    points = a_trajectory(tmp_path, [0.3, 0.5, 0.5, 0.51, 0.3])
    assert [point.drop for point in points] == [False, False, False, False, True]
    assert points[0].best is None
    assert points[1].best == "step-0"
    assert points[4].losses > points[4].wins + 20
    assert points[4].e_value >= points[4].threshold == threshold(5)
    assert verdict(points[4]).startswith("DROP: ")
    assert "no drop shown" in verdict(points[2])


def test_the_thresholds_spend_less_than_alpha() -> None:
    spent = sum((number - 1) / threshold(number, 0.05) for number in range(2, 10_000))
    assert 0.02 < spent < 0.05


def test_false_alarms_stay_below_alpha() -> None:
    """200 trainings of 12 equally good checkpoints on 200 prompts: hardly ever a drop."""
    from ifeval.stats.evalues import regression_e_value

    rng = random.Random(1)
    alarms = 0
    for _ in range(200):
        runs = [[rng.random() < 0.5 for _ in range(200)] for _ in range(12)]
        for number in range(2, 13):
            best, new = max(runs[: number - 1], key=sum), runs[number - 1]
            losses = sum(old and not now for old, now in zip(best, new, strict=True))
            wins = sum(now and not old for old, now in zip(best, new, strict=True))
            if regression_e_value(losses, wins) >= threshold(number):
                alarms += 1
                break
    assert alarms <= 10


def test_runs_of_other_settings_are_noted_not_compared(tmp_path: Path) -> None:
    first = load_run(make_run(tmp_path / "a", {"format": outcomes(0.5)}))
    other = load_run(make_run(tmp_path / "b", {"format": outcomes(0.5)}, system="Be brief."))
    points = trajectory([("a", first), ("b", other)])
    assert not points[1].drop
    assert "differ in system" in verdict(points[1])


def test_table_and_plot(tmp_path: Path) -> None:
    points = a_trajectory(tmp_path, [0.4, 0.2])
    table = markdown(points)
    assert table.splitlines()[0] == "| checkpoint | mean | format | against the best before |"
    assert "| step-1 |" in table
    plot = ElementTree.fromstring(svg(points))
    circles = [node for node in plot if node.tag.endswith("circle")]
    assert len(circles) == 2 + points[1].drop
    ElementTree.fromstring(svg([]))


def test_only_whole_checkpoints_count_in_the_order_of_their_steps(tmp_path: Path) -> None:
    for name in ("step-10", "step-9", "step-100"):
        checkpoint(tmp_path / name)
    checkpoint(tmp_path / "tmp-step-11")
    (tmp_path / "logs").mkdir()
    cut = checkpoint(tmp_path / "step-12") / "model.safetensors"
    cut.write_bytes(cut.read_bytes()[:-5])
    (checkpoint(tmp_path / "step-13") / "tokenizer.json").unlink()
    assert [path.name for path in checkpoints(tmp_path)] == ["step-9", "step-10", "step-100"]
    assert not is_whole(tmp_path / "step-9", settled=60)


@given(st.lists(st.integers(0, 10**6), unique=True))
def test_steps_sort_as_numbers(steps: list[int]) -> None:
    assert sorted((f"checkpoint-{step}" for step in steps), key=natural) == [
        f"checkpoint-{step}" for step in sorted(steps)
    ]


def test_new_checkpoints_are_evaluated_once_and_finished_runs_never_again(tmp_path: Path) -> None:
    folder, out, asked = tmp_path / "ckpts", tmp_path / "out", []

    def evaluate(model: Path, run: Path) -> None:
        asked.append(model.name)
        make_run(run, {"format": outcomes(0.4)}, model=model.name)

    for step in (1, 2):
        checkpoint(folder / f"step-{step}")
    assert [len(points) for points in watch(folder, out, evaluate, settled=0)] == [1, 2]
    checkpoint(folder / "step-3")
    assert [len(points) for points in watch(folder, out, evaluate, settled=0)] == [3]
    assert asked == ["step-1", "step-2", "step-3"]
    stored = json.loads((out / "trajectory.json").read_text())
    assert [point["name"] for point in stored] == asked
    assert (out / "trajectory.svg").exists()


def test_polling_sees_what_appears_later(tmp_path: Path) -> None:
    folder = tmp_path / "ckpts"
    checkpoint(folder / "step-1")
    watching = watch(folder, tmp_path / "out", lambda m, r: make_run(r, {"format": [True]}, model=m.name), 0.01, 0)
    assert len(next(watching)) == 1
    late = checkpoint(tmp_path / "elsewhere")
    late.rename(folder / "step-2")
    assert len(next(watching)) == 2
    watching.close()


def test_a_checkpoint_that_is_written_to_is_left_alone(tmp_path: Path) -> None:
    old = checkpoint(tmp_path / "step-1")
    for file in old.iterdir():
        os.utime(file, (time.time() - 100, time.time() - 100))
    checkpoint(tmp_path / "step-2")
    assert [path.name for path in checkpoints(tmp_path, settled=30)] == ["step-1"]


def test_a_run_that_fails_stops_the_watch_with_its_name(tmp_path: Path) -> None:
    checkpoint(tmp_path / "step-1")
    with pytest.raises(UserError, match="step-1 could not be evaluated"):
        list(watch(tmp_path, tmp_path / "out", by_command(["--tasks", "no-such-task"]), settled=0))


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no folder"):
        next(watch(tmp_path / "none", tmp_path / "out", lambda model, run: None))
