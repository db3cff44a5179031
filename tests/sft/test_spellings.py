"""Spellings of training data beyond the files that are kept: masks, columns, containers, and what is refused."""

import gzip
import json
import sys
from copy import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow
import pytest
from pyarrow import ipc

from ifeval.errors import UserError
from ifeval.finetuning.data.columns import Columns
from ifeval.finetuning.data.files import data_files, rows
from ifeval.finetuning.data.formats import Example, LeftOut, Malformed, read_row
from ifeval.finetuning.data.mix import Source, load, parse_source
from ifeval.finetuning.training.objective import token_weights
from tests.sft.families import family
from tests.sft.rows import examples_of
from tests.sft.test_encode import encoder
from tests.sft.test_forms import trained

Q, A = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}
PAIR = {"prompt": "Hi", "completion": "Hello"}


def only(row: Any) -> Example:
    (example,) = examples_of(row, "p", "s")
    return example


@pytest.mark.parametrize(
    ("row", "asked", "reply"),
    [
        (
            {"context": "C", "question": "Q", "answers": {"text": ["A"], "answer_start": [0]}, "title": "T"},
            "T\n\nC\n\nQ",
            "A",
        ),
        ({"Question": "Q", "Response": "A"}, "Q", "A"),
        ({"instruction": "I", "question": "Q", "output": "A"}, "I\n\nQ", "A"),
        ({"instruction": "Sum up.", "document": "D", "output": "A", "text": "Sum up.\nD\nA"}, "Sum up.\n\nD", "A"),
        ({"question": "Q", "choices": ["x", "y"], "answer": 1}, "Q\n\nA. x\nB. y", "B. y"),
        (
            {"question": "Q", "choices": {"text": ["x", "y"], "label": ["1", "2"]}, "answerKey": "2"},
            "Q\n\n1. x\n2. y",
            "2",
        ),
        ({"inputs": "Q", "targets": "A"}, "Q", "A"),
        ({"question": "3+4?", "answer": 7}, "3+4?", "7"),
        ({"prompt": "Q", "completion": {"town": "Velm"}}, "Q", '{"town":"Velm"}'),
        ([Q, A], "Hi", "Hello"),
        ({"messages": json.dumps([Q, A])}, "Hi", "Hello"),
        ({"messages": [Q], "response": "Hello"}, "Hi", "Hello"),
        ({"conversation": [{"input": "Hi", "output": "Hello"}]}, "Hi", "Hello"),
        ({"messages": [Q, {"role": "assistant", "content": None, "refusal": "No."}]}, "Hi", "No."),
        ({"messages": [{**Q, "content": [{"type": "input_text", "text": "Hi"}]}, A]}, "Hi", "Hello"),
    ],
)
def test_what_is_asked_and_answered(row: Any, asked: str, reply: str) -> None:
    (example,), lost = read_row(row, "p", "s", Columns())
    assert (example.prompt, example.messages[-1]["content"], lost) == (asked, reply, [])


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (PAIR | {"notes": "read me"}, "notes"),
        (
            PAIR
            | {
                "source": "A whole text of which nobody knows whether it is to be read, and it is long enough to matter"
            },
            "source",
        ),
        ({"messages": [Q, A], "context": "lost"}, "context"),
        ({"messages": [Q, {**A, "aside": "psst"}]}, "aside (of a message)"),
    ],
)
def test_text_that_nobody_reads_stops_the_run(tmp_path: Path, row: Any, column: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(row))
    with pytest.raises(UserError, match="Text would be lost") as stopped:
        load([Source(file)])
    assert f"`{column}` ({file}:1)" in str(stopped.value)
    if "message" not in column:
        assert load([Source(file)], columns=Columns.said([column], [])).examples


def test_labels_and_repetitions_are_no_text_that_is_lost() -> None:
    row = {
        "messages": [Q, A],
        "prompt": "Hi",
        "source": "flan v2",
        "id": "7",
        "score": 0.3,
        "meta": {"lang": "en"},
        "text": "Hi Hello",
    }
    assert read_row(row, "p", "s", Columns())[1] == []


def test_a_column_can_be_said_to_mean_something() -> None:
    columns = Columns.said(["notes"], ["passage text=context", "reply=response"])
    row = {"passage text": "P", "question": "Q", "reply": "A", "notes": "n"}
    ((example,), lost) = read_row(row, "p", "s", columns)
    assert (example.prompt, example.messages[-1]["content"], lost) == ("P\n\nQ", "A", [])
    with pytest.raises(UserError, match="--map a=b"):
        Columns.said([], ["a=b"])


@pytest.mark.parametrize(
    "mark",
    [{"train": False}, {"training": False}, {"loss": False}, {"masked": True}, {"mask": True}, {"weight": 0.0}, {"loss_scale": 0}, {"train": "false"},
     {"train_detail": [{"begin_offset": 0, "end_offset": 4, "train": False}]}],
)  # fmt: skip
def test_a_masked_turn_is_context(mark: dict[str, Any]) -> None:
    example = only({"messages": [Q, A | mark, Q, A]})
    assert example.trained == [3]
    with pytest.raises(LeftOut):
        only({"messages": [Q, A | mark]})


@pytest.mark.parametrize("row", [PAIR | {"weight": 0}, {"messages": [Q, A], "train": False}])
def test_a_row_can_say_that_it_is_not_trained(row: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(f"{json.dumps(row)}\n{json.dumps(PAIR)}\n")
    loaded = load([Source(file)])
    assert len(loaded.examples) == 1
    assert loaded.left_out == {("a.jsonl", "a row of weight 0"): 1}
    assert not loaded.problems


def test_replies_inside_a_prompt_are_context() -> None:
    assert only({"prompt": [Q, A, Q], "completion": [A]}).trained == [3]
    assert only({"prompt": [Q, A, Q], "chosen": [A], "rejected": [{**A, "content": "Go"}]}).messages[1]["weight"] == 0


def test_a_part_of_a_reply_can_be_left_untrained() -> None:
    detail = [{"begin_offset": 4, "end_offset": 9, "train": False}]
    example = only({"messages": [Q, {"role": "assistant", "content": "one WRONG two", "train_detail": detail}]})
    qwen = encoder(family("qwen2.5"))
    (document,) = qwen.encode(example)
    assert trained(qwen, document) == ["one", "two"]
    assert document.labels[-1] == qwen.end_id
    assert only(example.row()) == example


def test_weights_count() -> None:
    example = only({"messages": [Q, A | {"weight": 0.5}, Q, A], "weight": 2})
    (document,) = encoder(family("qwen2.5")).encode(example)
    half = document.trained // 2
    assert token_weights([[document]]).tolist() == [1.0] * half + [2.0] * half
    assert document.weight == 3 * half


@pytest.mark.parametrize("name", ["qwen2.5", "gemma", "mistral"])
def test_a_greeting_is_context_or_left_out(name: str) -> None:
    greeted = only({"messages": [{"role": "assistant", "content": "Welcome!"}, Q, A]})
    writer = encoder(family(name))
    (document,) = writer.encode(greeted)
    assert trained(writer, document) == ["Hello"]


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking", "inline", "column"])
def test_reasoning_in_all_spellings(key: str) -> None:
    if key == "inline":
        row: dict[str, Any] = {"messages": [Q, {**A, "content": "<think>\nhm\n</think>\n\nHello"}]}
    elif key == "column":
        row = PAIR | {"reasoning": "hm"}
    else:
        row = {"messages": [Q, A | {key: "hm"}]}
    assert only(row).messages[-1] == A | {"reasoning_content": "hm"}


def test_blocks_of_calls_and_results() -> None:
    use = {"type": "tool_use", "id": "t1", "name": "f", "input": {"x": 1}}
    back = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "done"}]}
    thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
    tools = [{"name": "f", "description": "d", "input_schema": {"type": "object"}}]
    messages = [Q, {"role": "assistant", "content": [thought, use]}, {"role": "user", "content": [back]}, A]
    example = only({"messages": messages, "tools": tools, "system": "S"})
    assert [message["role"] for message in example.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert example.messages[2]["reasoning_content"] == "hm"
    assert example.messages[3] == {"role": "tool", "content": "done", "tool_call_id": "t1"}
    assert example.tools is not None
    assert example.tools[0]["function"]["parameters"] == {"type": "object"}


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [Q, A], "rejected_response": "Go"},
        {"input": {"messages": [Q]}, "preferred_output": [A], "non_preferred_output": [{**A, "content": "Go"}]},
        {"prompt": [Q], "chosen": [A], "rejected": [{**A, "content": "Go"}]},
    ],
)
def test_pairs_in_other_spellings(row: Any) -> None:
    example = only(row)
    assert (example.prompt, example.messages[-1]["content"]) == ("Hi", "Hello")
    assert example.rejected == {**A, "content": "Go"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"messages": [{**Q, "content": "<image>\nWhat is it?"}, A], "images": ["a.png"]}, "`images`"),
        ({"messages": [{**Q, "content": "<image>\nWhat is it?"}, A]}, "<image>"),
        ({"messages": [{**Q, "content": [{"type": "image"}, {"type": "text", "text": "?"}]}, A]}, "'image'"),
        ({"question": "Q", "answer": "A", "response": "B"}, "could each be the reply"),
        (PAIR | {"label": "positive"}, "--ignore-column label"),
        ({"messages": [{**Q, "train": True}, A]}, "marked to be trained"),
        ({"messages": [Q, A | {"train": True, "weight": 0}]}, "contradict"),
    ],
)
def test_what_is_refused_by_name(row: Any, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        examples_of(row, "p", "s")


def test_markup_is_no_image() -> None:
    assert only({"prompt": "Close <image>", "completion": "<image>a</image>"} | {"prompt": "Hi"})


def containers(folder: Path) -> dict[str, Path]:
    """Two rows in every container."""
    made = [{"prompt": f"q {n}", "completion": f"a {n}"} for n in range(2)]
    lines = "".join(json.dumps(row) + "\n" for row in made).encode()
    table = pyarrow.Table.from_pylist(made)
    paths = {
        name: folder / name
        for name in (
            "a.tsv",
            "a.JSONL.GZ",
            "a.jsonl.zst",
            "b.jsonl",
            "c.jsonl",
            "d.json",
            "a.arrow",
            "b.arrow",
            "e.jsonl",
        )
    }
    paths["a.tsv"].write_text("prompt\tcompletion\nq 0\ta 0\nq 1\ta 1\n")
    paths["a.JSONL.GZ"].write_bytes(gzip.compress(lines))
    with pyarrow.CompressedOutputStream(str(paths["a.jsonl.zst"]), "zstd") as file:
        file.write(lines)
    paths["b.jsonl"].write_text(json.dumps(made))
    paths["c.jsonl"].write_bytes(b"\xef\xbb\xbf" + lines)
    paths["d.json"].write_text(json.dumps({"version": 1, "data": made}))
    with ipc.new_stream(str(paths["a.arrow"]), table.schema) as stream:
        stream.write_table(table)
    with ipc.new_file(str(paths["b.arrow"]), table.schema) as whole:
        whole.write_table(table)
    paths["e.jsonl"].write_bytes(lines.decode().encode("utf-16"))
    return paths


def test_every_container_holds_the_same_rows(tmp_path: Path) -> None:
    for name, path in containers(tmp_path).items():
        assert [row for _, row in rows(path)] == [{"prompt": f"q {n}", "completion": f"a {n}"} for n in range(2)], name


def test_folders_patterns_and_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps(PAIR) + "\n"
    for name in (
        "train-00000-of-00002.jsonl",
        "train-00001-of-00002.jsonl",
        "test-00000-of-00001.jsonl",
        "README.md",
        ".hidden.jsonl",
    ):
        (tmp_path / name).write_text(line)
    assert [file.name[:11] for file in data_files(tmp_path)] == ["train-00000", "train-00001"]
    assert load([parse_source(f"{tmp_path}:0.5")]).rows == {tmp_path.name: 2}
    assert load([parse_source(f"{tmp_path}/*.jsonl")]).rows == {"*.jsonl": 3}
    with pytest.raises(UserError, match="no file"):
        parse_source(f"{tmp_path}/*.csv")
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UserError, match="pip install datasets"):
        parse_source("nobody/nothing-at-all:1")
    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=lambda name, split: Fetched))
    Fetched.cache_files = [{"filename": str(tmp_path / "train-00000-of-00002.jsonl")}]
    assert load([parse_source("somebody/something")]).rows == {"something": 1}


class Fetched:
    """A data set of the hub, as `datasets` gives it."""

    cache_files: list[dict[str, str]]


def test_damaged_files_are_one_sentence(tmp_path: Path) -> None:
    cut = tmp_path / "a.jsonl.gz"
    cut.write_bytes(gzip.compress(b"{}" * 999)[:20])
    for path in (cut, tmp_path / "b.parquet", tmp_path / "c.arrow"):
        path.exists() or path.write_bytes(b"nothing of the kind")
        with pytest.raises(UserError, match=path.name):
            list(rows(path))


def test_tools_in_a_system_message_and_turns_of_calls() -> None:
    call = {"role": "tool_call", "content": json.dumps({"name": "f", "arguments": {}})}
    system = {"role": "system", "content": "S", "tools": [{"name": "f", "parameters": {}}]}
    example = only({"messages": [system, Q, call, {"role": "tool_response", "content": "r"}, A]})
    assert [turn["role"] for turn in example.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert example.tools is not None
    assert example.messages[2]["tool_calls"][0]["function"] == {"name": "f", "arguments": {}}


def test_a_role_that_is_masked_by_name() -> None:
    assert only({"conversations": [Q, A], "mask": "User", "type": "VALUE_TO_TEXT"}).trained == [1]
    with pytest.raises(Malformed, match="nothing to train"):
        only({"conversations": [Q, A], "mask": "Assistant"})


def test_labels_are_kept_and_unwanted_replies_are_not_imitated() -> None:
    examples = [only(PAIR | {"label": said}) for said in (True, False)]
    assert [only(one.row()).desirable for one in examples] == [True, False]
    encoded = encoder(family("qwen2.5")).encode_all(examples)
    assert (len(encoded.units), encoded.unwanted, encoded.dropped) == (1, 1, {})


def test_a_rows_own_template_arguments_reach_the_template() -> None:
    tokenizer = copy(family("qwen2.5"))
    tokenizer.chat_template = "{{ tone }}{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}"
    writer = encoder(tokenizer)
    (document,) = writer.encode(only(PAIR | {"chat_template_kwargs": {"tone": "kind: "}}))
    assert tokenizer.decode(document.ids) == "kind: Hi<|im_end|>Hello<|im_end|>"
    assert tokenizer.decode(writer.encode(only(PAIR))[0].ids) == "Hi<|im_end|>Hello<|im_end|>"
