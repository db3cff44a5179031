"""Files of cases: what they become, how replies are scored, and the sentence for each mistake."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.cases import cases_tasks
from ifeval.cases.example import EXAMPLE
from ifeval.cases.files import read_rows
from ifeval.errors import UserError
from ifeval.records import Response, Sample, Score, ToolCall
from ifeval.registry.contract import class_fault, require_contract
from ifeval.task import Task

PROMPT = "Write to the guest in room 12 that the sauna is open again and thank her for waiting."
TOOL = {
    "name": "book",
    "parameters": {
        "type": "object",
        "properties": {
            "facility": {"type": "string"},
            "time": {"type": "string"},
            "people": {"type": "integer", "default": 1},
        },
    },
}


def written(folder: Path, cases: object, name: str = "mine.jsonl") -> Path:
    path = folder / name
    text = cases if isinstance(cases, str) else "\n".join(json.dumps(case) for case in cases)  # type: ignore[attr-defined]
    path.write_text(text, encoding="utf-8")
    return path


def task_of(path: Path) -> Task:
    return cases_tasks([path])[path.stem]()


def judged(folder: Path, case: Mapping[str, Any], reply: str, **response: Any) -> tuple[Score, Sample]:
    """The score of a reply to one case."""
    task = task_of(written(folder, [{"prompt": PROMPT, **case}]))
    sample = next(task.samples(0))
    answer = Response(key="x", raw=reply, answer=reply, **{"finish_reason": "stop", **response})
    return task.score(sample, answer), sample


def test_the_example_has_each_kind_and_passes_itself() -> None:
    task = task_of(EXAMPLE)
    assert class_fault(type(task)) is None
    require_contract(task, 0, None)
    samples = list(task.samples(0))
    assert task.name == "example"
    assert task.size == len(samples) == len(list(task.samples(0, 3))) + 5
    assert set(task.breakdowns) == {"product", "topic", "decoding"}
    assert all(sample.messages[0]["role"] == "system" for sample in samples)
    metrics = task.score(samples[0], Response("x", "", "stop")).metrics
    assert metrics.keys() == {
        "passed", "passed_loose", "instructions", "facts", "regex", "not_regex", "schema", "calls", "answer",
    }  # fmt: skip
    assert all(sample.oracle is not None for sample in samples)


@pytest.mark.parametrize(
    ("case", "right", "wrong"),
    [
        ({"instructions": "punctuation:no_comma"}, "It is open again", "Well, it is open"),
        ({"instructions": [{"instruction": "layout:least_bullets", "arguments": {"bullets": 2}}]}, "- a\n- b", "- a"),
        ({"facts": "14 March"}, "It opens on the fourteenth of March.", "It opens on 15 March."),
        ({"facts": ["1240|1250"]}, "It costs 1,250 euros.", "It costs 1,260 euros."),
        ({"facts": [{"together": ["deposit", 250]}]}, "The deposit is 250.", "A deposit is due.\nRooms are 250."),
        ({"facts": [{"any_of": ["noon", {"together": ["twelve", "clock"]}]}]}, "At twelve by the clock.", "At ten."),
        ({"facts": "北京"}, "我住在北京市。", "我住在上海。"),
        ({"facts": "31 May"}, "Until the thirty-first of May.", "Until 30 May."),
        ({"regex": "^Dear"}, "Dear guest", "dear guest"),
        ({"not_regex": "(?i)as an ai"}, "Gladly.", "As an AI I can not."),
        ({"answer": "Paris"}, '"paris."', "Rome"),
        ({"answer": [1200]}, "1,200.00", "1201"),
        ({"answer": "no"}, "No", "yes"),
        ({"schema": {"required": ["a"]}}, 'Here:\n```json\n{"a": 1}\n```', '{"b": 1}'),
    ],
)
def test_a_right_reply_passes_and_a_wrong_one_fails(tmp_path, case, right, wrong) -> None:
    good, sample = judged(tmp_path, case, right)
    assert good.metrics["passed"] == 1, good.checks
    bad, _ = judged(tmp_path, case, wrong)
    assert bad.metrics["passed"] == 0
    assert all(check.reason and check.name for check in (*good.checks, *bad.checks))
    for reply, finish in (("", "stop"), (right, "length")):
        assert judged(tmp_path, case, reply, finish_reason=finish)[0].metrics["passed"] == 0
    assert good.metrics.keys() - {"passed", "passed_loose"} == set(case)
    assert sample.messages[-1]["content"] == PROMPT


def test_lenient_readings(tmp_path) -> None:
    answer, _ = judged(tmp_path, {"answer": "Paris"}, "Let me think.\n\nThe answer is Paris.")
    assert (answer.metrics["passed"], answer.metrics["passed_loose"]) == (0, 1)
    form, _ = judged(tmp_path, {"instructions": "punctuation:no_comma"}, "Sure, here it is:\nOpen again")
    assert (form.metrics["passed"], form.metrics["passed_loose"]) == (0, 1)


def test_a_reply_that_repeats_the_prompt_passes_nothing(tmp_path) -> None:
    echo, _ = judged(tmp_path, {"facts": ["room 12"]}, f"{PROMPT} Thanks.")
    assert echo.checks[0].failure == "echo"
    piece, _ = judged(tmp_path, {"facts": ["room 12"]}, "the guest in room 12")
    assert piece.metrics["passed"] == 1


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        ({"facility": "sauna", "time": "18:00"}, True),
        ({"facility": "sauna", "time": "6 pm", "people": 1}, True),
        ({"facility": "sauna"}, True),
        ({"facility": "sauna", "people": 2}, False),
        ({"facility": "gym", "time": "18:00"}, False),
        (None, False),
    ],
)
def test_calls(tmp_path, arguments, right) -> None:
    wanted = {
        "name": "book",
        "arguments": {"facility": "sauna"},
        "any_of": {"time": ["18:00", "6 pm"]},
        "optional": ["time"],
    }
    calls = None if arguments is None else (ToolCall("book", arguments),)
    found, sample = judged(tmp_path, {"tools": [TOOL], "calls": [wanted]}, "", tool_calls=calls)
    assert found.metrics["passed"] == right
    assert sample.oracle == [ToolCall("book", {"facility": "sauna", "time": "18:00"})]


def test_no_call_and_an_answer_in_words(tmp_path) -> None:
    case = {"tools": [TOOL], "calls": [], "facts": ["22:00"]}
    assert judged(tmp_path, case, "Until 10 pm.")[0].metrics["passed"] == 1
    called = judged(tmp_path, case, "", tool_calls=(ToolCall("book", {}),))[0]
    assert called.metrics["calls"] == 0


def test_the_three_kinds_of_file_give_one_task(tmp_path) -> None:
    rows = [
        {"id": "a", "prompt": "Capital of France?", "answer": "Paris", "tags": {"topic": "geo"}},
        {"id": "b", "prompt": "Two exports,\nplease.", "facts": ["fish", "oil"]},
    ]
    jsonl = written(tmp_path, rows)
    yaml = written(tmp_path, "# a comment\n" + json.dumps(rows), "mine.yaml")
    table = tmp_path / "mine.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "prompt", "answer", "facts", "tag.topic"])
        writer.writerow(["a", rows[0]["prompt"], "Paris", "", "geo"])
        writer.writerow(["b", rows[1]["prompt"], "", '["fish", "oil"]', ""])
    tasks = [task_of(path) for path in (jsonl, yaml, table)]
    assert len({task.version for task in tasks}) == 1
    assert [list(task.samples(0)) for task in tasks[1:]] == [list(tasks[0].samples(0))] * 2


def test_the_version_is_what_is_asked_and_wanted(tmp_path) -> None:
    def version(**changes: object) -> str:
        return task_of(written(tmp_path, [{"prompt": "Capital of France?", "answer": "Paris", **changes}])).version

    assert version() == version(tags={"topic": "geo"})
    assert len({version(), version(answer="paris"), version(id="a"), version(system="Be brief.")}) == 4


def test_defaults_and_aliases(tmp_path) -> None:
    text = """
defaults: {system: Be brief., tags: {product: hotel}, tools: &tools [{name: book}]}
cases:
  - {prompt: one, calls: [], tags: {topic: a}}
  - {prompt: two, calls: [{name: book}], system: Be long., tools: *tools}
"""
    first, second = task_of(written(tmp_path, text, "mine.yml")).samples(0)
    assert first.tags == {"product": "hotel", "topic": "a"}
    assert second.messages[0]["content"] == "Be long."
    assert first.tools == second.tools


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ({"fact": "x"}, "fact: no such key; did you mean facts"),
        ({"facts": None}, "facts: it has no value"),
        ({}, "nothing says what a right reply holds"),
        ({"facts": []}, "nothing says what a right reply holds"),
        ({"answer": []}, "answer: the list is empty"),
        ({"prompt": 12, "answer": "x"}, "prompt: wanted text, not 12"),
        ({"prompt": None, "answer": "x"}, "prompt: it has no value"),
        ({"messages": [{"role": "user", "content": "x"}], "answer": "x"}, "give a prompt, or messages"),
        ({"answer": True}, "put numbers, true and false in quotation marks"),
        ({"instructions": "no:such"}, "there is no instruction 'no:such'"),
        ({"instructions": [{"instruction": "layout:least_bullets"}]}, "needs the argument 'bullets'"),
        (
            {"instructions": {"instruction": "layout:least_bullets", "arguments": {"bullets": "two"}}},
            "must be of type int",
        ),
        ({"instructions": [{"id": "x"}]}, "write each as an id"),
        ({"regex": "("}, "is not a regular expression"),
        ({"regex": "(a{9999}){9999}"}, "expands to more than"),
        ({"regex": ["x"] * 51}, "a case has at most 50"),
        ({"schema": {"type": "nonsense"}}, "schema: cannot be used"),
        ({"schema": {"$ref": "https://example.com/x.json"}}, "remote schemas are never fetched"),
        ({"schema": "x"}, "wanted a JSON Schema"),
        ({"facts": "***"}, "holds no word or figure"),
        ({"facts": "a||b"}, "holds no word or figure"),
        ({"facts": [["a"]]}, "write each as text"),
        ({"facts": [{"together": "a"}]}, "together is a list"),
        ({"tools": [TOOL], "answer": "x"}, "calls: missing"),
        ({"calls": []}, "tools: missing"),
        ({"tools": [TOOL, TOOL], "calls": []}, "each name once"),
        ({"tools": [TOOL], "calls": [{"name": "boook"}]}, "is none of the tools; they are book"),
        ({"tools": [TOOL], "calls": [{"name": "book", "arguments": {"tme": 1}}]}, "has no parameter 'tme'"),
        ({"tools": [TOOL], "calls": [{"name": "book", "optional": ["time"]}]}, "time has no value"),
        ({"tools": [TOOL], "calls": [{"name": "book"}], "answer": "x"}, "make two cases of it"),
        ({"answer": "x", "tags": {"a": [1]}}, "tags: a: wanted text"),
        ({"answer": "x", "tags": {"decoding": "y"}}, "is a tag of the harness"),
        ({"answer": "x", "tags": ["a"]}, "tags: wanted names and values"),
        ({"answer": "x", "id": "a\nb"}, "id: wanted a line"),
        ({"answer": "x", "example": "y"}, "example: it fails its own case (answer: answered 'y', wanted 'x')"),
    ],
)
def test_a_mistake_is_one_sentence_with_case_and_key(tmp_path, case, sentence) -> None:
    path = written(tmp_path, [{"prompt": "one", "answer": "fine"}, {"prompt": PROMPT, **case}])
    with pytest.raises(UserError) as raised:
        task_of(path)
    said = str(raised.value)
    assert sentence in said
    assert said.startswith(f"{path}, line 2")
    assert said.endswith(".")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ([], "wanted a list of {role, content}"),
        ([{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}], "ends with the user's"),
        ([{"role": "tool", "content": "x"}], "has the role 'tool'"),
        (
            [{"role": "user", "content": "x"}, {"role": "system", "content": "x"}, {"role": "user", "content": "y"}],
            "stands first",
        ),
    ],
)
def test_mistakes_in_messages(tmp_path, messages, sentence) -> None:
    with pytest.raises(UserError, match="messages") as raised:
        task_of(written(tmp_path, [{"messages": messages, "answer": "x"}]))
    assert sentence in str(raised.value)


BOMB = "a: &a [1,2,3,4,5,6,7,8,9,10]\n" + "".join(
    f"{chr(98 + step)}: &{chr(98 + step)} [{','.join(['*' + chr(97 + step)] * 10)}]\n" for step in range(9)
)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.yaml", BOMB, "once its aliases are written out"),
        ("a.yaml", "- &x [*x]", "stands inside what it names"),
        ("a.yaml", "[" * 100_000, "nest"),
        ("a.yaml", "- !!python/object/apply:os.system [ls]", "tags are not accepted"),
        ("a.yaml", "- {a: 1, a: 2}", "duplicate key 'a' at line 1"),
        ("a.yaml", "cases: {}", "the cases are a list"),
        ("a.yaml", "case: []", "case: at the top stands a list"),
        ("a.yaml", "defaults: {id: x}\ncases: []", "id is each case's own"),
        ("a.yaml", "- hello", "a case is a mapping"),
        ("a.yaml", "", "holds no case"),
        ("a.yaml", "x" * (9 << 20), "more than 8 MiB; write it as JSONL"),
        ("a.jsonl", "{", "line 1: not valid JSON"),
        ("a.jsonl", "[" * 100_000, "line 1: not valid JSON"),
        ("a.jsonl", '{"prompt": ' + "[" * 200 + "]" * 200 + "}", "nested more than 128"),
        ("a.jsonl", "\n\n", "holds no case"),
        ("a.csv", "prompt;answer\na;b\n", "separate them by commas"),
        ("a.csv", "prompt,prompt\na,b\n", "two columns called 'prompt'"),
        ("a.csv", "prompt,answer\na,b,c\n", "more cells than columns"),
        ("a.csv", 'prompt,facts\na,"[1"\n', "facts: not valid JSON"),
        ("a.csv", f'prompt,answer\n"{"x" * 200_000}",b\n', "is not CSV that can be used"),
        ("a.txt", "x", "give a .yaml, .jsonl or .csv file"),
        ("a b.jsonl", "x", "a task is named after its file"),
    ],
)
def test_hostile_and_broken_files(tmp_path, name, text, sentence) -> None:
    with pytest.raises(UserError) as raised:
        task_of(written(tmp_path, text, name))
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_names_are_taken_once(tmp_path) -> None:
    path = written(tmp_path, [{"prompt": "x", "answer": "y"}])
    with pytest.raises(UserError, match="another task or suite is called 'mine'"):
        cases_tasks([path], {"mine"})
    with pytest.raises(UserError, match="another task or suite is called 'mine'"):
        cases_tasks([path, path])
    with pytest.raises(UserError, match="there is no such file"):
        cases_tasks([tmp_path / "gone.yaml"])
    with pytest.raises(UserError, match="both an id"):
        cases_tasks([written(tmp_path, [{"prompt": "x", "answer": "y"}] * 2)])
    (tmp_path / "bytes.csv").write_bytes(b"prompt\n\xff")
    with pytest.raises(UserError, match="UTF-8"):
        cases_tasks([tmp_path / "bytes.csv"])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
                        ["prompt", "messages", "facts", "regex", "calls", "tools", "schema", "answer", "id", "tags", "name",
                         "role", "content", "instructions", "any_of", "together"]), inner, max_size=4), max_leaves=12))  # fmt: skip
def test_whatever_a_row_holds_it_is_a_case_or_a_sentence(tmp_path_factory, value) -> None:
    path = tmp_path_factory.mktemp("any") / "any.jsonl"
    path.write_text(json.dumps({"prompt": "x", "answer": "y", **value} if isinstance(value, dict) else value))
    try:
        task = task_of(path)
    except UserError:
        return
    for sample in task.samples(0):
        task.score(sample, Response("x", "some reply", "stop", answer="some reply"))


def test_rows_say_where_they_stand(tmp_path) -> None:
    places = [str(place) for place, _ in read_rows(written(tmp_path, '\n{"a": 1}\n{"a": 2}'))]
    assert places == [f"{tmp_path}/mine.jsonl, line 2", f"{tmp_path}/mine.jsonl, line 3"]
