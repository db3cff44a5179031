"""What a gate says before anything is run: margins that the samples cannot, or can hardly, resolve."""

from dataclasses import replace

import pytest

from ifeval.comparison.outcomes import OutcomeTable, TaskOutcomes, run_outcomes
from ifeval.release.policy import PRESETS, Endpoint, Policy
from ifeval.release.reach import reaches, underpowered, unresolvable
from ifeval.release.subjects import ALL, Rule, subjects
from ifeval.runs.run import load_run
from ifeval.stats.power import attainable_margin
from tests.made_runs import make_run

STRICT = replace(PRESETS["strict"], fewest=1)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> OutcomeTable:
    """200 samples of `a` and 50 of `b` in one family, 40 of `c` in another."""
    path = tmp_path_factory.mktemp("plan") / "run"
    make_run(path, {"a": [1] * 200, "b": [1] * 50, "c": [1] * 40}, families={"c": "zero_shot"})
    return run_outcomes(load_run(path))


def noisy(run: OutcomeTable, share: float) -> OutcomeTable:
    def measured(task: TaskOutcomes) -> TaskOutcomes:
        return replace(task, noise={task.primary: share})

    return replace(run, tasks={name: measured(task) for name, task in run.tasks.items()})


def line(run: OutcomeTable, policy: Policy, name: str):
    return next(one for one in subjects(run, policy) if one.name == name)


def test_tasks_count_by_the_mean_they_make(run):
    sizes = {name: task.units for name, task in run.tasks.items()}
    assert line(run, STRICT, "task a").independent(sizes) == pytest.approx(200)
    assert line(run, STRICT, "format").independent(sizes) == pytest.approx(250)
    mean = line(run, Policy(fewest=1), ALL)
    assert mean.independent(sizes) == pytest.approx(4 / (1 / 250 + 1 / 40))
    assert mean.shares(sizes) == pytest.approx({"a": 0.4, "b": 0.1, "c": 0.5})


def test_a_family_too_small_to_judge_is_advisory_and_says_so(run):
    judged = {one.name: one for one in subjects(run, Policy())}
    assert judged["zero_shot"].rule is Rule.COLLAPSE
    assert judged["zero_shot"].weight < judged["format"].weight
    assert judged["zero_shot"].why == "40 independent samples, fewer than 100"
    assert ALL not in judged, "one family left: the mean is its own"
    assert [one.name for one in reaches(run, Policy())] == ["format"]
    together = line(run, Policy(fewest=1000), ALL)
    assert together.tasks == ("a", "b", "c"), "where all are small, all are judged"
    named = Policy(families={"zero_shot": Endpoint(blocking=True)})
    assert line(run, named, "zero_shot").rule is Rule.LOSS
    assert not line(run, Policy(families={"zero_shot": Endpoint(blocking=False)}), "zero_shot").blocking


def test_a_margin_that_no_candidate_could_show_is_refused(run):
    (sentence,) = unresolvable(reaches(run, STRICT))
    assert sentence.startswith("zero_shot: 40 independent samples show a margin of 6.")
    assert not list(unresolvable(reaches(run, replace(STRICT, margin=0.07))))
    assert not list(unresolvable(reaches(run, replace(STRICT, families={"zero_shot": Endpoint(blocking=False)}))))
    assert not list(unresolvable(reaches(run, PRESETS["smoke"])))


def test_noise_makes_it_harder_but_is_no_reason_to_refuse(run):
    (format_, _) = reaches(noisy(run, 0.3), replace(STRICT, margin=0.07))
    assert format_.usual == attainable_margin(250, 0.3)
    assert format_.best == attainable_margin(250, 0.0)
    assert not list(unresolvable([format_]))


def test_a_margin_that_only_few_changes_allow_is_announced(run):
    said = list(underpowered(reaches(run, replace(STRICT, margin=0.05))))
    assert [sentence.split(":")[0] for sentence in said] == ["format"]
    assert "where 15 % of the outcomes change, an equally good candidate passes at 6." in said[0]
    assert not list(underpowered(reaches(run, replace(STRICT, margin=0.2))))
