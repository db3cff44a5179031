"""What a gate says before anything is run: margins that the samples cannot, or can hardly, resolve."""

from dataclasses import replace

import pytest

from ifeval.comparison.outcomes import OutcomeTable, TaskOutcomes, run_outcomes
from ifeval.release.policy import Endpoint, Policy
from ifeval.release.reach import independent_samples, reaches, underpowered, unresolvable
from ifeval.runs.run import load_run
from ifeval.stats.power import attainable_margin
from tests.made_runs import make_run


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


def test_tasks_of_one_family_count_by_the_mean_they_make(run):
    assert independent_samples(run, ["a"]) == 200
    assert independent_samples(run, ["a", "b"]) == 160
    assert independent_samples(run, ["a", "a"]) == 400


def test_a_margin_that_no_candidate_could_show_is_refused(run):
    (sentence,) = unresolvable(reaches(run, Policy()))
    assert sentence.startswith("zero_shot has 40 independent samples, which show a margin of 6.")
    assert not list(unresolvable(reaches(run, Policy(margin=0.07))))
    assert not list(unresolvable(reaches(run, Policy(families={"zero_shot": Endpoint(0.05, blocking=False)}))))
    assert not list(unresolvable(reaches(run, Policy(rule="regression"))))


def test_the_noise_floor_makes_it_harder(run):
    policy = Policy(margin=0.07)
    (format_, zero_shot) = reaches(noisy(run, 0.1), policy)
    assert format_.best == attainable_margin(160, 0.1)
    assert [sentence.split()[0] for sentence in unresolvable([format_, zero_shot])] == ["zero_shot"]


def test_a_margin_that_only_few_changes_allow_is_announced(run):
    said = list(underpowered(reaches(run, Policy(margin=0.07))))
    assert [sentence.split(":")[0] for sentence in said] == ["format", "zero_shot"]
    assert "if 15 % of its outcomes change, 160 samples show a margin of 7." in said[0]
    assert not list(underpowered(reaches(run, Policy(margin=0.2))))


def test_a_sequential_gate_is_judged_task_by_task(run):
    assert [one.name for one in reaches(run, Policy(), sequential=True)] == ["task a", "task b", "task c"]
