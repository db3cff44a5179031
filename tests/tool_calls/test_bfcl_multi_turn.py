"""BFCL's multi-turn back ends, runner and checker, against what the official ones answered."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ifeval.cli import app
from ifeval.errors import UserError
from ifeval.tool_calls.bfcl.data import MULTI_TURN
from ifeval.tool_calls.bfcl.multi_turn import (
    BACKENDS,
    MAX_STEPS,
    Environment,
    call_strings,
    judge_multi_turn_row,
    judge_turns,
    load_multi_turn,
    native_call_strings,
    progress,
)
from ifeval.tool_calls.bfcl.multi_turn.tree import Directory, File
from ifeval.util.jsonio import dumps, loads, read_jsonl
from tests.bfcl_data import bfcl_data  # noqa: F401 - a fixture

VERDICT = ("valid", "error_type", "turn", "class", "differs", "missing")


def shortened(value: Any) -> Any:
    """As the golden traces write long texts."""
    if not isinstance(value, str) or len(value) <= 1500:
        return value
    return {"sha256": hashlib.sha256(value.encode()).hexdigest(), "len": len(value)}


def listing(directory: Directory) -> dict[str, Any]:
    return {
        name: {"type": "file", "content": shortened(entry.content)}
        if isinstance(entry, File)
        else {"type": "directory", "contents": listing(entry)}
        for name, entry in directory.contents.items()
    }


def end_state(environment: Environment, name: str) -> Any:
    backend: Any = environment.backends[name]
    state = dict(environment.state()[name])
    if name == "GorillaFileSystem":
        state["root"] = {backend.root.name: {"type": "directory", "contents": listing(backend.root)}}
        state["_current_dir"] = backend._current_dir.name
    if name == "VehicleControlAPI":
        state |= {key: getattr(backend, key) for key in ("_parkingBrakeForce", "_slopeAngle", "_brakePedalForce")}
    if "generated_ids" in state:
        state["generated_ids"] = sorted(state["generated_ids"])
    return json.loads(json.dumps(state))


def test_every_golden_trace(golden):
    traces = list(read_jsonl(golden / "bfcl_multi_turn" / "golden_traces.jsonl"))
    for trace in traces:
        name = trace["backend"]
        environment = Environment([name], {name: trace["config"]}, trace["long_context"])
        where = (name, trace["n"], trace["config_of"])
        assert [shortened(environment.execute(call)) for call in trace["calls"]] == trace["results"], where
        assert end_state(environment, name) == trace["state"], where
    assert len(traces) == 843


def test_every_golden_row(golden, bfcl_data):  # noqa: F811
    rows = list(read_jsonl(golden / "bfcl_multi_turn" / "golden_checker.jsonl"))
    for number, row in enumerate(rows):
        judged = judge_multi_turn_row(bfcl_data, row, f"row {number}")
        found = {"valid": judged.valid, "error_type": judged.error_type, "turn": judged.turn, **judged.details}
        assert found == {key: row[key] for key in VERDICT if key in row}, (row["id"], row["variant"])
        assert judged.valid or judged.reason
    assert len(rows) == 1400


def test_replies_in_words_decode_as_the_official_decoder_reads_them(golden):
    rows = [row for row in read_jsonl(golden / "bfcl_multi_turn" / "golden_checker.jsonl") if "raw" in row]
    for row in rows:
        assert [[calls for text in turn if (calls := call_strings(text))] for turn in row["raw"]] == row["turns"]
    assert len(rows) == 80


def test_the_command_takes_multi_turn_rows(golden, bfcl_data, tmp_path):  # noqa: F811
    rows = list(read_jsonl(golden / "bfcl_multi_turn" / "golden_checker.jsonl"))[::25]
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"\n".join(dumps({key: row[key] for key in row if key not in VERDICT}) for row in rows))
    result = CliRunner().invoke(app, ["bfcl-check", str(file), "--data", str(bfcl_data)])
    assert result.exit_code == 0
    assert [loads(line) for line in result.stdout.splitlines()] == rows


def test_gold_passes_its_own_checker_and_never_fails_a_call(bfcl_data):  # noqa: F811
    for category in MULTI_TURN:
        entries = load_multi_turn(bfcl_data, category)
        assert len(entries) == 200
        for entry in list(entries.values())[::4]:
            assert judge_turns(entry, [[calls] if calls else [] for calls in entry.gold]).valid, entry.id


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"category": "base", "turns": []}, "'id' is missing"),
        ({"category": "base", "id": "multi_turn_base_0", "turns": [["ls()"]]}, "lists of call strings"),
        ({"category": "base", "id": "multi_turn_base_0", "raw": [[["ls()"]]]}, "texts"),
        ({"category": "base", "id": "none", "turns": []}, "no entry 'none'"),
        ({"category": "base", "id": ["none"], "turns": []}, r"no entry \"\['none'\]\""),
        ({"category": ["base"], "id": "none", "turns": []}, "FILE, row 1: .* is not a multi-turn category"),
        ({"category": "composite", "id": "none", "turns": []}, "FILE, row 1: .* is not a multi-turn category"),
    ],
)
def test_a_row_that_cannot_be_judged_is_named(bfcl_data, row, said):  # noqa: F811
    with pytest.raises(UserError, match=said):
        judge_multi_turn_row(bfcl_data, row, "FILE, row 1")


def test_functions_held_back_come_last_when_their_turn_comes(bfcl_data):  # noqa: F811
    entry = load_multi_turn(bfcl_data, "multi_turn_miss_func")["multi_turn_miss_func_0"]
    before, after = ([function["name"] for function in entry.offered(turn)] for turn in (2, 3))
    assert "sort" not in before
    assert after == [*before, "sort"]


def test_a_conversation_goes_on_by_replies_alone(bfcl_data):  # noqa: F811
    entry = load_multi_turn(bfcl_data, "multi_turn_base")["multi_turn_base_0"]
    replies: list[list[str]] = []
    for calls in entry.gold:
        reached = progress(entry, [*replies, calls])
        assert reached.results is not None
        assert len(reached.results) == len(calls)
        assert not reached.finished
        replies += [calls, []]
    reached = progress(entry, replies)
    assert reached.finished
    assert not reached.forced
    assert judge_turns(entry, reached.turns).valid


def test_one_step_too_many_stops_the_conversation_for_good(bfcl_data):  # noqa: F811
    entry = load_multi_turn(bfcl_data, "multi_turn_base")["multi_turn_base_0"]
    step = ["ls()"]
    assert not progress(entry, [step] * MAX_STEPS).finished
    reached = progress(entry, [step] * (MAX_STEPS + 5))
    assert reached.forced
    assert len(reached.turns[0]) == MAX_STEPS + 1
    assert judge_turns(entry, reached.turns).error_type == "multi_turn:force_terminated"


def run(name: str, *calls: str, config: dict[str, Any] | None = None) -> list[str]:
    environment = Environment([name], {name: config or {}})
    return [environment.execute(call) for call in calls]


def test_a_copied_directory_shares_its_files():
    *_, text = run(
        "GorillaFileSystem", "mkdir('d')", "cd('d')", "touch('a')", "cd('..')", "cp('d', 'e')", "cd('d')",
        "echo('new', 'a')", "cd('..')", "cd('e')", "cat('a')",
    )  # fmt: skip
    assert json.loads(text) == {"file_content": "new"}


def test_a_moved_file_does_not_share_its_text():
    *_, text = run(
        "GorillaFileSystem", "touch('a')", "echo('old', 'a')", "cp('a', 'b')", "echo('new', 'a')", "cat('b')"
    )
    assert json.loads(text) == {"file_content": "old"}


def test_a_directory_inside_itself_ends_in_an_answer():
    made = [*("mkdir('d')", "cp('d', 'd')"), "find()", "du()"]
    *_, found, used = run("GorillaFileSystem", *made)
    assert found.startswith("Error during execution")
    assert used.startswith("Error during execution")
    one, other = Environment(["GorillaFileSystem"], {}), Environment(["GorillaFileSystem"], {})
    for environment in (one, other):
        for call in made:
            environment.execute(call)
    assert one.state() == other.state()
    other.execute("touch('x')")
    assert one.state() != other.state()


def test_copies_of_copies_are_bounded():
    calls = ["mkdir('d')"] + [
        call for number in range(40) for call in (f"cp('d', 'e{number}')", f"mv('e{number}', 'd')")
    ]
    assert run("GorillaFileSystem", *calls, "find()")[-1] == "Error during execution: too many files and directories"


def test_results_as_arguments_are_copies_of_bounded_size():
    config = {"authenticated": True}
    calls = ["post_tweet('x')"] + ["mention(0, [get_tweet(0), get_tweet(0)])"] * 30
    last = run("TwitterAPI", *calls, "get_tweet(0)", config=config)
    assert len(last[-1]) < 200_000
    assert last[-2] == "Error during execution: a result longer than 50,000 as an argument"


@pytest.mark.parametrize(
    "call",
    [
        "power(base=10, exponent=10**9)", "add(a='x' * 10**9, b='')",
        "logarithm(value=7, base=3, precision=10**9)", "square_root(number=2, precision=10**9)", "(lambda: 0)()",
        "mean(numbers=[x for x in range(10)])", "__import__('os').getcwd()", "().__class__", "open('/etc/passwd')",
        "mean(numbers=" + "[" * 500 + "]" * 500 + ")", "mean(**{'numbers': [1]})", "9**9**9**9", "exec('1')",
    ],
)  # fmt: skip
def test_a_hostile_call_is_an_error_at_once(call):
    (answer,) = run("MathAPI", call)
    assert answer.startswith(("Error during execution", '{"error"'))


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("round_number(number=5, decimal_places=-10**12)", '{"result": 0}'),
        ("power(base=1, exponent=10**9)", '{"result": 1}'),
        ("logarithm(value='36.0', base=6.0, precision='4')", "{'result': mpf('2.0')}"),
        ("logarithm(7.3, 3, 1)", "{'result': mpf('1.812')}"),  # half to even, whichever mpmath is installed
    ],
)
def test_unusual_numbers_have_their_answer(call, answer):
    assert run("MathAPI", call) == [answer]


def test_native_calls_are_written_for_execution():
    calls = [("edit_ticket", {"ticket_id": 1, "updates": {}}), ("logout", {})]
    assert native_call_strings(calls) == ["edit_ticket(ticket_id=1,updates={})", "logout()"]
    assert call_strings("[edit_ticket(ticket_id=1, updates={})]") == []  # in prompt mode upstream trips on it


def test_a_conversation_has_a_limited_number_of_calls():
    answers = run("MathAPI", *["add(a=1, b=1)"] * 2001)
    assert answers[1999] == '{"result": 2}'
    assert answers[2000].startswith("Error during execution: too many calls")


CALLS = st.sampled_from(
    [name for made in BACKENDS.values() for name in made({})._functions()] + ["len", "print", "exit", ""]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CALLS, st.lists(VALUES, max_size=4)), max_size=12), st.booleans())
def test_any_call_has_an_answer_and_equal_calls_make_equal_states(calls, long_context):
    texts = [f"{name}({', '.join(map(repr, arguments))})" for name, arguments in calls]
    one, other = (Environment(BACKENDS, {}, long_context) for _ in range(2))
    assert [one.execute(text) for text in texts] == [other.execute(text) for text in texts]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_decodes_to_calls_or_to_none(text):
    assert all(isinstance(call, str) for call in call_strings(text))
