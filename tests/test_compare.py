"""Two runs compared: differences, flips with reasons, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from ifeval.comparison.differences import compare
from ifeval.comparison.formats import to_text
from ifeval.comparison.outcomes import run_outcomes
from ifeval.comparison.results import Comparison
from ifeval.errors import NotComparable
from ifeval.runs.run import load_run
from ifeval.stats.intervals import clustered_ratio
from ifeval.stats.paired import mcnemar_p, tango_interval
from ifeval.stats.power import minimum_detectable_effect
from ifeval.util.tables import short_name
from tests.made_runs import SETTINGS, make_run

WORSE = [0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
BETTER = [1] * 10


def compared(tmp_path, old, new, allow=(), old_settings=None, **new_settings) -> Comparison:
    make_run(tmp_path / "old", old, model="old", **(old_settings or {}))
    make_run(tmp_path / "new", new, model="new", **new_settings)
    return compare(run_outcomes(load_run(tmp_path / "old")), run_outcomes(load_run(tmp_path / "new")), allow)


def test_one_boolean_metric(tmp_path):
    rng = np.random.default_rng(0)
    old, new = rng.random((2, 541)) < [[0.8], [0.7]]
    result = compared(tmp_path, {"ifeval": old.tolist()}, {"ifeval": new.tolist()})
    (row,) = result.tasks
    losses, wins = int((old & ~new).sum()), int((~old & new).sum())
    assert (row.losses, row.wins, row.n) == (losses, wins, 541)
    assert row.interval == tango_interval(losses, wins, 541)
    assert row.p == row.adjusted == mcnemar_p(losses, wins)
    assert (row.baseline, row.candidate) == (old.mean(), new.mean())
    assert row.interval.estimate == pytest.approx(row.candidate - row.baseline)
    (family,) = result.families
    assert (family.name, family.interval) == ("format", row.interval)


def test_checks_are_a_ratio_over_samples(tmp_path):
    rng = np.random.default_rng(1)
    old, new = rng.random((2, 200)) < 0.6
    result = compared(tmp_path, {"t": old.tolist()}, {"t": new.tolist()})
    (row,) = result.metrics
    summary = load_run(tmp_path / "new").summary["tasks"]["t"]["metrics"]["checks"]
    assert row.metric == "checks"
    assert row.candidate == pytest.approx(summary["value"])
    assert row.interval.method == "paired t"
    assert clustered_ratio([1, 2], [2, 2]).estimate == 0.75


def test_flips_come_with_reasons_losses_first(tmp_path):
    result = compared(tmp_path, {"t": [0, *BETTER[1:]]}, {"t": [1, 0, 0, *BETTER[3:]]})
    assert [(flip.sample_id, flip.loss) for flip in result.flips] == [
        ("t-00001", True),
        ("t-00002", True),
        ("t-00000", False),
    ]
    assert result.flips[0].checks[0].reason == "412 words, wanted fewer than 400"
    assert result.flips[2].checks
    assert result.flipped_checks(loss=True) == [("t: length:words", 2), ("t: punctuation:no_comma", 1)]


def test_the_noise_of_a_baseline_with_repeats(tmp_path):
    rng = np.random.default_rng(2)
    old = [[1, 1] if a else [1, 0] for a in rng.random(100) < 0.8]
    share = sum(row == [1, 0] for row in old) / 100
    result = compared(tmp_path, {"t": old}, {"t": [1] * 100}, old_settings={"repeats": 2})
    assert result.tasks[0].noise == result.families[0].noise == result.metrics[0].noise == pytest.approx(share)
    assert (result.tasks[0].losses, result.tasks[0].wins) == (0, round(share * 100)), "no reply is left out"
    assert result.tasks[0].baseline == pytest.approx(1 - share / 2)


def test_repeats_on_both_sides_are_averaged(tmp_path):
    rng = np.random.default_rng(3)
    old, new = (rng.random((2, 120, 4)) < [[[0.7]], [[0.6]]]).tolist()
    (row,) = compared(tmp_path, {"t": old}, {"t": new}).tasks
    assert row.interval.method == "paired t"
    assert row.interval.estimate == pytest.approx(np.mean(new) - np.mean(old))


def test_wordings_of_one_item_are_one_unit(tmp_path):
    old, new = [1] * 400, ([1] * 4 * 45 + [0] * 4 * 5) * 2
    (row,) = compared(tmp_path, {"t": old}, {"t": new}, items=4, old_settings={"items": 4}).tasks
    alone = tango_interval(40, 0, 400)
    assert row.interval.estimate == alone.estimate
    assert row.interval.high - row.interval.low > 1.5 * (alone.high - alone.low)


def test_a_family_is_the_mean_of_its_tasks(tmp_path):
    old = {"a": BETTER * 20, "b": BETTER * 4}
    new = {"a": WORSE * 20, "b": BETTER * 4}
    (family,) = compared(tmp_path, old, new).families
    assert family.interval.estimate == pytest.approx(-0.15)
    assert family.interval.low < -0.15 < family.interval.high < 0
    assert family.metric == "mean of a, b"


def test_adjusted_over_the_tasks(tmp_path):
    old = dict.fromkeys("abc", BETTER * 4)
    new = {"a": WORSE * 4, "b": BETTER * 4, "c": BETTER * 4}
    a, b, _ = compared(tmp_path, old, new).tasks
    assert a.adjusted == pytest.approx(3 * a.p)
    assert b.adjusted == 1.0


def test_rates_and_speed(tmp_path):
    result = compared(tmp_path, {"t": BETTER * 10}, {"t": BETTER * 10}, truncated=0.2)
    cut = next(rate for rate in result.rates if rate.metric == "truncated")
    assert (cut.baseline, cut.candidate) == (0.0, 0.2)
    assert cut.adjusted < 0.001
    assert result.speed == (900.0, 900.0)
    assert result.tokens == (20.0, 20.0)


def test_a_family_has_the_mean_noise_of_its_tasks(tmp_path):
    old = {"a": [[1, 0], [1, 1]], "b": [[1, 1], [1, 1]]}
    (family,) = compared(tmp_path, old, {"a": [1, 1], "b": [1, 1]}, old_settings={"repeats": 2}).families
    assert family.noise == 0.25
    assert compared(tmp_path / "once", {"a": [1]}, {"a": [1]}).tasks[0].noise is None


def test_a_floor_may_stand_beside_any_model(tmp_path):
    script = {"engine": {**SETTINGS["engine"], "name": "scripted"}, "template": None, "tool_dialect": "none"}
    model = {"engine": {"name": "vllm", "version": "1", "arguments": {}}}
    for folder, name in (("floor", "scripted:random"), ("replay", "replay:old.jsonl")):
        make_run(tmp_path / folder, {"t": WORSE}, model=name, **script)
    make_run(tmp_path / "real", {"t": BETTER}, model="real", **model)
    floor, replay, real = (run_outcomes(load_run(tmp_path / name)) for name in ("floor", "replay", "real"))
    assert compare(floor, real).notes == (
        "scripted:random is a script, not a model: it has no template and no sampling to compare.",
    )
    with pytest.raises(NotComparable, match="template"):
        compare(replay, real)


def test_a_setting_of_several_tasks_is_named_once(tmp_path):
    tasks = {name: {"version": "1", "seed": 0, "data": None, "sampling": {"temperature": 0.7}} for name in "ab"}
    old = {"a": BETTER, "b": BETTER}
    with pytest.raises(NotComparable, match=r"sampling.temperature of a, b \(0.0 and 0.7\);.*--allow sampling.temp"):
        compared(tmp_path / "1", old, old, tasks=tasks)
    assert compared(tmp_path / "2", old, old, allow=["sampling"], tasks=tasks).notes == (
        "They differ in sampling.temperature of a, b: 0.0 and 0.7.",
    )


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("org/model", "org/model"),
        ("/models/org/model", "model"),
        ("replay:/runs/old.jsonl", "replay:old.jsonl"),
        ("scripted:constant=a/b/c", "scripted:constant=a/b/c"),
        ("</td>/x y", "</td>/x y"),
        ("/", "/"),
    ],
)
def test_a_path_is_shown_by_its_last_part(name, short):
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"template": "other"}, "template"),
        ({"system": "Be brief."}, "system"),
        ({"engine": {**SETTINGS["engine"], "version": "2"}}, "engine.version"),
        ({"template_args": {"enable_thinking": True}}, "template_args.enable_thinking"),
        ({"tasks": {"t": {"version": "1", "seed": 7, "data": None, "sampling": {}}}}, "tasks.t.seed"),
    ],
)
def test_other_settings_are_refused_by_name(tmp_path, changes, field):
    with pytest.raises(NotComparable, match=rf"{field} \(.*--allow {field}"):
        compared(tmp_path, {"t": BETTER}, {"t": BETTER}, **changes)


def test_another_version_of_a_task_asks_for_a_new_baseline(tmp_path):
    newer = {"tasks": {"t": {"version": "2", "seed": 0, "data": None, "sampling": {"temperature": 0.0}}}}
    with pytest.raises(NotComparable) as refusal:
        compared(tmp_path / "1", {"t": BETTER}, {"t": BETTER}, **newer)
    assert "t (version 1, now 2)" in str(refusal.value)
    assert "ifeval baseline add old --tasks t --name old --yes" in str(refusal.value)
    assert compared(tmp_path / "2", {"t": BETTER}, {"t": BETTER}, allow=["version"], **newer).tasks


def test_a_difference_may_be_accepted(tmp_path):
    result = compared(tmp_path, {"t": BETTER}, {"t": BETTER}, allow=["template", "engine"], template=None)
    assert result.notes == ("They differ in template: abc and none.",)


def test_fewer_samples_are_paired_and_said(tmp_path):
    result = compared(tmp_path, {"t": BETTER}, {"t": BETTER[:4]}, limit=4)
    assert result.tasks[0].n == 4
    assert result.notes == ("t: 4 samples are in both runs (10 and 4 in each).",)


def test_what_cannot_be_compared(tmp_path):
    with pytest.raises(NotComparable, match="share no sample"):
        compared(tmp_path / "1", {"t": BETTER}, {"u": BETTER})
    with pytest.raises(NotComparable, match=r"2\.0 % of new's requests failed"):
        compared(tmp_path / "2", {"t": BETTER * 10}, {"t": BETTER * 10}, errors=2)
    with pytest.raises(NotComparable, match="is running, not complete"):
        compared(tmp_path / "3", {"t": BETTER}, {"t": BETTER}, status="running")


def test_the_journal_alone_is_enough(tmp_path):
    make_run(tmp_path / "old", {"t": BETTER})
    make_run(tmp_path / "new", {"t": WORSE})
    for name in ("old", "new"):
        (tmp_path / name / "samples.parquet").unlink()
    result = compare(*(run_outcomes(load_run(tmp_path / name)) for name in ("old", "new")))
    assert result.tasks[0].losses == 3
    assert result.flips[0].checks[0].name == "length:words"


def test_what_a_comparison_can_find_is_planned_and_after_the_correction(tmp_path):
    """Connor's formula at 15 % of outcomes changing and alpha over the number of tasks, whatever was seen."""
    some = [0, 1, 1] * 100
    result = compared(tmp_path, {"a": some, "b": some, "c": some}, {"a": some, "b": some[::-1], "c": some})
    assert {row.detectable for row in result.tasks} == {minimum_detectable_effect(300, 0.15, 0.05 / 3, two_sided=True)}
    (family,) = result.families
    assert (family.units, family.detectable) == (900, minimum_detectable_effect(900, 0.15, 0.05, two_sided=True))
    said = f"a: 300 independent samples find a true difference of {100 * result.tasks[0].detectable:.1f} points in 80 of 100"
    assert f"{said} cases, where 15 % of outcomes change." in to_text(result)


def test_so_large_a_difference_is_found_in_eighty_of_a_hundred_cases():
    """Through the tests themselves: two tasks of 300, one of which differs by what is promised; 2,000 draws."""
    rng = np.random.default_rng(5)
    size = minimum_detectable_effect(300, 0.15, 0.05 / 2, two_sided=True)
    draws = rng.multinomial(300, [(0.15 + size) / 2, (0.15 - size) / 2, 0.85], 2000)
    found = np.mean(2 * mcnemar_p(draws[:, 0], draws[:, 1]) <= 0.05)
    assert 0.77 <= found <= 0.84


def test_an_advisory_task_is_shown_and_in_no_mean(tmp_path):
    for name, share in (("old", BETTER), ("new", WORSE)):
        make_run(
            tmp_path / name, {"manner": share, "b": BETTER}, model=name, families={"manner": "manner", "b": "manner"}
        )
    sides = [run_outcomes(load_run(tmp_path / name)) for name in ("old", "new")]
    sides = [
        replace(side, tasks={**side.tasks, "manner": replace(side.tasks["manner"], advisory=True)}) for side in sides
    ]
    result = compare(*sides)
    assert [(row.name, row.advisory) for row in result.tasks] == [("b", False), ("manner", True)]
    assert [(row.name, row.candidate) for row in result.families] == [("manner", 1.0)]
    assert "manner (advisory)" in to_text(result)
