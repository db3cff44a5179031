"""The task tool_calls: solvable, fresh, not to be cheated, and each damage to an oracle under its own name."""

import copy
import random
from collections import Counter
from itertools import pairwise

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.records import Response, ToolCall
from ifeval.registry.plugins import discover
from ifeval.runs.validation import validate
from ifeval.task import Row
from ifeval.tasks.tool_calls.catalogue import tools
from ifeval.tasks.tool_calls.items import KINDS
from ifeval.tasks.tool_calls.requests import entries
from ifeval.tool_calls import DIALECTS, by_name
from tests.tasks.material import longest_common_run

TASK = discover()["tool_calls"]()
SAMPLES = list(TASK.samples(0))
CALLING = [sample for sample in SAMPLES if sample.target["calls"] and sample.tools]
HERMES = by_name("hermes")
CYCLE = 36
REFRAINING = [sample for sample in SAMPLES if not sample.target["calls"]]


def reply(sample, calls=None, answer="", error=None, **more):
    return TASK.score(sample, Response("k", answer, "stop", answer=answer, tool_calls=calls, tool_error=error, **more))


READ_BY_ANOTHER = {"lfm2"}
"""Its calls are the pythonic ones between tokens, so what the one writes the other reads."""


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize("name", [name for name in DIALECTS if name not in READ_BY_ANOTHER])
def test_every_oracle_passes_and_no_cheat_does(name):
    few = 48 if name != HERMES.name else 96  # what is no oracle fails alike in any dialect
    found = validate(TASK, DIALECTS[name], limit=few)
    assert found.ok, found.problems
    assert found.samples == few


def test_other_seeds_share_no_prompt_and_a_limit_takes_a_prefix():
    prompts = [
        {[turn["content"] for turn in sample.messages if turn["role"] == "user"][-1] for sample in TASK.samples(seed)}
        for seed in range(3)
    ]
    assert all(not one & other for one, other in pairwise([*prompts, prompts[0]]))
    assert list(TASK.samples(0, 30)) == SAMPLES[:30]


def test_cycles_hold_their_rungs():
    assert len({sample.id for sample in SAMPLES}) == len(SAMPLES) == TASK.size
    for start in range(0, len(SAMPLES), CYCLE):
        cycle = SAMPLES[start : start + CYCLE]
        assert {1, 2, 4} <= {sample.tags.get("tools") for sample in cycle}
        assert {1, 2, 4} <= {sample.tags.get("calls") for sample in cycle}
        assert {"missing_information", "irrelevance", "followup"} <= {sample.tags["kind"] for sample in cycle}
        assert {sample.tags["turn"] for sample in cycle} == {"first", "later"}
        if start >= 4 * CYCLE:
            assert {8, 16, 32, 64} <= {sample.tags.get("tools") for sample in cycle}
            assert 8 in {sample.tags.get("calls") for sample in cycle}


def test_the_first_samples_are_mostly_of_the_low_rungs_and_meet_the_upper_ones():
    core = SAMPLES[:120]
    tools_offered = Counter(sample.tags["tools"] for sample in core if "tools" in sample.tags)
    assert set(tools_offered) == {1, 2, 4, 8, 16}
    assert min(tools_offered[rung] for rung in (1, 2, 4)) >= 12
    assert {sample.tags["calls"] for sample in core if "calls" in sample.tags} == {1, 2, 4, 8}
    assert sum(not sample.target["calls"] for sample in core) >= 12
    assert set(KINDS) <= {sample.tags["kind"] for sample in core}


def test_what_stands_beside_the_right_tool_is_short_on_the_low_rungs():
    for sample in SAMPLES:
        if sample.tags.get("tools", 64) <= 4 and sample.tags["turn"] == "first":
            wanted = {call["name"] for call in sample.target["calls"]}
            beside = {tool["function"]["name"] for tool in sample.target["tools"]} - wanted
            assert all(tools()[name].short for name in beside), sample.id


def test_a_rung_is_what_it_says():
    for sample in SAMPLES:
        offered = [tool["function"]["name"] for tool in sample.target["tools"]]
        assert len(set(offered)) == len(offered) == sample.tags.get("tools", len(offered))
        assert len(sample.target["calls"]) == sample.tags.get("calls", len(sample.target["calls"]))
        assert {call["name"] for call in sample.target["calls"]} <= set(offered)
        assert "tools" not in sample.tags or len(sample.target["calls"]) == 1


def test_calls_made_earlier_are_of_tools_that_are_offered():
    for sample in SAMPLES:
        offered = {tool["function"]["name"] for tool in sample.target["tools"]}
        made = [call for message in sample.messages for call in message.get("tool_calls", ())]
        assert {call["function"]["name"] for call in made} <= offered, sample.id


def test_wanted_calls_follow_their_schemas():
    schemas = {name: {**tool.parameters, "additionalProperties": False} for name, tool in tools().items()}
    validators = {name: jsonschema.Draft202012Validator(schema) for name, schema in schemas.items()}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for seed in range(3):
        for sample in TASK.samples(seed):
            for call in sample.target["calls"]:
                parameters = tools()[call["name"]].parameters
                validators[call["name"]].validate(call["arguments"])
                # what is left out has a default, or the request does not speak of it
                assert not {*parameters["required"]} - {*call["arguments"]}


def test_breadth():
    tags = {key: {sample.tags.get(key) for sample in SAMPLES} for key in TASK.breakdowns}
    assert len(tags["kind"]) >= 9
    assert len(tags["domain"]) >= 10
    assert tags["depth"] >= {0, 1, 2}
    assert len(tools()) == 65


def test_the_requests_are_many_and_no_two_say_the_same():
    texts = [entry["text"] for name in ("request", "missing", "irrelevant", "followup") for entry in entries(name)]
    texts += [errand["text"] for entry in entries("errands") for errand in entry["do"]]
    assert len(texts) >= 150
    assert longest_common_run(texts) < 8


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
        "correct": None,
        "correct_any_form": None,
        "called": None,
        "parsed": None,
        "refrained": 1,
        "answered": 1,
    }


def test_silence_never_lifts_the_score():
    scores = [reply(sample) for sample in SAMPLES]
    assert {score.metrics["correct"] for score in scores} == {0, None}
    assert {score.metrics["answered"] for score in scores} == {0, None}
    assert {score.metrics["refrained"] for score in scores} == {1, None}


def test_a_right_call_in_another_form():
    sample = next(sample for sample in CALLING if sample.tags["kind"] == "plain")
    for dialect in DIALECTS.values():
        score = reply(sample, None, f"Let me see.\n{dialect.render(sample.oracle)}")
        assert score.checks[0].failure == "wrong_form", dialect.name
        assert (score.metrics["correct"], score.metrics["correct_any_form"]) == (0, 1), dialect.name


def test_refraining_means_no_call_in_any_form():
    words = next(sample for sample in SAMPLES if sample.tags["kind"] == "irrelevance")
    fenced = DIALECTS["fenced"].render(CALLING[0].oracle)
    score = reply(words, answer=f"I would call this, which may help you here:\n{fenced}")
    assert (score.metrics["refrained"], score.metrics["answered"]) == (0, 0)
    assert score.checks[0].failure == "called_anyway"


ASKED = {
    "number of nights": "Sure! How many nights will you be staying?",
    "kind of fuel": "Happy to. Does she take diesel or petrol?",
    "card number": "Could you give me your card number, please?",
    "loan number": "I need the loan number for that. It begins with LN.",
    "number of the bay": "Which bay is it?",
    "number of visitors": "Lovely. How many visitors should I book for?",
    "time of the appointment": "What time should the appointment be?",
    "prescription number": "Please tell me his prescription number.",
    "account to pay from": "From which account shall I send it?",
    "station of departure": "Where will you be leaving from?",
    "number of days": "For how many days do you need the car?",
    "number of guests": "Certainly - how many guests will there be?",
    "problem": "What is wrong with it: screen, battery, network or printer?",
    "end time of the appointment": "How long will it take?",
}


def test_missing_information_has_to_be_asked_for():
    missing = [sample for sample in REFRAINING if sample.target["asks"]]
    assert {entry["asks"] for entry in entries("missing")} == set(ASKED)
    for sample in missing:
        asks = sample.target["asks"]
        for answer in ("Certainly, that will be done at once.", "Done! Is there anything else I can help you with?"):
            assert reply(sample, answer=answer).checks[0].failure == "did_not_ask", (asks, answer)
        assert reply(sample, answer=f"Please give me the {asks} as well.").metrics["answered"] == 1
        assert reply(sample, answer=ASKED[asks]).metrics["answered"] == 1, asks


def test_documented_defaults_may_be_said():
    for sample in CALLING:
        calls = sample.target["calls"]
        known = {call["name"]: tools()[call["name"]].defaults for call in calls}
        said = tuple(ToolCall(call["name"], {**known[call["name"]], **call["arguments"]}) for call in calls)
        assert reply(sample, said).metrics["correct"] == 1, sample.id
    sample = next(s for s in CALLING if [call["name"] for call in s.target["calls"]] == ["book_tour"])
    (call,) = sample.target["calls"]
    wrong = {**call["arguments"], "wheelchair": not call["arguments"].get("wheelchair", False)}
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
