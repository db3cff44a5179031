"""The tasks bfcl, bfcl-native and bfcl-fixed: provable, official in score and summary, and different where mended."""

import pytest

from ifeval.errors import UserError
from ifeval.records import Response, Sample, ToolCall
from ifeval.registry.plugins import discover
from ifeval.runs.validation import validate
from ifeval.task import Row
from ifeval.tool_calls import by_name
from ifeval.tool_calls.bfcl.data import MULTI_TURN
from ifeval.tool_calls.bfcl.scores import summarize
from tests.bfcl_data import bfcl_data  # noqa: F401 - a fixture

NAMES = ("bfcl", "bfcl-native", "bfcl-fixed")
UNMEETABLE = {"parallel_multiple_12", "parallel_multiple_26", "live_simple_106-63-0", "live_simple_112-68-0", "live_multiple_507-149-4", "live_multiple_862-181-3", "live_multiple_964-207-0"}  # fmt: skip


@pytest.fixture(scope="module")
def tasks(bfcl_data):  # noqa: F811
    return {name: discover()[name](bfcl_data) for name in NAMES}


@pytest.fixture(scope="module")
def samples(tasks):
    return {name: list(task.samples(0)) for name, task in tasks.items()}


@pytest.fixture(params=NAMES)
def task(request, tasks):
    return tasks[request.param]


def answered(task, sample_id, text="", calls=None, finish="stop"):
    entry = task.entries[sample_id]
    sample = Sample(sample_id, entry.messages)
    return task.score(sample, Response("k", text, finish, answer=text, tool_calls=calls))


def test_validates(task):
    found = validate(task, by_name("hermes"), limit=200)
    assert found.ok, found.problems
    assert found.tried["oracle"] > 100


def test_every_limit_is_a_sample_of_all_categories(task, samples):
    made = samples[task.name]
    assert len(made) == len({sample.id for sample in made}) == task.size
    assert list(task.samples(7, 50)) == made[:50]
    assert len({sample.tags["category"] for sample in made[:200]}) >= 10


def test_prompts(samples):
    sample = samples["bfcl"][0]
    assert sample.messages[0]["role"] == "system"
    assert sample.tools is None
    native = {sample.id: sample for sample in samples["bfcl-native"]}
    schema = native["simple_java_24"].tools[0]["function"]
    assert schema["name"] == "PmsProductCategoryController_updateShowStatus"
    assert {part["type"] for part in schema["parameters"]["properties"].values()} == {"string"}
    types = {"string", "integer", "number", "boolean", "array", "object"}
    for sample in native.values():
        for tool in sample.tools:
            assert {part["type"] for part in tool["function"]["parameters"]["properties"].values()} <= types


def test_outcomes_are_the_official_error_types(tasks):
    task = tasks["bfcl"]
    reply = "[calculate_triangle_area(base=10, height='5')]"
    assert answered(task, "simple_python_0", reply).checks[0].failure == "type_error:simple"
    assert answered(task, "simple_python_0", "I can't.").checks[0].failure == "ast_decoder:decoder_failed"
    assert answered(task, "irrelevance_0", "f(a=1)").checks[0].failure == "irrelevance_error:decoder_success"


def test_native_mode(tasks):
    task = tasks["bfcl-native"]
    right = (ToolCall("algebra_quadratic_roots", {"a": 1, "b": -3, "c": 2}),)
    assert answered(task, "simple_python_3", calls=right).metrics["correct"] == 1
    assert answered(task, "simple_python_3").checks[0].failure == "simple_function_checker:wrong_count"
    assert answered(task, "irrelevance_0", "No.").metrics["correct"] == 1
    assert answered(task, "irrelevance_0", calls=right).metrics["correct"] == 0


def test_what_is_mended(tasks, samples):
    fixed = tasks["bfcl-fixed"]
    unmet = {sample.id for sample in samples["bfcl"] if sample.oracle is None}
    mended = {sample.id for sample in samples["bfcl-fixed"] if sample.oracle is not None}
    assert UNMEETABLE - {"parallel_multiple_12", "parallel_multiple_26", "live_multiple_507-149-4"} <= unmet
    assert mended >= UNMEETABLE
    assert answered(fixed, "irrelevance_0", "").metrics == {"correct": 0, "official": 1}
    signed = "[calculate_triangle_area(base=+10, height=5)]"
    assert answered(fixed, "simple_python_0", signed).metrics == {"correct": 1, "official": 0}


def test_reports(tasks, samples):
    for name in ("bfcl", "bfcl-fixed"):
        rows = []
        for sample in samples[name][:300]:
            response = Response("k", "", "stop", answer=sample.oracle or "Sorry.")
            rows.append(Row(sample.id, 0, sample.tags, response, tasks[name].score(sample, response)))
        report = tasks[name].report(rows)
        assert report["bfcl"]["v4"]["weight_run"] == pytest.approx(0.3)
        assert report["bfcl"]["not_run"] == [*MULTI_TURN, "agentic"]
        assert report["bfcl"]["groups"]["irrelevance"] == 1
    assert set(report) == {"bfcl", "bfcl_official", "judged_otherwise"}


def test_group_formulas():
    tally = {
        "simple_python": (300, 400), "simple_java": (50, 100), "simple_javascript": (50, 50), "multiple": (100, 200),
        "parallel": (50, 200), "parallel_multiple": (0, 200), "irrelevance": (120, 240), "live_irrelevance": (884, 884),
        "live_simple": (258, 258), "live_multiple": (0, 1053), "live_parallel": (16, 16), "live_parallel_multiple": (24, 24),
    }  # fmt: skip
    found = summarize(tally)
    assert found["groups"]["simple"] == pytest.approx(0.75)
    assert found["groups"]["non_live"] == pytest.approx((0.75 + 0.5 + 0.25 + 0) / 4)
    assert found["groups"]["live"] == pytest.approx(298 / 1351)
    assert found["groups"]["irrelevance"] == pytest.approx(0.75)
    overall = 0.1 * (0.375 + 298 / 1351 + 0.75)
    assert found["v4"]["missing_as_zero"] == pytest.approx(overall)
    assert found["v4"]["of_what_was_run"] == pytest.approx(overall / 0.3)
    assert found["v4"]["missing"] == ["multi_turn", "agentic"]
    assert found["v3"]["missing_as_zero"] == pytest.approx((0.375 + 298 / 1351) / 3)
    assert found["not_run"] == ["live_relevance", *MULTI_TURN, "agentic"]
    multi_turn = summarize(
        tally | {name: (right, 200) for name, right in zip(MULTI_TURN, (100, 50, 50, 0), strict=True)}
    )
    assert multi_turn["groups"]["multi_turn"] == pytest.approx(0.25)
    assert multi_turn["v4"]["missing_as_zero"] == pytest.approx(overall + 0.3 * 0.25)
    assert multi_turn["v4"]["missing"] == ["agentic"]
    assert summarize({})["v4"]["of_what_was_run"] is None


def test_absent_data_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match="ifeval data fetch bfcl"):
        next(discover()["bfcl"]().samples(0))
    with pytest.raises(UserError, match=r"BFCL_v4_simple_python.json.*fetch"):
        next(discover()["bfcl"](tmp_path).samples(0))
