"""Ladders: declared by a task, with a span in its summary, a line on the score card and a note in the report."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from ifeval.cli.scorecard import ladders
from ifeval.records import Response, Sample, Score
from ifeval.registry.contract import class_fault
from ifeval.report.contrasts import contrasts
from ifeval.runs.results import task_results
from ifeval.runs.summary import summarise
from ifeval.stats.interval import Interval
from ifeval.task import Task
from ifeval.util.tables import size

RESPONSE = {
    "finish_reason": "stop", "error": None, "answer": "x", "tool_calls": None, "unclosed_reasoning": False,
    "tool_error": None, "prompt_tokens": 1, "completion_tokens": 1,
}  # fmt: skip


class Steps(Task):
    name = "steps"
    version = "1"
    family = "structured"
    primary = "correct"
    description = "A ladder of steps"
    breakdowns = ("steps", "kind")
    ladders = ("steps",)

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        raise NotImplementedError

    def score(self, sample: Sample, response: Response) -> Score:
        raise NotImplementedError


def rows(chances: dict[int, float], each: int = 40) -> list[dict[str, Any]]:
    """Rows right with a chance that falls from rung to rung; every tenth stands on no rung, or has no score."""
    rng = Random(1)
    made = []
    for rung, chance in chances.items():
        for number in range(each):
            on_rung = {"steps": rung} if number % 10 else {}
            correct = None if number % 10 == 5 else float(rng.random() < chance)
            score = {"metrics": {"correct": correct}, "counts": {}, "verdicts": [], "error": None}
            made.append(
                {"task": "steps", "sample_id": f"{rung}-{number}", "repeat": 0, "tags": {**on_rung, "kind": "any"},
                 "response": RESPONSE, "score": score}
            )  # fmt: skip
    return made


def summary(chances: dict[int, float]) -> dict[str, Any]:
    made = rows(chances)
    return summarise(lambda: made, [Steps()])


def test_a_summary_has_the_span_of_each_ladder() -> None:
    found = summary({1: 0.98, 2: 0.9, 4: 0.5, 8: 0.1, 16: 0.02})["tasks"]["steps"]
    span = found["ladders"]["steps"]
    assert set(found["ladders"]) == {"steps"}
    assert 2.5 < span["low"] < 4 < span["high"] < 6
    assert span["n"] == 5 * 32
    assert list(found["by"]["steps"]) == ["1", "2", "4", "8", "16"]


def test_one_rung_is_no_ladder() -> None:
    assert summary({4: 0.5})["tasks"]["steps"]["ladders"] == {}


def test_the_score_card_says_it_in_a_line() -> None:
    class Shown:
        tasks = task_results(summary({1: 0.98, 2: 0.9, 4: 0.5, 8: 0.1, 16: 0.02}))

    (line,) = ladders(Shown())  # type: ignore[arg-type]
    assert line.startswith("Ladder steps, steps: half right at ")
    assert "1: " in line
    assert "16: " in line


def test_the_report_notes_it_beside_the_breakdown() -> None:
    ((_, panels),) = contrasts([summary({1: 0.98, 8: 0.02}), summary({1: 0.0, 8: 0.0})])
    assert panels[0].note.startswith("A ladder: half of the samples are right at ")
    assert panels[0].note.endswith(" / below 1.")


@pytest.mark.parametrize(
    ("estimate", "words"),
    [(0.5, "below 1"), (3.44, "at 3.4 [3.0, 4.0]"), (60.0, "at 60.0 [3.0, 4.0]"), (120.0, "above 60")],
)
def test_a_span_in_words(estimate: float, words: str) -> None:
    assert size(Interval(estimate, 3.0, 4.0, 9, ""), [1, 60, 8]) == words


def test_a_ladder_is_one_of_the_breakdowns() -> None:
    assert class_fault(Steps) is None
    misnamed = type("Misnamed", (Steps,), {"ladders": ("step",)})
    assert "it must be a tuple of tags that stand in breakdowns too" in (class_fault(misnamed) or "")
