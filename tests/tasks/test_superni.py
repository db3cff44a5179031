"""Super-NaturalInstructions on the four official tasks of the golden data."""

import shutil
from itertools import islice

import pytest

from ifeval.errors import UserError
from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.task import Row


@pytest.fixture(params=["superni", "superni-fewshot"])
def task(request, golden):
    return discover()[request.param](golden / "superni")


def answer(task, sample, text):
    return task.score(sample, Response("k", text, "stop", answer=text))


def test_every_oracle_is_right_and_floors_are_not(task):
    samples = list(task.samples(seed=0))
    assert len(samples) == len({sample.id for sample in samples}) == 400
    for sample in samples:
        assert answer(task, sample, sample.oracle).metrics == {"rouge_l": 1.0, "exact_match": 1.0}
        for floor in ("", sample.messages[-1]["content"]):
            assert not answer(task, sample, floor).checks[0].ok


def test_a_limit_is_a_prefix_that_covers_the_tasks(task):
    samples = list(task.samples(seed=0, limit=6))
    assert samples == list(islice(task.samples(seed=3), 6))
    assert len({sample.tags["task"] for sample in samples[:4]}) == 4


def test_examples_only_with_few_shots(task):
    text = next(task.samples(0)).messages[0]["content"]
    assert text.count("Positive Example") == task.shots
    assert text.startswith("Definition: ")
    assert text.endswith("\nOutput:")


def test_missing_tasks_are_named(task):
    sample = next(task.samples(0))
    response = Response("k", "x", "stop", answer="x")
    report = task.report([Row(sample.id, 0, sample.tags, response, task.score(sample, response))])
    assert report["missing_tasks"]["count"] == 115
    assert "task893_gap_fill_the_blank_coreference_resolution" in report["missing_tasks"]["names"]
    assert report["tasks"][sample.tags["task"]]["n"] == 1


def test_a_checkout_of_the_collection_works_too(golden, tmp_path):
    shutil.copytree(golden / "superni" / "tasks", tmp_path / "tasks")
    (tmp_path / "splits" / "default").mkdir(parents=True)
    shutil.copy(golden / "superni" / "test_tasks_official_119.txt", tmp_path / "splits" / "default" / "test_tasks.txt")
    assert sum(1 for _ in discover()["superni"](tmp_path).samples(0)) == 400


def test_what_cannot_be_used_is_named(golden, tmp_path):
    superni = discover()["superni"]
    with pytest.raises(UserError, match="data fetch superni"):
        superni().prepare()
    with pytest.raises(UserError, match="no list of test tasks"):
        superni(tmp_path).prepare()
    shutil.copy(golden / "superni" / "test_tasks_official_119.txt", tmp_path)
    with pytest.raises(UserError, match="none of the official"):
        superni(tmp_path).prepare()
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "task1356_xlsum_title_generation.json").write_text('{"Definition": []}')
    with pytest.raises(UserError, match="task1356"):
        superni(tmp_path).prepare()
