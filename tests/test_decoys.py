"""Decoys: what they know, that `validate` refuses a task they pass, and that chance is counted, not typed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ifeval.decoys import GENERIC, Known, blind, decoys, stuffed
from ifeval.engines.scripted import scripted_engine
from ifeval.records import CheckResult, Request, Response, Sample, Sampling, Score
from ifeval.runs.validation import Floor, validate
from ifeval.task import Task
from ifeval.tool_calls import by_name

HERMES = by_name("hermes")
ANSWERS = ("red", "green", "blue", "black")


class Colours(Task):
    """A task to get wrong: `wanted` says which words make a reply right."""

    name, version, family, primary, description = "colours", "1", "zero_shot", "right", "One of four colours"
    candidates: tuple[str, ...] = ()

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        for number in range(40 if limit is None else limit):
            answer = ANSWERS[number % 4]
            prompt = f"Which colour has number {number}: red, green, blue or black? One word."
            yield Sample(
                str(number), [{"role": "user", "content": prompt}], target=answer, oracle=answer, topic="the colour"
            )

    def score(self, sample: Sample, response: Response) -> Score:
        right = self.right(sample.target, response.answer)
        return Score((CheckResult(right, ""),), {"right": float(right and not response.truncated)})

    def right(self, target: str, answer: str) -> bool:
        return answer == target

    def decoys(self, sample: Sample) -> Known | None:
        return Known(sample.topic, candidates=self.candidates, wrong={"always red": "red"})


class Lenient(Colours):
    def right(self, target: str, answer: str) -> bool:
        return target in answer and "?" not in answer


class Counted(Colours):
    candidates = ANSWERS


class Profile(Lenient):
    def decoys(self, sample: Sample) -> None:
        return None


def test_a_task_that_stuffing_passes_is_refused() -> None:
    found = validate(Lenient(), HERMES)
    assert found.floors["stuffed"].passed == 40
    assert any("the decoy 'stuffed' passes 40 of 40 samples" in problem for problem in found.problems)


def test_chance_is_allowed_for_where_the_candidates_stand_in_the_prompt() -> None:
    guessed = validate(Colours(), HERMES)
    assert [p for p in guessed.problems if "always red" in p], guessed.problems
    assert validate(Counted(), HERMES).ok
    Counted.candidates = (*ANSWERS[:3], "violet")
    try:
        assert "'violet' is not in the prompt" in validate(Counted(), HERMES).problems[0]
    finally:
        Counted.candidates = ANSWERS


def test_a_profile_has_no_decoys() -> None:
    assert not validate(Profile(), HERMES).floors


def test_a_floor_counts_beyond_chance() -> None:
    floor = Floor()
    for number in range(100):
        floor.add(number < 30, 0.0)
    assert floor.beyond_chance == pytest.approx(0.3)
    assert Floor().beyond_chance == 0


def test_what_the_decoys_know() -> None:
    known = Known("the shed", material="felt torn", instructions="Use no commas.", wrong={"own": "x"})
    found = dict(decoys("Write about the shed. The felt is torn.", known, other="An oracle."))
    assert list(found) == [
        *("blind", "generic 1", "generic 2", "stuffed", "prompt", "other", "material", "instructions", "own")
    ]
    assert found["blind"].startswith("The shed ")
    assert stuffed("The roof, the roof: £1,240 on 14.3.") == "The roof the 1,240 on 14.3"
    assert blind("").startswith("This ")


def test_scripts_answer_as_decoys() -> None:
    samples = list(Colours().samples(0, 3))
    requests = [Request(s.id, "colours", s, Sampling()) for s in samples]
    said = {
        name: [r.raw for r in scripted_engine(f"scripted:{name}", HERMES).generate(requests)]
        for name in ("blind", "stuffed", "other")
    }
    assert all(reply == blind("the colour") for reply in said["blind"])
    assert said["stuffed"][2].startswith("Which colour has number 2 red green")
    assert said["other"][1:] == ["red", "green"]


def test_the_other_sample_is_another_conversation() -> None:
    """Each request of a conversation gets what was right for another one, never what was right a turn ago."""
    samples = {name: replace(sample, id=name) for name, sample in zip("ab", Colours().samples(0, 2), strict=True)}
    turns = [replace(samples[name], oracle=name + turn) for name in "ab" for turn in "123"]
    requests = [Request(f"{n}", "colours", sample, Sampling()) for n, sample in enumerate(turns)]
    said = [reply.raw for reply in scripted_engine("scripted:other", HERMES).generate(requests)]
    assert said == [GENERIC[0]] * 3 + ["a3"] * 3
