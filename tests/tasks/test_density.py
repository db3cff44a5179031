"""`density`: every rung has an oracle that follows everything, and each notice is judged on its own part."""

import pytest

from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.task import Row
from tests.drawn import Drawn

TASK = discover()["density"]()
SAMPLES = Drawn("density")


def score(sample, text):
    return TASK.score(sample, Response(key="", raw=text, answer=text, finish_reason="stop"))


def test_small_rungs_come_first():
    assert [sample.tags["instructions"] for sample in SAMPLES[:6]] == [10, 20, 50, 10, 20, 50]
    assert {sample.tags["instructions"] for sample in SAMPLES[36:]} == {100, 200}


@pytest.mark.parametrize("place", range(0, TASK.size, 7))
def test_the_oracle_follows_as_many_instructions_as_the_rung_says(place):
    sample = SAMPLES[place]
    done = score(sample, sample.oracle)
    assert len(done.checks) == sample.tags["instructions"]
    assert done.metrics == {"share": 1, "followed": 1, "nine_tenths": 1}
    assert f"({sample.tags['instructions']}) " in sample.messages[-1]["content"]


def test_a_missing_notice_fails_its_own_ten_alone():
    sample = SAMPLES[1]
    first = sample.oracle.index("## ", 5)
    done = score(sample, sample.oracle[first:])
    assert [check.ok for check in done.checks] == [False] * 10 + [True] * 10
    assert {check.failure for check in done.checks[:10]} == {"missing"}


def test_a_heading_in_another_form_costs_the_heading_alone():
    sample = SAMPLES[1]
    title = sample.target[0]["title"]
    done = score(sample, sample.oracle.replace(f"## {title}", f"**{title}**"))
    assert [check.name for check in done.checks if not check.ok] == ["notice:heading"]


def test_a_blind_reply_and_an_echo_get_nothing():
    sample = SAMPLES[2]
    assert score(sample, "Here is a newsletter that many people will like.").metrics["share"] == 0
    assert score(sample, sample.messages[-1]["content"]).metrics["share"] == 0


def test_the_span_lies_between_the_rungs_that_are_kept_and_those_that_are_not():
    rows = []
    for sample in SAMPLES[:12]:
        text = sample.oracle if sample.tags["instructions"] < 50 else "Nothing of all this was written in the end."
        done = score(sample, text)
        rows.append(Row(sample.id, 0, sample.tags, Response("", text, "stop"), done))
    span = TASK.report(rows)["span"]["nine_tenths"]
    assert 20 < span["estimate"] < 50
