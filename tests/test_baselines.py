"""Recorded and published baselines."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.comparison import baselines
from ifeval.comparison.differences import compare
from ifeval.comparison.outcomes import run_outcomes
from ifeval.errors import NotComparable, UserError
from ifeval.release.decision import gate
from ifeval.release.policy import PRESETS
from ifeval.runs.run import load_run
from ifeval.stats.assessment import Decision
from tests.made_runs import make_run

RIGHT = [1] * 40
BAD_VALUE = '[[row]]\nmodel = "m"\ntask = "t"\nmetric = "x"\nsource = "s"\nvalue = 29.9'
SOME = [0] * 10 + [1] * 30


def outcomes(path, *args, **kwargs):
    return run_outcomes(load_run(make_run(path, *args, **kwargs)))


def test_a_baseline_stands_in_for_its_run(tmp_path):
    old = outcomes(tmp_path / "old", {"a": RIGHT, "b": SOME}, families={"b": "zero_shot"}, model="old", truncated=0.1)
    new = outcomes(tmp_path / "new", {"a": SOME, "b": RIGHT}, families={"b": "zero_shot"}, model="new")
    path = baselines.save(baselines.record(old), "release-1", tmp_path / "baselines")
    by_run, by_file = compare(old, new), compare(baselines.load(path), new)
    for part in ("tasks", "families", "metrics", "rates", "tokens", "speed", "notes"):
        assert getattr(by_file, part) == getattr(by_run, part)
    assert by_file.flips[0] == by_run.flips[0]
    assert {flip.checks for flip in by_file.flips if not flip.loss} == {()}


def test_the_file_is_small_and_holds_no_reply(tmp_path):
    run = outcomes(tmp_path / "run", {"t": [0, 1] * 270}, reply="A SECRET REPLY")
    text = baselines.save(baselines.record(run), "b", tmp_path).read_text()
    assert "SECRET" not in text
    assert "Say it in fewer" not in text
    assert len(text) < 20_000
    assert '"metrics":{"followed":["0101' in text


def test_the_noise_floor_of_a_second_run(tmp_path):
    first = outcomes(tmp_path / "1", {"t": RIGHT})
    second = outcomes(tmp_path / "2", {"t": [0] * 4 + [1] * 36})
    path = baselines.save(baselines.record(first, second), "b", tmp_path)
    assert baselines.load(path).tasks["t"].noise == {"followed": 0.1, "checks": 0.1}
    other = outcomes(tmp_path / "3", {"t": RIGHT}, model="model-b")
    with pytest.raises(UserError, match="the same model twice"):
        baselines.record(first, other)
    hotter = outcomes(tmp_path / "4", {"t": RIGHT}, system="Be brief.")
    with pytest.raises(NotComparable, match="system"):
        baselines.record(first, hotter)


def test_repeats_and_fractions_survive(tmp_path):
    run = outcomes(tmp_path / "run", {"t": [[0.25, 1.0], [0.5, 0.0]], "u": [[1, 0], [1, 1]]})
    again = baselines.load(baselines.save(baselines.record(run), "b", tmp_path))
    assert again.tasks["t"].metrics["followed"].tolist() == [[0.25, 1.0], [0.5, 0.0]]
    assert again.tasks["u"].noise == {"followed": 0.5, "checks": 0.5}
    assert again.tasks["t"].noise["followed"] == 1.0
    assert again.tasks["u"].primary_noise == 0.5


def test_scores_are_kept_exactly(tmp_path):
    """An identical candidate must not differ from its own baseline: 2/3 is not .6667."""
    run = outcomes(tmp_path / "run", {"t": [2 / 3] * 120})
    again = baselines.load(baselines.save(baselines.record(run), "b", tmp_path))
    (row,) = compare(again, run).tasks
    assert (row.losses, row.wins, row.interval.estimate) == (0, 0, 0.0)
    verdict = gate(again, run, PRESETS["strict"])
    assert verdict.decision is Decision.PASS


def test_the_same_run_twice_shows_no_noise(tmp_path):
    run = outcomes(tmp_path / "run", {"t": RIGHT})
    with pytest.raises(UserError, match="the same run twice"):
        baselines.record(run, run)


def test_a_write_that_fails_leaves_the_old_baseline(tmp_path, monkeypatch):
    run = outcomes(tmp_path / "run", {"t": RIGHT})
    path = baselines.save(baselines.record(run), "b", tmp_path)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UserError, match="No space left"):
        baselines.save(baselines.record(run), "b", tmp_path)
    assert path.read_bytes() == before


@given(
    st.lists(st.lists(st.sampled_from([0.0, 1.0, np.nan, 0.5, 2 / 3]), min_size=3, max_size=3), min_size=1, max_size=6)
)
def test_packing_round_trips(rows):
    values = np.array(rows)
    assert np.array_equal(baselines._unpacked(baselines._packed(values)), values, equal_nan=True)


def test_items_survive(tmp_path):
    run = outcomes(tmp_path / "run", {"t": RIGHT}, items=4)
    again = baselines.load(baselines.save(baselines.record(run), "b", tmp_path))
    assert again.tasks["t"].clusters == run.tasks["t"].clusters
    assert len(set(again.tasks["t"].clusters)) == 10


def test_finding(tmp_path):
    run = make_run(tmp_path / "run", {"t": RIGHT}, model="m")
    folder = tmp_path / "baselines"
    path = baselines.save(baselines.record(run_outcomes(load_run(run))), "release-1", folder)
    assert baselines.find(str(run), [folder]).name == "m"
    assert baselines.find(str(path), []).name == "m"
    assert baselines.find("release-1", [tmp_path / "nowhere", folder]).name == "release-1 (m)"
    with pytest.raises(UserError, match="known are release-1"):
        baselines.find("release-2", [folder])
    with pytest.raises(UserError, match="none is recorded yet"):
        baselines.find("../run", [tmp_path / "nowhere"])


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1}', '{"format": 99}', '{"format": 1, "tasks": {"t": 3}}', "\x00", "{" * 5000]
)
def test_damaged_files_are_named(tmp_path, text):
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"b\.json"):
        baselines.load(path)


def test_a_cut_column_is_damage(tmp_path):
    run = outcomes(tmp_path / "run", {"t": RIGHT})
    document = baselines.record(run)
    document["tasks"]["t"]["metrics"]["followed"] = ["01"]
    with pytest.raises(UserError, match="different lengths"):
        baselines.load(baselines.save(document, "b", tmp_path))


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 101])
def test_names_are_file_names(tmp_path, name):
    with pytest.raises(UserError, match="--name"):
        baselines.save({"tasks": {}}, name, tmp_path)


def test_published_numbers():
    rows = baselines.published([baselines.builtin_folder()])
    gpt4 = [row for row in rows if row.model == "GPT-4"]
    assert [row.value for row in gpt4] == [0.7689, 0.8357, 0.7930, 0.8537]
    assert all(row.source and row.metric for row in rows)


@pytest.mark.parametrize("text", ["row = 3", "x = [", '[[row]]\nmodel = "m"', "", BAD_VALUE])
def test_published_numbers_that_cannot_be_used(tmp_path, text):
    (tmp_path / "published.toml").write_text(text)
    with pytest.raises(UserError, match=r"published\.toml"):
        baselines.published([tmp_path])
    assert baselines.published([tmp_path / "none"]) == []


def test_floors_and_ceiling_come_with_the_harness():
    scores = {}
    for path in baselines.recorded([baselines.builtin_folder()]):
        run = baselines.load(path)
        scores[path.stem] = {name: float(np.nanmean(task.metrics[task.primary])) for name, task in run.tasks.items()}
    assert set(scores["ceiling-oracle"].values()) == {1.0}
    assert {"floor-empty", "floor-echo", "floor-constant", "floor-random", "ceiling-oracle"} <= set(scores)
    assert set(scores["floor-empty"].values()) == {0.0}


def test_a_baseline_says_which_tasks_are_advisory_and_an_older_one_takes_it_from_the_task(tmp_path):
    run = outcomes(tmp_path / "run", {"manner": RIGHT, "format": RIGHT, "gone": RIGHT})
    described = replace(run, tasks={**run.tasks, "gone": replace(run.tasks["gone"], advisory=True)})
    path = baselines.save(baselines.record(described), "b", tmp_path)
    assert {name: task.advisory for name, task in baselines.load(path).tasks.items()} == {
        "manner": False, "format": False, "gone": True,
    }  # fmt: skip
    document = json.loads(path.read_text())
    for task in document["tasks"].values():
        del task["advisory"]
    old = baselines.load(baselines.save(document, "old", tmp_path))
    assert {name: task.advisory for name, task in old.tasks.items()} == {
        "manner": True, "format": False, "gone": False,
    }  # fmt: skip
