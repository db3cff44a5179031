"""The story's own tasks: they validate, and what is practised is nothing that is examined."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from ifeval.finetuning.data.contamination import PromptIndex
from ifeval.finetuning.data.formats import Example
from ifeval.records import Sample
from ifeval.registry.plugins import discover
from ifeval.registry.suites import expand
from ifeval.runs.validation import validate
from ifeval.tool_calls import by_name
from tests.drawn import Drawn

STORY = Path(__file__).parents[1] / "benchmarks" / "story"
PLAN = tomllib.loads((STORY / "story.toml").read_text())
TASKS = discover([STORY / "exam", STORY / "practice"])
PRACTICE = 160
"""Of its 900 prompts."""
UNSEEN = 128
"""Of its 300 prompts: those of the first of three seeds, which all tests share."""
pytestmark = pytest.mark.usefixtures("drawn_once")


@cache
def samples(name: str, limit: int | None = None) -> list[Sample]:
    return list(TASKS[name]().samples(0, limit))


@pytest.mark.parametrize("name", ["unseen_styles", "seen_styles", "questions", "practice", "everyday"])
def test_every_item_can_be_solved_and_none_by_silence(name: str) -> None:
    """`format` draws a prompt again where its neighbour's reply passes; a choice of its prompts has other neighbours."""
    problems = validate(TASKS[name](), by_name("hermes"), limit=40).problems
    assert not [
        problem for problem in problems if name not in ("unseen_styles", "practice") or "'other'" not in problem
    ]


def test_held_out_styles_are_examined_and_not_practised() -> None:
    drawn = {"unseen_styles": samples("unseen_styles", UNSEEN), "practice": samples("practice", PRACTICE)}
    styles = {name: {sample.tags["style"] for sample in of_task} for name, of_task in drawn.items()}
    assert styles["unseen_styles"] == set(PLAN["held_out"]["style"])
    assert not styles["practice"] & styles["unseen_styles"]


def test_what_is_practised_is_nowhere_examined() -> None:
    exam = {name: TASKS[name]() for name in expand([str(STORY / "story.toml")], TASKS)}
    index = PromptIndex(
        {name: samples(name, UNSEEN if name == "unseen_styles" else None) for name in exam},
        {name: task.unit for name, task in exam.items()},
    )
    everyday, practice = samples("everyday"), samples("practice", PRACTICE)
    assert len(everyday) > 300
    assert not index.overlaps(Example(s.id, "", tuple(s.messages)) for s in everyday)
    alike = index.overlaps(Example(s.id, "", tuple(s.messages)) for s in practice)
    assert len(alike) < len(practice) / 100  # constraints in the same words; `ifeval data make` leaves these out


def test_recipes_name_known_tasks() -> None:
    for recipe in PLAN["recipes"].values():
        assert {task.partition(":")[0] for task in recipe["make"]} | set(recipe["own"]) <= set(TASKS)
        assert recipe.get("start", "replay") in PLAN["recipes"]
    clusters = {s.tags["cluster"] for s in Drawn("zero_shot")}
    assert set(PLAN["held_out"]["cluster"]) < clusters
    kinds = {f"kind={s.tags['kind']}" for s in Drawn("tool_calls")}
    assert {pair for recipe in PLAN["recipes"].values() for pair in recipe.get("hold_out", [])} < kinds
