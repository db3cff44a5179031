"""Documents read out of replies, in every format, and compared; hostile replies end in a verdict, soon."""

import doctest
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.records import Response, Score
from ifeval.structured import (
    Rules,
    Wanted,
    differences,
    judge,
    read_csv,
    read_json,
    read_markdown,
    read_toml,
    read_xml,
    read_yaml,
)
from ifeval.structured.decoding import contrast
from ifeval.structured.schema.validator import MAX_DEPTH
from ifeval.task import Row

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
READERS = (
    read_json,
    read_yaml,
    read_toml,
    read_markdown,
    lambda reply: read_csv(reply, ["a", "b"]),
    lambda reply: read_xml(reply, XML),
)
XML = {
    "title": "r",
    "type": "object",
    "properties": {
        "n": {"type": "number"},
        "ok": {"type": "boolean"},
        "rows": {"type": "array", "items": {"type": "string"}},
        "inner": {"type": "object", "properties": {"n": {"type": "integer"}}},
    },
}
CONTAINERS = st.lists(JSON, max_size=4) | st.dictionaries(st.text(), JSON, max_size=4)


@settings(max_examples=50)
@given(JSON)
def test_a_whole_json_reply_reads_back(value: Any) -> None:
    parsed = read_json(f"\n {json.dumps(value)} ")
    assert (parsed.error, parsed.place) == (None, "whole")
    assert list(differences(parsed.value, value)) == []


@settings(max_examples=50)
@given(CONTAINERS, st.sampled_from(["", "json"]))
def test_fenced_json_reads_back(value: Any, label: str) -> None:
    parsed = read_json(f"Here it is:\n```{label}\n{json.dumps(value, indent=1)}\n```\nAnything else?")
    assert (parsed.value, parsed.place) == (value, "fenced")


@settings(max_examples=50)
@given(CONTAINERS)
def test_json_in_prose_reads_back(value: Any) -> None:
    parsed = read_json(f"Sure {{as asked}}: {json.dumps(value)} It's [done]!")
    assert (parsed.value, parsed.place) == (value, "embedded")


@given(st.text())
def test_readers_never_raise(text: str) -> None:
    for wrap in ("{}", "[{}", '{{"a": {}', "```\n{}", "a: {}", "|{}|\n|-|", "a = {}", "<r>{}</r>", "<r><n>{}</n></r>"):
        for read in READERS:
            read(wrap.format(text))


@given(st.text(alphabet='{}[]":,\\ \n`|-&*!><=./ran1'))
def test_readers_never_raise_on_syntax(text: str) -> None:
    for read in READERS:
        assert read(text).error is None or read(text).value is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the reply is empty"),
        ("I would rather not.", "not JSON: Expecting value at line 1, column 1"),
        ('{"a": 1, "a": 2}', "not JSON: duplicate key 'a'"),
        ('{"a": NaN}', "not JSON: NaN is not a JSON number"),
        ("[-Infinity]", "not JSON: -Infinity is not a JSON number"),
        ("[1e999]", "not JSON: 1e999 is out of range"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), f"nested more than {MAX_DEPTH} levels deep"),
        ("[" * 10_000 + "]" * 10_000, f"nested more than {MAX_DEPTH} levels deep"),
        ("{'a': 1}", "not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ('```json\n{"a": 1,}\n```', "not JSON: Illegal trailing comma before end of object at line 1, column 8"),
    ],
)
def test_what_is_not_json(text: str, error: str) -> None:
    found = read_json(text).error
    assert found is not None
    # the wording of a trailing comma differs between Python versions
    assert found == error or "trailing comma" in error


def test_the_first_document_in_prose_counts() -> None:
    assert read_json('Use {name}. So: {"a": "}"} or {"a": 2}').value == {"a": "}"}
    assert read_json('{"rows": [{"a": 1}]').error == "not JSON: Expecting ',' delimiter at line 1, column 20"
    assert read_json('An [ is never closed, yet {"a": 1} is.').value == {"a": 1}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        "{" * 1_000_000,
        "{}x" * 50_000,
        '{"' * 50_000,
        '{"a":' * 200_000,
        "[" + '"' * 1_000_000,
        "{" + "\\" * 1_000_000,
        "```\n{\n" * 20_000,
        "|a" * 50_000,
        "- " * 20_000,
        "a: " * 33_000,
        "? " * 50_000,
        "{a: " * 25_000,
        "|a|\n|-|\n" * 20_000,
        '"' * 1_000_000,
        "a,b\n" * 20_000,
        "a." * 49_000 + "=1",
        "\n".join(f"k{number}." + "a." * 900 + "b=1" for number in range(50)),
        "a=[" * 30_000,
        "[a]\n" * 25_000,
        "[[a]]\n" * 16_000,
        "a=" + "1" * 90_000,
        "<r>" * 30_000 + "</r>",
        "<r>" + "<a/>" * 24_000 + "</r>",
        "<r>" + "&amp;" * 19_000 + "</r>",
        "<r><![CDATA[" + "]" * 90_000 + "</r>",
    ],
    ids=lambda text: repr(text[:8]),
)
def test_hostile_replies_take_linear_time(text: str) -> None:
    began = time.monotonic()
    for read in READERS:
        read(text)
    assert time.monotonic() - began < 15


def test_lone_surrogates_and_nuls_survive() -> None:
    assert read_json('{"a": "\ud800\\u0000"}').value == {"a": "\ud800\x00"}
    assert read_yaml("a: \ud800").error is not None
    assert read_yaml("a: \x00").error is not None
    assert read_csv("a\x00,\ud800", ["a", "b"]).value == [["a\x00", "\ud800"]]


def test_yaml_is_read_by_the_core_schema() -> None:
    text = "code: 007x\ndate: 2027-03-01\nanswer: no\nnothing: null\nyes: true\nsize: 1.5\ncount: -3\nid: '12'\nlist:\n- a\n- b: 1\n"
    assert read_yaml(f"```yaml\n{text}```").value == {
        "code": "007x", "date": "2027-03-01", "answer": "no", "nothing": None, "yes": True, "size": 1.5, "count": -3,
        "id": "12", "list": ["a", {"b": 1}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a: &x [1]\nb: *x", "anchors"),
        ("a: *x", "anchors"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("a: 1\na: 2", "duplicate key 'a'"),
        ("? [1]\n: 2", "not text"),
        ("just words", "plain text"),
        ('{"a": 1}', "block style"),
        ("a: 1\n---\nb: 2", "more than one document"),
        ("a: [1", "line"),
        ("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested"),
        ("a: 1e999", "out of range"),
        ("a: " + "x" * 200_000, "characters"),
    ],
)
def test_yaml_that_is_refused(text: str, error: str) -> None:
    assert error in (read_yaml(text).error or "")


def test_toml_is_read_as_json_values() -> None:
    text = 'day = 2027-03-01\nat = 16:30:00\nn = 1_000\nx = 1.5\nok = true\n[a.b]\nname = "x"\n[[rows]]\nk = 1\n[[rows]]\nk = 2\n'
    value = {"day": "2027-03-01", "at": "16:30:00", "n": 1000, "x": 1.5, "ok": True, "a": {"b": {"name": "x"}}}
    assert read_toml(text).value == {**value, "rows": [{"k": 1}, {"k": 2}]}
    assert read_toml(f"Here:\n```toml\n{text}```").place == "fenced"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the reply is empty"),
        ("a = 1\na = 2", "not TOML"),
        ("a = inf", "not a number"),
        ("a = nan", "not a number"),
        ("just words", "not TOML"),
        ("a" + ".a" * (MAX_DEPTH + 1) + " = 1", "nested"),
        ("a." * 2_000 + "a = 1", "dots"),
        ("a = " + "[" * 3_000 + "]" * 3_000, "nested"),
        ("a = '" + "x" * 200_000 + "'", "characters"),
    ],
)
def test_toml_that_is_refused(text: str, error: str) -> None:
    assert error in (read_toml(text).error or "")


def test_xml_is_shaped_by_its_schema() -> None:
    text = "<r>\n <n>1.50</n>\n <ok>true</ok>\n <rows><x>a &amp; b</x><x> 7 </x></rows>\n <inner><n>3</n></inner>\n</r>"
    value = {"n": 1.5, "ok": True, "rows": ["a & b", "7"], "inner": {"n": 3}}
    assert read_xml(text, XML).value == value
    assert read_xml(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', XML).place == "whole"
    assert read_xml(f"Here you are: {text} Done.", XML) == read_xml(f"Sure.{text}", XML)
    assert read_xml(f"```xml\n{text}\n```", XML).place == "fenced"
    assert read_xml("<r><n>one</n><more>x</more></r>", XML).value == {"n": "one", "more": "x"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "no element <r>"),
        ("<record><n>1</n></record>", "no element <r>"),
        ("<r><n>1</n>", "never closed"),
        ("<r><n>1</r>", "mismatched tag"),
        ('<r><n unit="kg">1</n></r>', "has attributes"),
        ("<r><n>1</n><n>2</n></r>", "comes twice"),
        ("<r>stray<n>1</n></r>", "text between"),
        ("<r><n>&who;</n></r>", "undefined entity"),
        ('<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><r><n>&b;</n></r>', "undefined entity"),
        ('<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><r><n>&f;</n></r>', "undefined entity"),
        ("<r>" * 200 + "</r>" * 200, "nested"),
        ("<r>" + "x" * 200_000 + "</r>", "characters"),
    ],
)
def test_xml_that_is_refused(text: str, error: str) -> None:
    assert error in (read_xml(text, XML).error or "")


def test_csv_finds_its_lines_in_prose() -> None:
    assert read_csv('Sure, this is the table:\na,b\n"x, y", 2\n\nDone.', ["a", "b"]).value == [
        ["a", "b"],
        ["x, y", "2"],
    ]
    assert read_csv("a,b\n1,2", ["a", "b"]).place == "whole"
    assert read_csv("```csv\na,b\n1,2\n```", ["a", "b"]).place == "fenced"
    assert read_csv("x,y\n1,2", ["a", "b"]).value == [["x", "y"], ["1", "2"]]
    assert read_csv("a,b", ["a", "b", "c"]).error == "no line with 3 comma-separated fields"


def test_markdown_tables() -> None:
    table = "| a | b |\n|:--|---:|\n| 1 | x \\| y |\n| | 2 |"
    assert read_markdown(table).value == [["a", "b"], ["1", "x | y"], ["", "2"]]
    assert read_markdown(f"Here:\n\n{table}\n\nDone.").place == "embedded"
    assert read_markdown("a | b\n--- | ---\n1 | 2").value == [["a", "b"], ["1", "2"]]
    assert read_markdown("| a | b |\n|---|---|\n| 1 |").error == "row 1 has 1 cells, the header 2"
    assert read_markdown("a | b").error == "no Markdown table"


@given(JSON)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert list(differences(value, json.loads(json.dumps(value)))) == []


@pytest.mark.parametrize(
    ("actual", "expected", "lines"),
    [
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}]}, ["$.a[1].b: 'x', wanted 'y'"]),
        ({"a": 1}, {"b": 1}, ["$.b is missing", "$.a was not asked for"]),
        ([1, 2], [1], ["$ has 2 items, wanted 1"]),
        (True, 1, ["$: True, wanted 1"]),
        (1.0, 1, []),
        ("1", 1, ["$: '1', wanted 1"]),
        (None, {}, ["$: None, wanted {}"]),
        (10**400, 1.5, [f"$: {str(10**400)[:57]}..., wanted 1.5"]),
        ([2, 1], [1, 2], ["$[0]: 2, wanted 1", "$[1]: 1, wanted 2"]),
    ],
)
def test_differences_name_the_place(actual: Any, expected: Any, lines: list[str]) -> None:
    assert list(differences(actual, expected)) == lines


def test_declared_leniency() -> None:
    rules = Rules(tolerance=0.01, unordered=frozenset({"$.rows[*].tags"}))
    wanted = {"rows": [{"tags": ["a", "b", "a"], "x": 1.0}]}
    assert not list(differences({"rows": [{"tags": ["b", "a", "a"], "x": 1.005}]}, wanted, rules))
    assert list(differences({"rows": [{"tags": ["b", "b", "a"], "x": 1.02}]}, wanted, rules)) == [
        "$.rows[0].tags lacks 'a'",
        "$.rows[0].x: 1.02, wanted 1.0",
    ]


SCHEMA = {"properties": {"n": {"type": "integer", "minimum": 0}}, "required": ["n"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("reply", "finish", "passed", "outcomes"),
    [
        ('{"n": 3}', "stop", [True, True, True], ["", "", ""]),
        ('It is {"n": 3}.', "stop", [True, True, True], ["", "", ""]),
        ('{"n": 4}', "stop", [True, True, False], ["", "", "wrong_value"]),
        ('{"n": 3.0}', "stop", [True, True, True], ["", "", ""]),
        ('{"n": "3"}', "stop", [True, False, False], ["", "invalid", "wrong_value"]),
        ("three", "stop", [False, False, False], ["unparsable"] * 3),
        (" ", "stop", [False, False, False], ["empty"] * 3),
        ('{"n": 3}', "length", [False, False, False], ["truncated"] * 3),
    ],
)
def test_three_questions_kept_apart(reply: str, finish: Any, passed: list[bool], outcomes: list[str]) -> None:
    verdicts, _ = judge(Response("k", reply, finish, answer=reply), Wanted("json", SCHEMA, {"n": 3}))
    assert [verdict.name for verdict in verdicts] == ["parses", "validates", "values"]
    assert [verdict.ok for verdict in verdicts] == passed
    assert [verdict.failure for verdict in verdicts] == outcomes


def test_decodings_are_paired_by_sample_and_repeat() -> None:
    def row(identity: str, correct: float, repeat: int = 0) -> Row:
        score = Score((), {"parses": 1.0, "correct": correct})
        return Row(identity, repeat, {}, Response("k", "", "stop"), score)

    rows = [row("a", 0.0), row("a#constrained", 1.0), row("b", 1.0), row("b#constrained", 0.0), row("c", 1.0)]
    rows += [row("a", 0.0, 1), row("a#constrained", 1.0, 1)]
    assert contrast(rows, ("parses", "correct"))["decoding"] == {
        "pairs": 3,
        "free": {"parses": 1.0, "correct": pytest.approx(1 / 3)},
        "constrained": {"parses": 1.0, "correct": pytest.approx(2 / 3)},
        "gained": 2,
        "lost": 1,
    }
    assert contrast(rows[-1:], ("correct",)) == {}


def test_the_examples_of_the_docs() -> None:
    page = Path(__file__).resolve().parents[1] / "docs" / "tasks-structured.md"
    failed, attempted = doctest.testfile(str(page), module_relative=False)
    assert (failed, attempted > 5) == (0, True)
