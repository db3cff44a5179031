"""The task tool_calls: solvable, fresh, not to be cheated, and each damage to an oracle under its own name."""

import copy
import hashlib
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.records import Response, ToolCall
from ifeval.registry.plugins import discover
from ifeval.runs.validation import validate
from ifeval.task import Row
from ifeval.tool_calls import DIALECTS, by_name
from ifeval.util.jsonio import dumps

TASK = discover()["tool_calls"]()
SAMPLES = list(TASK.samples(0))
CALLING = [sample for sample in SAMPLES if sample.target["calls"] and sample.tools]
HERMES = by_name("hermes")
FROZEN = "d82e195066e4c5c9c6b0a9f81ecda2d9cf5527850a4ee95606f15ac09be71c83"


def reply(sample, calls=None, answer="", error=None, **more):
    return TASK.score(sample, Response("k", answer, "stop", answer=answer, tool_calls=calls, tool_error=error, **more))


READ_BY_ANOTHER = {"lfm2"}
"""Its calls are the pythonic ones between tokens, so what the one writes the other reads."""


@pytest.mark.parametrize("name", [name for name in DIALECTS if name not in READ_BY_ANOTHER])
def test_every_oracle_passes_and_no_cheat_does(name):
    found = validate(TASK, DIALECTS[name], limit=96)
    assert found.ok, found.problems
    assert found.samples == 96


def test_the_default_seed_is_frozen():
    """The samples are the same bytes on every machine; whoever changes them raises `version`."""
    assert hashlib.sha256(b"\n".join(map(dumps, SAMPLES))).hexdigest() == FROZEN


def test_other_seeds_share_no_prompt_and_a_limit_takes_a_prefix():
    prompts = [{sample.messages[-1]["content"] for sample in TASK.samples(seed)} for seed in range(3)]
    assert all(not one & other for one, other in pairwise([*prompts, prompts[0]]))
    assert list(TASK.samples(0, 30)) == SAMPLES[:30]


def test_breadth():
    tags = {key: {sample.tags[key] for sample in SAMPLES} for key in TASK.breakdowns}
    assert len(tags["kind"]) == 13
    assert len(tags["domain"]) == 10
    assert {1, 2, 16, 40} <= tags["tools"]
    assert tags["depth"] == {0, 1, 2}
    offered = {tool["function"]["name"] for sample in SAMPLES for tool in sample.tools or ()}
    assert len(offered) > 40
    assert len({sample.id for sample in SAMPLES}) == len(SAMPLES) == 200


def damage(kind, calls, rng):
    """The calls with one damage, and the outcome it must get."""
    calls = copy.deepcopy([{"name": call.name, "arguments": dict(call.arguments)} for call in calls])
    call = rng.choice(calls)
    key = rng.choice(list(call["arguments"]))
    value = call["arguments"][key]
    match kind:
        case "no_call":
            calls = []
        case "unknown_function":
            call["name"] += "_now"
        case "missing_argument":
            del call["arguments"][key]
        case "unexpected_argument":
            call["arguments"]["colour"] = "blue"
        case "wrong_type":
            call["arguments"][key] = 7 if isinstance(value, str) else str(value)
        case "wrong_value":
            call["arguments"][key] = altered(value)
        case "extra_call":
            calls.append(copy.deepcopy(call))
        case "missing_call":
            calls.remove(call)
    return tuple(ToolCall(**call) for call in calls)


def altered(value):
    match value:
        case bool():
            return not value
        case str():
            return value + "x"
        case int() | float():
            return value + 1
        case list():
            return value[:-1]
    key = next(iter(value))
    return {**value, key: altered(value[key])}


OUTCOMES = [
    "no_call",
    "unknown_function",
    "missing_argument",
    "unexpected_argument",
    "wrong_type",
    "wrong_value",
    "extra_call",
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CALLING), st.sampled_from(OUTCOMES), st.randoms(use_true_random=False))
def test_each_damage_gets_its_outcome(sample, kind, rng):
    calls = damage(kind, sample.oracle, random.Random(rng.random()))
    read = HERMES.parse(HERMES.render(calls))
    score = reply(sample, read.calls or None, error=read.error)
    assert score.metrics["correct"] == 0
    assert {verdict.failure for verdict in score.checks if not verdict.ok} == {kind}
    assert all(verdict.reason for verdict in score.checks)


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from([sample for sample in CALLING if len(sample.target["calls"]) > 1]),
    st.randoms(use_true_random=False),
)
def test_a_missing_call_and_any_order(sample, rng):
    calls = list(sample.oracle)
    rng.shuffle(calls)
    assert reply(sample, tuple(calls)).metrics["correct"] == 1
    score = reply(sample, damage("missing_call", calls, rng))
    assert [verdict.failure for verdict in score.checks if not verdict.ok] == ["missing_call"]


def test_unparsable_and_called_anyway():
    text = HERMES.render(CALLING[0].oracle)[:-20]
    read = HERMES.parse(text)
    assert reply(CALLING[0], None, text, read.error).checks[0].failure == "unparsable"
    words = next(sample for sample in SAMPLES if sample.tags["kind"] == "irrelevance")
    assert reply(words, CALLING[0].oracle).checks[0].failure == "called_anyway"
    assert reply(words, answer="There is nothing that I could call for this.").metrics == {
        "correct": 1,
        "correct_any_form": 1,
        "called": None,
        "parsed": None,
        "refrained": 1,
    }


def test_a_right_call_in_another_form():
    sample = next(sample for sample in CALLING if sample.tags["kind"] == "choice")
    for dialect in DIALECTS.values():
        score = reply(sample, None, f"Let me see.\n{dialect.render(sample.oracle)}")
        assert score.checks[0].failure == "wrong_form", dialect.name
        assert (score.metrics["correct"], score.metrics["correct_any_form"]) == (0, 1), dialect.name


def test_refraining_means_no_call_in_any_form():
    words = next(sample for sample in SAMPLES if sample.tags["kind"] == "irrelevance")
    fenced = DIALECTS["fenced"].render(CALLING[0].oracle)
    score = reply(words, answer=f"I would call this, which may help you here:\n{fenced}")
    assert (score.metrics["refrained"], score.metrics["correct"], score.metrics["correct_any_form"]) == (0, 0, 0)
    assert score.checks[0].failure == "called_anyway"


def test_missing_information_has_to_be_asked_for():
    sample = next(sample for sample in SAMPLES if sample.tags["kind"] == "missing_information")
    assert reply(sample, answer="Certainly, that will be done at once.").checks[0].failure == "did_not_ask"
    assert reply(sample, answer=f"Please give me the {sample.target['asks']} as well.").metrics["correct"] == 1


def test_documented_defaults_may_be_said():
    sample = next(
        sample for sample in SAMPLES if sample.tags["kind"] == "defaults" and sample.target["calls"][0]["defaults"]
    )
    (call,) = sample.target["calls"]
    assert reply(sample, (ToolCall(call["name"], {**call["arguments"], **call["defaults"]}),)).metrics["correct"] == 1
    (key, value), *_ = call["defaults"].items()
    wrong = {**call["arguments"], key: altered(value)}
    assert reply(sample, (ToolCall(call["name"], wrong),)).checks[0].failure == "wrong_value"


def test_the_spread_of_formats():
    rows = []
    for sample in SAMPLES:
        right = sample.tags["dialect"] != "pythonic"
        oracle = sample.oracle if right else "I don't know."
        response = (
            Response("k", "", "stop", answer=oracle)
            if isinstance(oracle, str)
            else Response("k", "", "stop", tool_calls=tuple(oracle))
        )
        rows.append(Row(sample.id, 0, sample.tags, response, TASK.score(sample, response)))
    found = TASK.report(rows)["format_sensitivity"]
    assert found["spread"] == 1
    assert found["consistent"] == 0
    assert found["accuracy"]["dialect:pythonic"] == 0
    assert found["items"] == 8
    assert TASK.report([]) == {}
