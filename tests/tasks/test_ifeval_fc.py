"""The task `ifeval_fc`: the official verdicts on 600 replies, its samples, and data that cannot be used."""

import json
from pathlib import Path
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.records import Response, Sample, ToolCall
from ifeval.registry.plugins import discover

IFEvalFC = discover()["ifeval_fc"]
ROW: dict[str, Any] = {
    "id": "search",
    "chosen_param": "query",
    "format": {"name": "WordCountChecker", "group": "LENGTH", "args": {"N": 2, "comparison_option": "exactly"}},
    "fn_schema": {
        "name": "search",
        "description": "Searches.",
        "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
    },
    "user_queries": ["Find a blue bicycle.", "Find a red one."],
}


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / "tasks.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def reply(*calls: dict[str, Any], name: str = "search", error: str | None = None) -> Response:
    made = tuple(ToolCall(name, arguments) for arguments in calls)
    return Response("", "", "stop", tool_calls=made or None, tool_error=error)


def test_every_official_verdict(golden: Path) -> None:
    task = IFEvalFC(golden / "ifeval_fc" / "tasks.jsonl")
    samples = {sample.id: sample for sample in task.samples(0)}
    cases = [json.loads(line) for line in (golden / "ifeval_fc" / "golden_calls.jsonl").read_text().splitlines()]
    wrong = []
    for case in cases:
        calls = tuple(ToolCall(call["name"], call["arguments"]) for call in case["calls"])
        score = task.score(samples[f"{case['id']}/0"], Response("", "", "stop", tool_calls=calls or None))
        official = (case["function_called"], case["parameter_provided"], case["format_correct"])
        if score.strict != official or score.metrics["correct"] != case["overall"]:
            wrong.append((case, score))
    assert not wrong
    assert len(cases) == 600


def test_the_published_requests(golden: Path) -> None:
    task = IFEvalFC(golden / "ifeval_fc" / "tasks.jsonl")
    samples = list(task.samples(0))
    assert len({sample.id for sample in samples}) == len(samples) == task.size == 750
    assert len({sample.tags["item"] for sample in samples[:150]}) == 150
    assert len({sample.tags["format"] for sample in samples}) == 15
    assert list(task.samples(0, limit=160)) == samples[:160]


def samples_of(file: Path) -> list[Sample]:
    return list(IFEvalFC(file).samples(0))


def test_a_row_of_ones_own(tmp_path: Path) -> None:
    task = IFEvalFC(write(tmp_path, ROW))
    first, second = task.samples(0)
    assert (first.id, second.id) == ("search/0", "search/1")
    assert first.tools == [{"type": "function", "function": ROW["fn_schema"]}]
    assert [message["role"] for message in first.messages] == ["system", "user"]
    assert first.tags == {"format": "WordCount", "group": "length", "item": "search"}
    for response, metrics, reason in (
        (reply({"query": "blue bicycle"}), (1, 1, 1), "2 words, as wanted"),
        (reply({"query": "blue bicycle"}, name="other"), (1, 1, 1), "2 words, as wanted"),
        (reply({"query": "blue bicycle"}, {"query": "red"}), (0, 1, 1), "1 of 2 words"),
        (reply({"query": ["blue", "bicycle"]}), (0, 1, 1), "a list, wanted a string"),
        (reply({"query": "blue bicycle"}, {}), (0, 1, 0), "there is no value to check"),
        (reply(), (0, 0, 0), "there is no value to check"),
    ):
        score = task.score(first, response)
        assert tuple(score.metrics[name] for name in ("correct", "called", "provided")) == metrics
        assert score.checks[-1].reason == reason
    assert task.score(first, reply(error="not JSON")).checks[0].reason == "not JSON"


def test_a_folder_of_files_as_upstream_has_them(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text(json.dumps({key: value for key, value in ROW.items() if key != "id"}))
    assert [sample.id for sample in samples_of(tmp_path)] == ["a/0", "b/0", "a/1", "b/1"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": 3}, "row 1: 'id' must be a string"),
        ({"user_queries": []}, "row 1: 'user_queries' must be a list of texts"),
        ({"user_queries": None}, "row 1: 'user_queries' must be of type list"),
        ({"chosen_param": "place"}, "row 1: 'fn_schema' must have a name and the parameter 'place'"),
        ({"fn_schema": {"name": "f", "parameters": 3}}, "row 1: 'fn_schema' must have a name"),
        ({"format": {"name": "X"}}, "row 1: unknown checker 'X'"),
        ({"format": {"name": "WordCountChecker"}}, "row 1: WordCountChecker needs the argument 'N'"),
        ({"format": {"name": "WordCountChecker", "args": []}}, "row 1: the args of WordCountChecker must be an object"),
    ],
)
def test_data_that_cannot_be_used(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=r"tasks\.jsonl") as error:
        IFEvalFC(write(tmp_path, ROW | change)).prepare()
    assert said in str(error.value)


def test_ids_are_unique_and_there_is_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="comes twice"):
        samples_of(write(tmp_path, ROW, ROW))
    with pytest.raises(UserError, match="holds no tasks"):
        samples_of(write(tmp_path))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "x.json").write_text("[1")
    with pytest.raises(UserError, match=r"x\.json: not valid JSON"):
        samples_of(tmp_path / "deep")


def test_without_data_the_task_says_how_to_get_it() -> None:
    with pytest.raises(UserError, match="ifeval data fetch ifeval_fc"):
        IFEvalFC().prepare()
