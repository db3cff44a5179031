"""`format`: fresh for every seed, the same on every machine, solvable, and not to be cheated."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.decoys import decoys
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.registry.plugins import discover
from ifeval.task import Row
from ifeval.tasks.format.briefs import brief
from ifeval.tasks.format.fits import FITS, on_a_line
from tests.drawn import Drawn

TASK = discover()["format"]()
DEFAULT = Drawn("format")
seeds = st.integers(min_value=0, max_value=2**40)


def reply(text: str, finish: str = "stop") -> Response:
    return Response(key="", raw=text, answer=text, finish_reason=finish)


def prompt(sample: Sample) -> str:
    return sample.messages[-1]["content"]


def metrics(sample: Sample, text: str, finish: str = "stop") -> dict[str, float | None]:
    return dict(TASK.score(sample, reply(text, finish)).metrics)


def test_counts_styles_kinds_and_instructions_are_balanced():
    assert len(DEFAULT) == TASK.size == 320
    assert Counter(sample.tags["instructions"] for sample in DEFAULT) == {1: 160, 2: 80, 4: 40, 8: 40}
    assert set(Counter(sample.tags["style"] for sample in DEFAULT).values()) == {64}
    asked = Counter(name for sample in DEFAULT for name, _ in sample.target["instructions"])
    assert asked.keys() == FITS.keys()
    assert min(asked.values()) >= 3
    assert all(len(sample.target["instructions"]) == sample.tags["instructions"] for sample in DEFAULT)
    assert len({sample.tags["kind"] for sample in DEFAULT}) == 12


def test_no_brief_comes_more_than_twice_and_then_with_other_facts_and_instructions():
    briefs: dict[str, list[Sample]] = {}
    for sample in DEFAULT:
        briefs.setdefault(sample.tags["brief"], []).append(sample)
    assert max(map(len, briefs.values())) == 2
    for one, other in (pair for pair in briefs.values() if len(pair) == 2):
        by = "forms" if one.tags["length"] == "line" else "say"  # a line says the same things again, of other values
        asked, again = ([fact[by] for fact in sample.target["facts"]] for sample in (one, other))
        assert asked != again
        assert one.target["instructions"] != other.target["instructions"]
        assert prompt(one) != prompt(other)


def test_few_instructions_stand_on_a_line_and_eight_on_long_material():
    lengths = {
        count: Counter(s.tags["length"] for s in DEFAULT if s.tags["instructions"] == count) for count in (1, 2, 4, 8)
    }
    assert lengths[8] == {"long": 40}
    assert not lengths[4]["line"]
    assert lengths[4]["short"] >= 10
    assert lengths[1]["line"] >= 70
    assert lengths[2]["line"] >= 30
    core = DEFAULT[:236]
    assert 0.4 < sum(sample.tags["length"] == "line" for sample in core) / len(core) < 0.5
    assert min(Counter(sample.tags["instructions"] for sample in core).values()) >= 24
    assert {sample.tags["instructions"] for sample in DEFAULT[:4]} == {1, 2, 4, 8}


def test_a_line_asks_for_no_layout_and_demands_all_its_facts():
    for sample in (sample for sample in DEFAULT if sample.tags["length"] == "line"):
        assert {name for name, _ in sample.target["instructions"]} <= on_a_line(sample.tags["kind"])
        about = brief(sample.tags["brief"], Random(0))
        assert [fact["say"] for fact in sample.target["facts"]] == [fact.say for fact in about.facts]
        assert not any(fact["say"] in prompt(sample) for fact in sample.target["facts"])


def test_a_piece_of_a_line_is_a_reply_and_its_request_is_none():
    sample = next(s for s in DEFAULT if s.tags["length"] == "line" and s.tags["style"] == "inline")
    assert metrics(sample, sample.target["line"])["covered"] == 1
    for echo in (prompt(sample), prompt(sample).partition(". ")[0], sample.target["wording"]):
        assert metrics(sample, echo)["covered"] == 0
        assert metrics(sample, echo)["followed_loose"] == 0
    words = next(
        s for s in DEFAULT if s.tags["length"] == "line" and s.target["instructions"][0][0] == "keywords:mention"
    )
    stuffed = dict(decoys(prompt(words), TASK.decoys(words)))["stuffed"]
    assert metrics(words, stuffed)["followed"] == 0
    assert metrics(words, prompt(words))["followed"] == 0
    long = next(s for s in DEFAULT if s.tags["length"] == "long")
    assert metrics(long, long.target["material"])["covered"] == 0
    stall = next(s for s in DEFAULT if s.tags["brief"] == "thanks-for-cake-stall")
    near = f"Thanks to the people who baked for our cake stall. {stall.target['line']}"
    assert metrics(stall, near)["covered"] == 1


def test_there_is_room_for_twice_the_oracle_and_the_material():
    for sample in DEFAULT[:64]:
        assert TASK.token_limit(sample) >= 160 + len(sample.oracle.split())
        assert TASK.token_limit(sample) <= {"line": 384, "short": 640, "long": 640}[sample.tags["length"]]
        assert TASK.token_limit(sample) > 2 * len(sample.target["material"].split())


def test_training_briefs_are_never_evaluated():
    evaluated = {sample.tags["brief"] for sample in DEFAULT}
    trained = {sample.tags["brief"] for sample in TASK.training_samples(0, 120)}
    assert len(trained) == 18 + 9 + 54
    assert len(evaluated) == 54 + 27 + 158
    assert not evaluated & trained


def test_ids_are_unique_and_a_limit_takes_a_prefix():
    assert len({sample.id for sample in DEFAULT}) == len(DEFAULT)
    assert list(TASK.samples(TASK.default_seed, 7)) == DEFAULT[:7]
    assert list(TASK.samples(TASK.default_seed, 0)) == []


@pytest.mark.parametrize("place", range(0, TASK.size, 11))
def test_a_prompt_names_its_facts_and_what_the_checks_measure(place):
    sample = DEFAULT[place]
    assert sample.target["material"] in prompt(sample)
    line = sample.tags["length"] == "line"
    assert line or all(fact["say"] in prompt(sample) for fact in sample.target["facts"])
    for _, arguments in sample.target["instructions"]:
        for value in arguments.values():
            if isinstance(value, str) and value not in ("at least", "less than"):
                assert value in prompt(sample)


@given(seeds)
@settings(max_examples=4, deadline=None)
def test_every_oracle_does_it_all_and_no_decoy_follows(seed):
    previous = None
    for sample in TASK.samples(seed, 32):
        done = metrics(sample, sample.oracle)
        assert (done["followed"], done["covered"], done["both"], done["invented"]) == (1, 1, 1, 0), sample
        for name, text in decoys(prompt(sample), TASK.decoys(sample), previous):
            assert not metrics(sample, text)["followed"], (name, prompt(sample), text)
        for wrong in (reply(""), reply(" \n"), reply(sample.oracle, "length"), reply("It is so.")):
            assert not any(TASK.score(sample, wrong).strict)
            assert not any(TASK.score(sample, wrong).loose)
        previous = sample.oracle


@given(seeds)
@settings(max_examples=2, deadline=None)
def test_two_seeds_share_no_prompt(seed):
    one, other = ({prompt(sample) for sample in TASK.samples(s, 60)} for s in (seed, seed + 1))
    assert len(one) == 60
    assert not one & other


def test_form_and_substance_are_told_apart():
    sample = DEFAULT[0]
    facts = " ".join(fact["sentence"] for fact in sample.target["facts"])
    assert metrics(sample, facts) == {
        "both": 0.0,
        "followed": 0.0,
        "covered": 1.0,
        "followed_loose": 0.0,
        "invented": 0.0,
    }
    other = next(s for s in DEFAULT[1:] if s.target["instructions"][0][0] == "detectable_format:title")
    assert metrics(other, "<<A Title>>\nNothing of what was asked is said here at all.")["covered"] == 0


def test_a_caught_reply_says_why():
    sample = DEFAULT[1]
    score = TASK.score(sample, reply(prompt(sample)))
    assert {verdict.reason for verdict in score.checks} == {"the reply repeats the prompt and adds next to nothing"}
    assert [verdict.name for verdict in score.checks] == [name for name, _ in sample.target["instructions"]]
    assert score.counts["instruction_strict"] == score.counts["instruction_loose"] == (0, 8)
    assert score.counts["facts_covered"] == (0, len(sample.target["facts"]))
    assert score.metrics["invented"] is None


@pytest.mark.parametrize("text", ["\udc80\x00 " * 50, "[" * 10_000, "a. " * 30_000, "1,1 " * 20_000, "_*" * 20_000])
def test_hostile_replies_are_judged_in_time(text):
    started = time.process_time()
    for sample in DEFAULT[3::80]:
        TASK.score(sample, reply(text))
    assert time.process_time() - started < 20


def test_drawing_and_scoring_are_fast():
    started = time.process_time()
    for sample in list(TASK.samples(5, 80)):
        TASK.score(sample, reply(sample.oracle))
    assert time.process_time() - started < 8


def test_the_example_of_the_document_runs(capsys):
    text = (Path(__file__).resolve().parents[2] / "docs" / "tasks-format.md").read_text("utf-8")
    exec(text.split("```python\n")[1].split("```")[0], {})
    shown = capsys.readouterr().out
    assert "| Point | Details |" in shown or "| No. | Point | Details |" in shown
    assert "exactly once" in shown


def test_composition_and_span():
    def row(number: int, count: int, *verdicts: tuple[str, bool]) -> Row:
        made = tuple(CheckResult(ok, "", name) for name, ok in verdicts)
        followed = float(all(ok for _, ok in verdicts))
        score = Score(made, {"followed": followed, "both": followed, "covered": 1.0})
        return Row(str(number), 0, {"instructions": count}, reply("x"), score)

    rows = [
        row(1, 1, ("a", True)),
        row(2, 1, ("b", True)),
        row(3, 2, ("a", False), ("b", True)),
        row(4, 2, ("a", True), ("b", False)),
    ]
    report = TASK.report(rows)
    assert report["instructions"] == {"a": [2, 3], "b": [2, 3]}
    assert report["composition"]["1"] == pytest.approx({"n": 2, "accuracy": 1, "independent": 2 / 3, "gap": 1 / 3})
    assert report["composition"]["2"] == pytest.approx({"n": 2, "accuracy": 0.0, "independent": 4 / 9, "gap": -4 / 9})
    assert report["span"]["both"]["estimate"] == pytest.approx(2**0.5, rel=0.02)
    assert TASK.report([]) == {"composition": {}, "instructions": {}, "span": {}}


def test_a_failed_request_has_no_verdicts_to_report():
    failed = Score((), {"both": None})
    rows = [Row("", 0, {"instructions": 1}, replace(reply(""), error="gone"), failed)]
    assert TASK.report(rows)["composition"] == {}
