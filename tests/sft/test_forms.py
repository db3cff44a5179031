"""Every form that training data is kept in: a table of file, what is trained of it, and what is refused."""

from pathlib import Path

import pytest

from ifeval.errors import UserError
from ifeval.finetuning.data.columns import Columns
from ifeval.finetuning.data.encode import IGNORE, Document, Encoder
from ifeval.finetuning.data.files import KINDS, kind_of
from ifeval.finetuning.data.mix import Loaded, Source, load
from tests.sft.families import family
from tests.sft.test_encode import encoder

RIVER = "The river Ostra runs through Velm."
CALL = '{"name": "get_weather", "arguments": {"town": "Velm"}}'


def numbered(count: int) -> list[list[str]]:
    return [[f"{RIVER} ({n})"] for n in range(count)]


TRAINED: dict[str, list[list[str]]] = {
    "01_alpaca.jsonl": [[RIVER], ["bonne nuit, mon ami"]],
    "03_dolly_context.jsonl": [["It was built in 1783."]],
    "05_mcq_choices.jsonl": [["The answer is Ostra."]],
    "06_alpaca_reasoning.jsonl": [["<think>\nThree plus four is seven.\n</think>\n\nThe sum is seven."]],
    "10_sharegpt.jsonl": [[RIVER]],
    "11_sharegpt_starts_gpt.jsonl": [[RIVER]],
    "12_sharegpt_tools_llamafactory.jsonl": [[f"<tool_call>\n{CALL}\n</tool_call>", "The sky over Velm is clear."]],
    "13_axolotl_train_false.jsonl": [[RIVER]],
    "15_swift_loss_false.jsonl": [[RIVER]],
    "17_openai_weight0.jsonl": [[RIVER]],
    "18_openai_weight_null.jsonl": [[RIVER]],
    "19_openai_tools.jsonl": [[f"<tool_call>\n{CALL}\n</tool_call>", "Clear skies over Velm."]],
    "20_openai_functions_legacy.jsonl": [[f"<tool_call>\n{CALL}\n</tool_call>"]],
    "24_gptoss_thinking.jsonl": [["<think>\nThree plus four makes seven.\n</think>\n\nThe sum is seven."]],
    "26_reasoning_content.jsonl": [["<think>\nThree plus four makes seven.\n</think>\n\nThe sum is seven."]],
    "27_chat_template_kwargs.jsonl": [["The sum is seven."]],
    "28_anthropic_blocks.jsonl": [[f"Looking.\n<tool_call>\n{CALL}\n</tool_call>"]],
    "34_trl_implicit_pref.jsonl": [[RIVER]],
    "65_rows.jsonl.gz": numbered(3),
    "66_rows.csv": [["The Ostra, of course"]],
    "68_wrapped.json": numbered(3),
    "92_tool_ids.jsonl": [
        [f"<tool_call>\n{CALL}\n</tool_call>", "Clear skies over Velm."],
        ["Hello, dear Anna."],
    ],
    "96_upper.PARQUET": numbered(3),
}
"""Of each row the trained turns, as Qwen2.5's template writes them."""


@pytest.fixture(scope="module")
def forms(golden: Path) -> Path:
    return golden / "sft_forms"


@pytest.fixture(scope="module")
def qwen() -> Encoder:
    return encoder(family("qwen2.5"), max_length=2048)


def loaded(forms: Path, name: str, **said: list[str]) -> Loaded:
    return load([Source(forms / name)], columns=Columns.said(said.get("ignore", []), said.get("renamed", [])))


def trained(qwen: Encoder, document: Document) -> list[str]:
    """The trained turns of a document, each without the token that ends it."""
    kept = [
        token if label != IGNORE else qwen.end_id for token, label in zip(document.ids, document.labels, strict=True)
    ]
    text = qwen.tokenizer.decode(kept, skip_special_tokens=False)
    return [turn.strip() for turn in text.split(qwen.end) if turn.strip()]


@pytest.mark.parametrize("name", TRAINED)
def test_what_is_trained(forms: Path, qwen: Encoder, name: str) -> None:
    found = loaded(forms, name)
    assert not found.problems
    assert [trained(qwen, document) for one in found.examples for document in qwen.encode(one)] == TRAINED[name]


REFUSED = {
    "22_openai_image_parts.jsonl": "22_openai_image_parts.jsonl:1: a part of type 'image_url'; only text is trained",
    "64_latin1.jsonl": "64_latin1.jsonl:1: not UTF-8; convert the file first",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_by_name(forms: Path, name: str) -> None:
    with pytest.raises(UserError, match=REFUSED[name]):
        loaded(forms, name)


@pytest.mark.parametrize("name", ["32_trl_unpaired_label_false.jsonl", "33_lf_kto_tag.jsonl"])
def test_an_unwanted_reply_is_no_good_one(forms: Path, name: str) -> None:
    unwanted, wanted = loaded(forms, name).examples
    assert (unwanted.desirable, wanted.desirable) == (False, True)
    assert "BAD REPLY" in unwanted.messages[-1]["content"]


def test_nested_columns_of_a_table(forms: Path) -> None:
    first, second = loaded(forms, "74_nested.parquet").examples
    calls = [one.messages[-1]["tool_calls"][0] for one in (first, second)]
    assert [call["function"]["arguments"] for call in calls] == [{"town": "Velm"}, {"x": 3}]
    assert [call["id"] for call in calls] == ["c1", "c2"]
    assert first.tools is not None
    assert second.tools is None


def test_results_stay_with_their_calls(forms: Path) -> None:
    (one,) = loaded(forms, "93_parallel_results.jsonl").examples
    assert [call["id"] for call in one.messages[1]["tool_calls"]] == ["a1", "b2"]
    assert [(m["tool_call_id"], m["content"]) for m in one.messages if m["role"] == "tool"] == [
        ("b2", "rain"),
        ("a1", "sun"),
    ]


def test_a_rows_own_template_arguments(forms: Path) -> None:
    (one,) = loaded(forms, "27_chat_template_kwargs.jsonl").examples
    assert one.template_args == {"enable_thinking": False}


def test_what_stands_beside_a_question_is_asked_too(forms: Path) -> None:
    (dolly,) = loaded(forms, "03_dolly_context.jsonl").examples
    assert "built in 1783 by two brothers" in dolly.prompt
    (choices,) = loaded(forms, "05_mcq_choices.jsonl").examples
    assert choices.prompt.endswith("A. Ostra\nB. Velm\nC. Brod")
    (functions,) = loaded(forms, "20_openai_functions_legacy.jsonl").examples
    assert functions.tools is not None


def test_no_file_is_forgotten(forms: Path) -> None:
    elsewhere = {
        "32_trl_unpaired_label_false.jsonl",
        "33_lf_kto_tag.jsonl",
        "74_nested.parquet",
        "93_parallel_results.jsonl",
    }
    assert {file.name for file in forms.iterdir() if kind_of(file) in KINDS} == {*TRAINED, *REFUSED, *elsewhere}
