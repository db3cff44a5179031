"""Every form of instruction data to one; bad rows named; mixing by weight."""

import contextlib
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.errors import UserError
from ifeval.finetuning.data.files import rows
from ifeval.finetuning.data.formats import Example, Malformed
from ifeval.finetuning.data.mix import Source, load, mix, parse_source
from tests.sft.rows import examples_of

TOOL = {"name": "weather", "description": "the weather", "parameters": {"type": "object", "properties": {}}}
CALL = {"name": "weather", "arguments": {"city": "Oslo"}}
IN_SHAPE = {"type": "function", "function": CALL}


def only(row: object) -> Example:
    (example,) = examples_of(row, "f.jsonl:1", "f.jsonl")
    return example


def turns(row: object) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in only(row).messages]


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]},
        {"instruction": "Hi", "input": "", "output": "Hello"},
        {"instruction": "Hi", "instances": [{"input": "", "output": "Hello"}]},
        {"prompt": "Hi", "completion": "Hello"},
        {"question": "Hi", "answer": "Hello"},
        {"prompt": [{"role": "user", "content": "Hi"}], "completion": [{"role": "assistant", "content": "Hello"}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
                {"role": "assistant", "content": [{"type": "text", "value": "Hel"}, {"type": "text", "value": "lo"}]},
            ]
        },
    ],
)
def test_every_form_becomes_the_same_conversation(row: object) -> None:
    assert turns(row) == [("user", "Hi"), ("assistant", "Hello")]


def test_alpaca_input_system_and_history() -> None:
    row = {"instruction": "Translate", "input": "hund", "output": "dog", "system": "S", "history": [["a", "b"]]}
    assert turns(row) == [
        *(("system", "S"), ("user", "a"), ("assistant", "b")),
        *(("user", "Translate\n\nhund"), ("assistant", "dog")),
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"system": "S", "prompt": "Hi", "completion": "Hello"},
        {"system_prompt": "S", "question": "Hi", "response": "Hello"},
        {"system": "S", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]},
        {"system": "S", "prompt": "Hi", "chosen": "Hello", "rejected": "Go"},
        {
            "system": "S",
            "chosen": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
            "rejected": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Go"}],
        },
    ],
)
def test_a_system_prompt_may_stand_beside_each_form(row: object) -> None:
    assert turns(row) == [("system", "S"), ("user", "Hi"), ("assistant", "Hello")]


def test_a_legacy_function_call_is_a_call() -> None:
    call = {"name": "weather", "arguments": '{"city": "Oslo"}'}
    turn = {"role": "assistant", "content": None, "function_call": call}
    assert only({"messages": [{"role": "user", "content": "?"}, turn]}).messages[1]["tool_calls"] == [IN_SHAPE]


def test_self_instruct_gives_one_example_an_instance() -> None:
    row = {"instruction": "Add", "instances": [{"input": "1+1", "output": "2"}, {"input": "2+2", "output": "4"}]}
    assert [example.prompt for example in examples_of(row, "p", "s")] == ["Add\n\n1+1", "Add\n\n2+2"]


def test_sharegpt_calls_and_results() -> None:
    example = only(
        {
            "conversations": [
                {"from": "human", "value": "Weather?"},
                {"from": "function_call", "value": json.dumps(CALL)},
                {"from": "observation", "value": '{"sky": "grey"}'},
                {"from": "gpt", "value": "Grey."},
            ],
            "tools": json.dumps([TOOL]),
        }
    )
    assert [message["role"] for message in example.messages] == ["user", "assistant", "tool", "assistant"]
    assert example.messages[1]["tool_calls"] == [IN_SHAPE]
    assert example.tools == ({"type": "function", "function": TOOL},)


def test_openai_calls_have_their_arguments_read() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    row = {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": None, "tool_calls": [call]}]}
    assert only(row).messages[1] == {"role": "assistant", "content": "", "tool_calls": [{"id": "1", **IN_SHAPE}]}


def test_reasoning_and_weights_are_kept() -> None:
    parts = [{"type": "reasoning", "value": "hm"}, {"type": "text", "value": "yes"}]
    row = {
        "messages": [
            {"role": "user", "content": "a", "loss_weight": 0.0},
            {"role": "assistant", "content": "b", "loss_weight": 0.0},
            {"role": "user", "content": "c"},
            {"role": "assistant", "content": parts, "loss_weight": 1.0},
        ]
    }
    example = only(row)
    assert example.messages[1]["weight"] == 0
    assert example.replies == [{"role": "assistant", "content": "yes", "reasoning_content": "hm"}]


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "Q", "chosen": "good", "rejected": "bad"},
        {"instruction": "Q", "input": "", "output": "good", "chosen": "good", "rejected": "bad"},
        {
            "conversations": [{"from": "human", "value": "Q"}],
            "chosen": {"from": "gpt", "value": "good"},
            "rejected": {"from": "gpt", "value": "bad"},
        },
        {
            "prompt": "Q",
            "chosen": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "good"}],
            "rejected": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "bad"}],
        },
    ],
)
def test_preference_pairs_are_recognised(row: object) -> None:
    assert turns(row) == [("user", "Q"), ("assistant", "good")]
    assert only(row).rejected == {"role": "assistant", "content": "bad"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "expected an object"),
        ({"text": "x"}, "no known form"),
        ({"instruction": "x"}, "without `output`"),
        ({"instruction": "x", "output": True}, "bool, expected a string"),
        ({"instruction": "x", "output": " "}, "blank assistant turn"),
        ({"instruction": "x", "instances": []}, "`instances`"),
        ({"messages": "x"}, "not valid JSON"),
        ({"messages": "1"}, "must be a list"),
        ({"messages": [{"role": "user", "content": "x"}]}, "no assistant turn"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "unknown role 'wizard'"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "unknown role"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "type 'image_url'|NoneType"),
        ({"prompt": "x", "completion": "y", "tools": "[oops"}, "`tools` is not valid JSON"),
        ({"prompt": "x", "completion": [{"role": "assistant", "content": "y", "weight": -0.5}]}, "`weight` of -0.5"),
        ({"prompt": "x", "completion": [{"role": "assistant", "content": "y", "weight": 0}]}, "has weight 0"),
        ({"conversations": [{"from": "human", "value": "x"}, {"from": "function_call", "value": "{"}]}, "not valid"),
        ({"prompt": "x", "chosen": [{"role": "user", "content": "a"}], "rejected": "b"}, "differ|no assistant"),
    ],
)
def test_malformed_rows_say_what_is_wrong(row: object, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        examples_of(row, "p", "s")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["messages", "conversations", "instruction", "instances", "prompt", "completion", "chosen", "rejected", "tools"]


odd_messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "function_call", "wizard"])},
        optional=dict.fromkeys(["content", "value", "tool_calls", "function_call", "weight", "name"], json_values),
    ),
    max_size=3,
)


@given(odd_messages, json_values)
def test_any_message_is_read_or_refused(messages: list[object], history: object) -> None:
    for row in ({"messages": messages}, {"instruction": "x", "output": "y", "history": history, "tools": history}):
        with contextlib.suppress(Malformed):
            examples_of(row, "p", "s")


@given(st.dictionaries(st.sampled_from([*KEYS, "input", "output", "system", "history"]), json_values, max_size=6))
def test_any_row_is_read_or_refused(row: dict[str, object]) -> None:
    with contextlib.suppress(Malformed):
        assert all(example.replies for example in examples_of(row, "p", "s"))


def write(path: Path, *values: object) -> Path:
    path.write_text("".join(value if isinstance(value, str) else json.dumps(value) + "\n" for value in values))
    return path


def pair(n: int) -> dict[str, str]:
    return {"prompt": f"question {n}", "completion": f"answer {n}"}


def test_bad_rows_are_named_and_too_many_stop(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", pair(0), "{oops\n", "\n", {"text": "x"}, *map(pair, range(3)))
    with pytest.raises(UserError, match=r"2 of 6 rows .*a\.jsonl:2: not valid JSON.*a\.jsonl:4: no known form"):
        load([Source(path)])
    loaded = load([Source(path)], most_bad=0.5)
    assert [problem.place for problem in loaded.problems] == [f"{path}:2", f"{path}:4"]
    assert loaded.rows == {"a.jsonl": 6}
    assert [example.place for example in loaded.examples][:2] == [f"{path}:1", f"{path}:5"]


def test_an_array_names_the_line_of_each_row(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([pair(0), pair(1)], indent=1))
    assert [line for line, _ in rows(path)] == [2, 6]
    path.write_text('[\n{"a": 1},\n{"b" 2}]')
    with pytest.raises(UserError, match="line 3"):
        list(rows(path))


def test_parquet_leaks_no_nulls(tmp_path: Path) -> None:
    import pandas as pd

    message = [{"role": "user", "content": "x", "tool_calls": None}, {"role": "assistant", "content": "y"}]
    calling = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "", "tool_calls": [IN_SHAPE]}]
    path = tmp_path / "a.parquet"
    pd.DataFrame({"messages": [message, calling]}).to_parquet(path)
    first, second = load([Source(path)]).examples
    assert first.messages == ({"role": "user", "content": "x"}, {"role": "assistant", "content": "y"})
    assert second.messages[1]["tool_calls"] == [IN_SHAPE]


def test_sources_and_their_mistakes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", pair(0))
    assert parse_source(str(path)) == Source(path)
    assert parse_source(f"{path}:0.7") == Source(path, 0.7)
    for text, reason in ((f"{path}:x", "not a number"), (f"{path}:-1", "positive"), ("none.jsonl", "no file")):
        with pytest.raises(UserError, match=reason):
            parse_source(text)
    with pytest.raises(UserError, match="given twice"):
        load([Source(path), Source(path)])
    with pytest.raises(UserError, match="no row"):
        load([Source(write(tmp_path / "empty.jsonl"))])


def examples(source: str, n: int) -> list[Example]:
    return [Example(f"{source}:{i}", source, ({"role": "user", "content": str(i)},)) for i in range(n)]


def test_mixing_has_the_shares_and_is_seeded() -> None:
    both = examples("a", 70) + examples("b", 30)
    mixed = mix(both, {"a": 1, "b": 1}, seed=3)
    assert Counter(example.source for example in mixed) == {"a": 50, "b": 50}
    assert max(Counter(example.place for example in mixed).values()) == 2
    assert mixed == mix(both, {"a": 1, "b": 1}, seed=3)
    assert mixed != mix(both, {"a": 1, "b": 1}, seed=4)
    assert mix(both, {"a": None, "b": None}, seed=3) == both


def test_mixing_caps_repeats_and_wants_all_weights() -> None:
    both = examples("a", 100) + examples("b", 5)
    mixed = mix(both, {"a": 1, "b": 1}, seed=0, most_repeats=4)
    assert Counter(example.source for example in mixed) == {"a": 52, "b": 20}
    with pytest.raises(UserError, match="b has no weight"):
        mix(both, {"a": 1, "b": None}, seed=0)


GOLDEN_ROWS = {
    "llamafactory_dpo_en_demo.json": (300, 300),
    "llamafactory_glaive_toolcall_en_demo.json": (300, 300),
    "llamafactory_reason_tool_use_demo_50.jsonl": (50, 50),
    "llamafactory_v1_sft_demo.jsonl": (500, 500),
    "rasbt_instruction_data_1100.json": (1100, 1100),
    "rasbt_instruction_data_with_preference.json": (1100, 1100),
    "self_instruct_seed_tasks.jsonl": (175, 175),
    "self_instruct_user_oriented_252.jsonl": (252, 252),
}


@pytest.mark.parametrize("name", GOLDEN_ROWS)
def test_real_files_are_read_whole(golden: Path, name: str) -> None:
    loaded = load([Source(golden / "train" / name)])
    assert not loaded.problems
    assert (sum(loaded.rows.values()), len(loaded.examples)) == GOLDEN_ROWS[name]
    assert all(example.rejected for example in loaded.examples) == ("preference" in name or "dpo" in name)
