"""`format`: fresh for every seed, the same on every machine, solvable, and not to be cheated."""

import re
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ifeval.checks.library import DIFFICULTIES, INSTRUCTIONS
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.registry.plugins import discover
from ifeval.task import Row
from ifeval.util.jsonio import dumps

ROOT = Path(__file__).resolve().parents[2]
TASK = discover()["format"]()
DEFAULT = list(TASK.samples(TASK.default_seed))
FROZEN = "6526f64da46b3751593c7e9899a630a170bb6fcffbbf594feb349d41cb022789"
"""SHA-256 of the default seed's samples in version 2. A change of it is a new version of the task."""

seeds = st.integers(min_value=0, max_value=2**40)


def reply(text: str, finish: str = "stop") -> Response:
    return Response(key="", raw=text, answer=text, finish_reason=finish)


def prompt(sample: Sample) -> str:
    return sample.messages[-1]["content"]


def passed(sample: Sample, response: Response) -> bool:
    return TASK.score(sample, response).metrics[TASK.primary] == 1


def test_default_seed_is_frozen():
    assert TASK.version == "2"
    content = [[sample.id, sample.messages, sample.target, sample.oracle, sample.tags] for sample in DEFAULT]
    assert sha256(dumps(content)).hexdigest() == FROZEN


def test_constraints_styles_topics_and_instructions_are_balanced():
    from ifeval.tasks.format.choice import TOPICAL

    assert len(DEFAULT) == TASK.size == 300
    assert Counter(sample.tags["constraints"] for sample in DEFAULT) == {1: 90, 2: 75, 3: 60, 4: 45, 5: 30}
    assert Counter(sample.tags["difficulty"] for sample in DEFAULT) == {"easy": 135, "medium": 75, "hard": 90}
    kinds = Counter((s.tags["constraints"], s.tags["difficulty"], s.tags["style"]) for s in DEFAULT)
    assert all(number % 3 == 0 for number in kinds.values())
    assert set(Counter(sample.tags["topic"] for sample in DEFAULT).values()) == {50}
    asked = Counter(name for sample in DEFAULT for name, _ in sample.target)
    assert asked.keys() == INSTRUCTIONS.keys()
    assert min(asked.values()) >= 3
    assert max(number for name, number in asked.items() if name not in TOPICAL) <= 16
    assert all(s.target[0][0] in TOPICAL for s in DEFAULT if s.tags["difficulty"] == "easy")
    assert all(len(sample.target) == sample.tags["constraints"] for sample in DEFAULT)


def test_ids_are_unique_and_a_limit_takes_a_prefix():
    assert len({sample.id for sample in DEFAULT}) == len(DEFAULT)
    assert list(TASK.samples(TASK.default_seed, 7)) == DEFAULT[:7]
    assert list(TASK.samples(TASK.default_seed, 0)) == []


def test_a_prompt_is_as_hard_as_its_hardest_instruction():
    for sample in DEFAULT:
        levels = [DIFFICULTIES.index(INSTRUCTIONS[name].difficulty) for name, _ in sample.target]
        assert DIFFICULTIES[max(levels)] == sample.tags["difficulty"]


@pytest.mark.parametrize("sample", DEFAULT[::7], ids=lambda sample: sample.id)
def test_prompt_names_what_the_checks_measure(sample):
    for _, arguments in sample.target:
        for value in arguments.values():
            if isinstance(value, str) and value not in ("at least", "less than"):
                assert value in prompt(sample)
    assert "{" not in prompt(sample).replace("{c (d [e])}", "").replace("{and braces}", "").replace(
        "( [ {", ""
    ).replace("[ and {", "")


@given(seeds)
@settings(max_examples=12, deadline=None)
def test_every_oracle_passes_and_no_empty_echoed_cut_or_other_reply_does(seed):
    previous = ""
    for sample in TASK.samples(seed, 30):
        assert not passed(sample, reply(previous))
        previous = sample.oracle
        assert passed(sample, reply(sample.oracle)), (prompt(sample), sample.oracle)
        half = sample.oracle[: len(sample.oracle) // 2]
        for wrong in (
            reply(""),
            reply(" \n"),
            reply(prompt(sample)),
            reply(prompt(sample).upper()),
            reply(half, "length"),
            reply(sample.oracle, "length"),
            reply("It is so."),
        ):
            assert not any(TASK.score(sample, wrong).strict), (prompt(sample), wrong)
            assert not any(TASK.score(sample, wrong).loose)


@given(seeds, st.integers(min_value=1, max_value=68))
@settings(max_examples=6, deadline=None)
def test_two_seeds_share_no_prompt(seed, apart):
    one, other = ({prompt(sample) for sample in TASK.samples(s, 60)} for s in (seed, seed + apart))
    assert len(one) == 60
    assert not one & other


def test_requests_do_not_repeat_within_68_seeds():
    from ifeval.tasks.format.content import KINDS, material

    requests = [material(seed, index)[1].request for seed in range(69) for index in range(TASK.size)]
    assert len(set(requests)) == len(requests)
    for index, kind in enumerate(KINDS):
        assert material(0, index)[0] == kind


def test_a_caught_reply_says_why():
    score = TASK.score(DEFAULT[12], reply(prompt(DEFAULT[12])))
    assert {verdict.reason for verdict in score.checks} == {"the reply only repeats the prompt"}
    assert [verdict.name for verdict in score.checks] == [name for name, _ in DEFAULT[12].target]
    assert score.counts == {"instruction_strict": (0, 5), "instruction_loose": (0, 5)}


@pytest.mark.parametrize("text", ["\udc80\x00 " * 50, "[" * 10_000, "a. " * 30_000])
def test_hostile_replies_are_judged(text):
    for sample in DEFAULT[3::60]:
        TASK.score(sample, reply(text))


@given(seeds)
@example(485879)  # where a choice runs into a dead end
@settings(max_examples=6, deadline=None)
def test_no_prompt_is_followed_by_a_reply_to_nothing(seed):
    from ifeval.tasks.format.choice import GENERIC_REPLIES

    for sample in TASK.samples(seed, 60):
        assert not any(passed(sample, reply(text)) for text in GENERIC_REPLIES)


def test_a_constant_reply_gets_nowhere():
    sentence = reply("It is good to know more about it.")
    assert sum(passed(sample, sentence) for sample in DEFAULT) <= 0.02 * len(DEFAULT)


def test_the_document_names_every_instruction_and_its_example_runs(capsys):
    text = (ROOT / "docs" / "tasks-format.md").read_text()
    assert set(re.findall(r"`(\w+:\w+)`", text)) == INSTRUCTIONS.keys()
    exec(text.split("```python\n")[1].split("```")[0], {})
    assert "no comma" in capsys.readouterr().out


def test_oracles_are_short_enough():
    assert max(len(sample.oracle.split()) for sample in DEFAULT) < 200


def test_composition_of_independent_instructions():
    def row(constraints: int, *verdicts: tuple[str, bool]) -> Row:
        made = tuple(CheckResult(ok, "", name) for name, ok in verdicts)
        score = Score(made, {"prompt_strict": float(all(ok for _, ok in verdicts))})
        return Row("", 0, {"constraints": constraints}, reply("x"), score)

    rows = [
        row(1, ("a", True)),
        row(1, ("b", True)),
        row(2, ("a", False), ("b", True)),
        row(2, ("a", True), ("b", False)),
    ]
    report = TASK.report(rows)
    assert report["instructions"] == {"a": [2, 3], "b": [2, 3]}
    assert report["composition"]["1"] == pytest.approx({"n": 2, "accuracy": 1, "independent": 2 / 3, "gap": 1 / 3})
    assert report["composition"]["2"] == pytest.approx({"n": 2, "accuracy": 0.0, "independent": 4 / 9, "gap": -4 / 9})
    assert TASK.report([]) == {"composition": {}, "instructions": {}}


def test_a_failed_request_has_no_verdicts_to_report():
    rows = [Row("", 0, {"constraints": 1}, replace(reply(""), error="gone"), Score((), {"prompt_strict": None}))]
    assert TASK.report(rows)["composition"] == {}
