"""Watching a folder of checkpoints: which are whole, in what order, and when a drop is called."""

import json
import os
import random
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.comparison.outcomes import OutcomeTable
from ifeval.comparison.trajectory import ALPHA, ROW, Point, markdown, point, svg, trajectory, verdict
from ifeval.comparison.watch import by_command, checkpoints, is_whole, natural, watch
from ifeval.errors import UserError
from ifeval.runs.run import load_run
from tests.checkpoints import checkpoint
from tests.made_runs import make_run
from tests.releases import CORE, Made, table
from tests.releases import outcomes as outcomes_of


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
    assert points[4].p <= points[4].threshold
    assert points[4].where == "format"
    assert verdict(points[4]).startswith("DROP: ")
    assert "no drop shown" in verdict(points[2])


def test_the_thresholds_spend_alpha_and_no_more() -> None:
    """Each checkpoint's, times the references that could have been the best and the lines, add up to alpha."""
    points: list[Point] = []
    runs: dict[str, OutcomeTable] = {}
    spent = 0.0
    for number in range(1, 40):
        name = f"step-{number}"
        ((_, run),) = checkpoints_of(np.random.default_rng(number), 0.15, 1, core={"format": Made("format", 30)})
        runs[name] = run
        points.append(point(name, {"format": (0.6, 0.5, 0.7)}, run, points, runs))
        before = number - 1
        if before:
            row = " to " in (points[-1].best or "")
            spent += points[-1].threshold * (before - 2 if row else before) * (2 if before >= ROW else 1)
    assert 0.9 * ALPHA <= spent <= ALPHA


def test_a_row_of_three_is_a_better_reference_than_one() -> None:
    """Where no single checkpoint shows the drop, the mean of three does."""
    rng = np.random.default_rng(4)
    core = {"format": Made("format", 172)}
    found = [
        last
        for _ in range(30)
        for last in [calls(checkpoints_of(rng, 0.15, 6, drop_at=5, core=core))[-1]]
        if last.drop and " to " in (last.best or "")
    ]
    assert found
    assert "against step-" in verdict(found[0])
    assert " to step-" in verdict(found[0])


def test_a_drop_in_one_family_is_called_there(tmp_path: Path) -> None:
    """Other families that wobble do not hide it; the sum alone would."""
    families = {"b": "structured", "c": "zero_shot"}
    wobble = [True, False] * 200
    runs = []
    for number, share in enumerate((0.6, 0.6, 0.35)):
        outcome = {"a": outcomes(share, number), "b": wobble[number:], "c": wobble[number % 2 :]}
        outcome = {name: values[:300] for name, values in outcome.items()}
        run = make_run(tmp_path / f"step-{number}", outcome, model=f"m{number}", families=families)
        runs.append((f"step-{number}", load_run(run)))
    last = trajectory(runs)[-1]
    assert last.drop
    assert last.where == "format"
    assert "lost" in verdict(last)
    assert "in format against" in verdict(last)


def test_an_advisory_task_calls_no_drop(tmp_path: Path) -> None:
    runs = []
    for number, share in enumerate((0.9, 0.9, 0.2)):
        outcome = {"manner": outcomes(share, number), "format": outcomes(0.6, number)}
        runs.append((f"step-{number}", load_run(make_run(tmp_path / f"{number}", outcome, model=f"m{number}"))))
    assert trajectory(runs)[-1].drop
    for _, run in runs:
        run.summary["tasks"]["manner"]["advisory"] = True
    points = trajectory(runs)
    assert not points[-1].drop
    assert points[-1].mean == points[-1].scores["format"][0]
    assert "manner" in points[-1].scores


def checkpoints_of(
    rng: np.random.Generator,
    discordance: float,
    count: int,
    drop_at: int | None = None,
    core: Mapping[str, Made] = CORE,
) -> list[tuple[str, OutcomeTable]]:
    """Checkpoints at the sizes of core, two of which differ in `discordance` of the outcomes; `format` falls by 10."""
    flip = (1 - (1 - 2 * discordance) ** 0.5) / 2
    truth = {name: rng.random((made.items, 1)) < made.score for name, made in core.items()}
    found = []
    for number in range(count):
        tasks = {}
        for name, made in core.items():
            values = truth[name] ^ (rng.random(truth[name].shape) < flip)
            if made.family == "format" and drop_at is not None and number >= drop_at:
                values &= rng.random(values.shape) >= 0.10 / max(values.mean(), 0.10)
            tasks[name] = outcomes_of(made, values.astype(float))
        found.append((f"step-{number}", table(f"step-{number}", tasks)))
    return found


def calls(checkpoints: list[tuple[str, OutcomeTable]]) -> list[Point]:
    """The points up to the first drop that is called."""
    points: list[Point] = []
    for name, run in checkpoints:
        scores = {task: (float(one.metrics[one.primary].mean()), 0.0, 1.0) for task, one in run.tasks.items()}
        points.append(point(name, scores, run, points, dict(checkpoints)))
        if points[-1].drop:
            break
    return points


def called(checkpoints: list[tuple[str, OutcomeTable]]) -> bool:
    return calls(checkpoints)[-1].drop


def test_a_drop_is_called_within_ten_checkpoints_and_noise_is_not_roughly() -> None:
    rng = np.random.default_rng(2)
    assert sum(called(checkpoints_of(rng, 0.05, 10, drop_at=5)) for _ in range(8)) >= 6
    assert sum(called(checkpoints_of(rng, 0.15, 12)) for _ in range(8)) <= 1


@pytest.mark.slow
@pytest.mark.parametrize(("discordance", "wanted"), [(0.05, 0.9), (0.15, 0.6)])
def test_how_often_a_drop_is_called(discordance: float, wanted: float) -> None:
    """300 trainings: 10 points in `format` from the sixth of ten checkpoints on; 30 equal checkpoints."""
    rng = np.random.default_rng(3)
    found = np.mean([called(checkpoints_of(rng, discordance, 10, drop_at=5)) for _ in range(300)])
    false = np.mean([called(checkpoints_of(rng, discordance, 30)) for _ in range(300)])
    print(f"\npsi {discordance}: called {found:.3f}, false alarms in 30 checkpoints {false:.3f}")
    assert found >= wanted
    assert false <= 0.02 + 2 * (0.02 * 0.98 / 300) ** 0.5


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
