"""What rows say without text: masks, labels and switches in names that are not known, and replies that could be another thing."""

import json
from pathlib import Path
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.finetuning.data.columns import Columns
from ifeval.finetuning.data.formats import LeftOut, Malformed, read_row
from ifeval.finetuning.data.mix import Source, load
from tests.sft.families import family
from tests.sft.test_encode import encoder
from tests.sft.test_forms import trained
from tests.sft.test_spellings import PAIR, A, Q, only


@pytest.mark.parametrize(
    "mark", [{"sample_weight": 0}, {"compute_loss": False}, {"loss_mask": 0}, {"is_masked": True}, {"learn": False}]
)
def test_more_spellings_of_a_mask(mark: dict[str, Any]) -> None:
    assert only({"messages": [Q, A | mark, Q, A]}).trained == [3]
    with pytest.raises(LeftOut):
        only(PAIR | mark)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (PAIR | {"train_on_inputs": True}, "train_on_inputs"),
        (PAIR | {"mask_history": True}, "mask_history"),
        ({"messages": [Q, A], "masks": [0, 1]}, "masks"),
        ({"messages": [Q, A | {"token_weights": [0.5]}]}, "token_weights (of a message)"),
        ({"conversation": [{"input": "Hi", "output": "Hello", "output_with_loss": False}]}, "output_with_loss (of a message)"),
        (PAIR | {"thumbs_up": False}, "thumbs_up"),
        (PAIR | {"is_rejected": True}, "is_rejected"),
    ],
)  # fmt: skip
def test_a_mask_or_a_label_that_nobody_reads_stops_the_run(tmp_path: Path, row: dict[str, Any], name: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(row))
    with pytest.raises(UserError, match="or a mask") as stopped:
        load([Source(file)])
    assert f"`{name}` ({file}:1)" in str(stopped.value)
    assert load([Source(file)], columns=Columns.said([name.partition(" ")[0]], [])).examples


def test_numbers_and_good_labels_are_no_masks() -> None:
    row = PAIR | {"score": 0.5, "tokens": 12, "is_correct": True, "rejected_by_filter": False, "turns_left": [1, 2]}
    assert read_row(row, "p", "s", Columns())[1] == []


def test_a_label_can_be_named() -> None:
    ((one,), lost) = read_row(PAIR | {"thumbs_up": False}, "p", "s", Columns.said([], ["thumbs_up=label"]))
    assert (one.desirable, lost) == (False, [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (PAIR | {"label": -1}, "`label` is -1"),
        ({"prompt": "Hi", "response": ["Hello", "Hey"]}, "2 replies"),
        ({"messages": [{"role": "system", "content": "One."}, Q, A], "system": "Two."}, "two system prompts"),
        ({"messages": [Q, {"role": "assistant", "channel": "analysis", "content": "hm"}]}, "no answer follows"),
        *(
            ({"messages": [{**Q, "content": f"{mark}What is it?"}, A]}, "only text is trained")
            for mark in ("<|image|>", "<|image_1|>", "<image_2>", "<|image_pad|>", "<start_of_image>")
        ),
    ],
)
def test_what_could_be_another_thing_is_refused(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        only(row)


def test_a_system_prompt_said_twice_is_said_once() -> None:
    example = only({"messages": [{"role": "system", "content": "One."}, Q, A], "system": "One."})
    assert [turn["content"] for turn in example.messages] == ["One.", "Hi", "Hello"]


@pytest.mark.parametrize(
    "messages",
    [
        [Q, {**A, "content": "hm\n</think>\n\nHello"}],
        [Q, {"role": "assistant", "channel": "analysis", "content": "hm"}, {**A, "channel": "final"}],
    ],
)
def test_reasoning_without_its_first_tag_and_in_a_channel(messages: list[dict[str, Any]]) -> None:
    assert only({"messages": messages}).messages[-1] == A | {"reasoning_content": "hm"}


def test_prose_about_a_tag_is_no_thought() -> None:
    assert only({"prompt": "Q", "completion": "Write </think> at the end."}).messages[-1]["content"][:5] == "Write"


@pytest.mark.parametrize("said", ["on", "off", "no"])
def test_a_switch_is_no_thought(said: str) -> None:
    row = {"input": [Q], "output": "Hello", "reasoning": said}
    assert list(only(row).messages) == [Q, A]


def test_calls_kept_as_text_become_calls() -> None:
    calls = [{"name": "f", "arguments": {"x": 1}}, {"name": "f", "arguments": {"x": 2}}]
    row = {"query": "Hi", "answers": json.dumps(calls), "tools": json.dumps([{"name": "f", "parameters": {}}])}
    qwen = encoder(family("qwen2.5"))
    (document,) = qwen.encode(only(row))
    assert trained(qwen, document) == [
        "\n".join(f'<tool_call>\n{{"name": "f", "arguments": {{"x": {n}}}}}\n</tool_call>' for n in (1, 2))
    ]
    other = row | {"tools": json.dumps([{"name": "g", "parameters": {}}])}
    assert "tool_calls" not in only(other).messages[-1]


def test_a_transcript_is_a_conversation() -> None:
    begin = "\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Hi\n\nAssistant: "
    example = only({"chosen": f"{begin}Hello", "rejected": f"{begin}Go"})
    assert list(example.messages) == [Q, {**A, "content": "Yes?"}, Q, A]
    assert example.rejected == {**A, "content": "Go"}


@pytest.mark.parametrize(
    "turns",
    [
        [{"human": "Hi", "assistant": "Hello"}],
        [{"role": "User", "content": [{"text": "Hi"}]}, {"role": "Chatbot", "content": "Hello"}],
    ],
)
def test_turns_by_speaker_and_parts_without_a_type(turns: list[dict[str, Any]]) -> None:
    assert list(only({"conversations": turns}).messages) == [Q, A]
