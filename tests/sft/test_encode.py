"""Masks: decoded labels are the assistant turns with their end-of-turn token, on five families of templates."""

import json
from collections import Counter
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.finetuning.data.encode import IGNORE, Document, Encoder, Unusable
from ifeval.finetuning.data.formats import Example
from ifeval.finetuning.data.mix import Source, load
from ifeval.finetuning.templates import CHATML, PLAIN, training_template
from ifeval.models.probe import profile_of
from ifeval.models.prompts import Chat, PromptWriter
from ifeval.records import Sample
from ifeval.tool_calls import by_name
from tests.sft.families import FAMILIES, family

END = {
    "smollm2": "<|im_end|>",
    "qwen2.5": "<|im_end|>",
    "llama3": "<|eot_id|>",
    "gemma": "<end_of_turn>",
    "mistral": "</s>",
}
TOOLS = ({"type": "function", "function": {"name": "weather", "description": "d", "parameters": {"type": "object"}}},)


def encoder(tokenizer: Any, max_length: int = 100_000) -> Encoder:
    template = tokenizer.chat_template
    return Encoder(tokenizer, Chat(template, by_name(profile_of(template).dialect)), max_length)


def talk(*turns: tuple[str, str], tools: Any = None) -> Example:
    return Example("f:1", "f", tuple({"role": role, "content": content} for role, content in turns), tools)


def trained_texts(tokenizer: Any, documents: list[Document]) -> list[str]:
    """The text of every run of trained positions."""
    runs: list[list[int]] = []
    for document in documents:
        before = IGNORE
        assert len(document.ids) == len(document.labels)
        for token, label in zip(document.ids, document.labels, strict=True):
            assert label in (IGNORE, token)
            if label != IGNORE:
                if before == IGNORE:
                    runs.append([])
                runs[-1].append(label)
            before = label
    return [tokenizer.decode(run, skip_special_tokens=False, clean_up_tokenization_spaces=False) for run in runs]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_turn_is_trained_with_its_end_and_nothing_else(name: str) -> None:
    tokenizer = family(name)
    example = talk(
        ("system", "Be kind."), ("user", "Hi"), ("assistant", "Hello, 日本!\n"), ("user", "\n2?"), ("assistant", "22")
    )
    texts = trained_texts(tokenizer, encoder(tokenizer).encode(example))
    assert [text.removesuffix(END[name]).strip() for text in texts] == ["Hello, 日本!", "22"]
    assert all(text.endswith(END[name]) for text in texts)


@pytest.mark.parametrize("name", FAMILIES)
def test_what_stands_before_a_reply_is_the_prompt_an_evaluation_sends(name: str) -> None:
    tokenizer = family(name)
    example = talk(("user", "What is it?"), ("assistant", "It is this."))
    (document,) = encoder(tokenizer).encode(example)
    chat = Chat(tokenizer.chat_template, by_name("hermes"))
    prompt = PromptWriter(tokenizer, chat).ids(Sample("x", list(example.messages[:1])))
    assert list(document.ids[: len(prompt)]) == prompt
    assert document.labels[len(prompt)] != IGNORE


def test_tool_calls_are_trained_as_the_dialect_writes_them() -> None:
    call = {"type": "function", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    for name in FAMILIES:
        tokenizer = family(name)
        turns = talk(
            ("user", "Weather?"), ("assistant", ""), ("tool", '{"sky": 1}'), ("assistant", "Grey."), tools=TOOLS
        )
        turns.messages[1]["tool_calls"] = [call]
        first, second = trained_texts(tokenizer, encoder(tokenizer).encode(turns))
        dialect = by_name(profile_of(tokenizer.chat_template).dialect)
        (read,) = dialect.parse(first.removesuffix(END[name]), TOOLS).calls
        assert (read.name, read.arguments) == ("weather", {"city": "Oslo"})
        assert second.removesuffix(END[name]).strip() == "Grey."


def test_history_that_a_template_rewrites_is_split_into_turns() -> None:
    tokenizer = family("mistral")
    example = talk(("system", "S"), ("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"))
    documents = encoder(tokenizer).encode(example)
    assert [tokenizer.decode(list(document.ids)) for document in documents] == [
        "<s>[INST] S\n\na[/INST] b</s>",
        "<s>[INST] a[/INST] b</s>[INST] S\n\nc[/INST] d</s>",
    ]
    assert trained_texts(tokenizer, documents) == [" b</s>", " d</s>"]
    assert encoder(tokenizer).encode_all([example]).split == 1


def test_turns_of_weight_zero_are_context_only() -> None:
    example = talk(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"))
    example.messages[1]["weight"] = 0
    tokenizer = family("qwen2.5")
    assert trained_texts(tokenizer, encoder(tokenizer).encode(example)) == ["d<|im_end|>"]


def test_reasoning_is_written_out_where_the_template_knows_none() -> None:
    example = talk(("user", "a"), ("assistant", "b"))
    example.messages[1]["reasoning_content"] = "hm"
    tokenizer = family("smollm2")
    assert trained_texts(tokenizer, encoder(tokenizer).encode(example)) == ["<think>\nhm\n</think>\n\nb<|im_end|>"]


def test_long_conversations_keep_the_turns_that_fit() -> None:
    tokenizer = family("qwen2.5")
    example = talk(("user", "a"), ("assistant", "b"), ("user", "c" * 500), ("assistant", "d"))
    (document,) = encoder(tokenizer, 200).encode(example)
    assert document.shortened
    assert trained_texts(tokenizer, [document]) == ["b<|im_end|>"]
    with pytest.raises(Unusable, match="longer than 20 tokens"):
        encoder(tokenizer, 20).encode(example)


@pytest.mark.parametrize("place", ["user", "assistant"])
def test_control_tokens_in_the_text_are_refused(place: str) -> None:
    text = {"user": "a", "assistant": "b"} | {place: "x<|im_end|>y"}
    with pytest.raises(Unusable, match="control tokens"):
        encoder(family("qwen2.5")).encode(talk(*text.items()))


def test_a_reply_of_white_space_is_left_out() -> None:
    with pytest.raises(Unusable, match="without words"):
        encoder(family("smollm2")).encode(talk(("user", "a"), ("assistant", "\n\n")))


def test_a_template_that_drops_a_reply_is_noticed() -> None:
    tokenizer = family("qwen2.5")
    blind = tokenizer.chat_template.replace("{% if m.content %}{{ '\n' + m.content }}{% endif %}", "")
    assert blind != tokenizer.chat_template
    example = talk(("user", "a"), ("assistant", "I will look."), tools=TOOLS)
    example.messages[1]["tool_calls"] = [{"type": "function", "function": {"name": "weather", "arguments": {}}}]
    with pytest.raises(Unusable, match="leaves out part of a reply"):
        Encoder(tokenizer, Chat(blind, by_name("hermes")), 1000).encode(example)


def test_drops_are_counted_and_none_left_is_refused() -> None:
    good, bad = talk(("user", "a"), ("assistant", "b")), talk(("user", "a"), ("user", "b"), ("assistant", "c"))
    encoded = encoder(family("gemma")).encode_all([good, bad])
    assert (len(encoded.documents), encoded.dropped) == (
        1,
        {"the chat template refuses the conversation: roles must alternate": 1},
    )
    with pytest.raises(UserError, match="No row can be trained on: 1 x the chat template refuses"):
        encoder(family("gemma")).encode_all([bad])


def test_surrogates_and_nuls_survive() -> None:
    tokenizer = family("llama3")
    (text,) = trained_texts(tokenizer, encoder(tokenizer).encode(talk(("user", "\ud800"), ("assistant", "a\0\udfffb"))))
    assert text == "a\0?b<|eot_id|>"


def test_base_models_get_a_template_that_ends_its_turns() -> None:
    chatml, plain = family("qwen2.5"), family("mistral")
    assert training_template(chatml) == chatml.chat_template
    assert training_template(chatml, "plain") == PLAIN
    bare = type("Bare", (), {"chat_template": None, "get_vocab": chatml.get_vocab})
    assert training_template(bare) == CHATML
    with pytest.raises(UserError, match="use plain"):
        training_template(plain, "chatml")
    with pytest.raises(UserError, match="a file that can be read"):
        training_template(plain, "nowhere.jinja")
    example = talk(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"))
    (document,) = Encoder(plain, Chat(PLAIN, by_name("hermes")), 999).encode(example)
    assert plain.decode(list(document.ids)) == "<s>User: a\n\nAssistant: b</s>\n\nUser: c\n\nAssistant: d</s>"
    assert trained_texts(plain, [document]) == [" b</s>", " d</s>"]


def test_a_template_without_an_end_gets_the_tokenizers_or_is_refused() -> None:
    template = "{% for m in messages %}{{ m.content }}\n{% endfor %}"
    (document,) = Encoder(family("gemma"), Chat(template, by_name("hermes")), 999).encode(
        talk(("user", "a"), ("assistant", "b"))
    )
    assert trained_texts(family("gemma"), [document]) == ["b<eos>"]
    endless = copy(family("gemma"))
    endless.eos_token = None
    with pytest.raises(UserError, match="teach the model to stop"):
        Encoder(endless, Chat(template, by_name("hermes")), 999)
    with pytest.raises(UserError, match="two BOS"):
        Encoder(family("gemma"), Chat("{{ bos_token }}{{ bos_token }}" + template, by_name("hermes")), 999)


# every file of real data, every template -----------------------------------------------------------------------------


def check_replies(name: str, tokenizer: Any, example: Example, documents: list[Document]) -> None:
    texts = trained_texts(tokenizer, documents)
    assert len(texts) == len(example.replies), example.place
    for text, reply in zip(texts, example.replies, strict=True):
        assert text.endswith(END[name])
        text = text.removesuffix(END[name])
        if reply.get("tool_calls"):
            parsed = by_name(profile_of(tokenizer.chat_template).dialect).parse(
                text.rpartition("</think>")[2], example.tools
            )
            wanted = [(call["function"]["name"], call["function"]["arguments"]) for call in reply["tool_calls"]]
            assert [(call.name, dict(call.arguments)) for call in parsed.calls] == wanted
        elif reasoning := reply.get("reasoning_content"):
            assert text.strip() == f"<think>\n{reasoning.strip()}\n</think>\n\n{reply['content']}".strip()
        else:
            assert text.strip() == reply["content"].strip()


CANNOT = {  # these templates write one call a turn, or no prose beside a call
    "llama3": "llamafactory_reason_tool_use_demo_50.jsonl",
    "mistral": "llamafactory_reason_tool_use_demo_50.jsonl",
}


@pytest.mark.parametrize("name", FAMILIES)
def test_real_files_decode_to_their_replies(golden: Path, name: str) -> None:
    tokenizer = family(name)
    writer = encoder(tokenizer)
    dropped: Counter[str] = Counter()
    for file in sorted((golden / "train").iterdir()):
        for example in load([Source(file)]).examples[::15]:
            try:
                documents = writer.encode(example)
            except Unusable:
                dropped[file.name] += 1
            else:
                check_replies(name, tokenizer, example, documents)
    assert set(dropped) <= {CANNOT.get(name)}


@pytest.mark.engine
def test_smollm2_own_tokenizer(golden: Path) -> None:
    from transformers import AutoTokenizer

    model = Path(__file__).parents[2] / "models" / "smollm2-135m-instruct"
    if not model.is_dir():
        pytest.skip("make model")
    tokenizer = AutoTokenizer.from_pretrained(model)
    writer = encoder(tokenizer)
    for file in sorted((golden / "train").iterdir()):
        for example in load([Source(file)]).examples:
            check_replies("smollm2", tokenizer, example, writer.encode(example))


def test_split_tokenisation_never_changes_what_stands(golden: Path) -> None:
    """Every document's ids, read as text, are the conversation as the template writes it."""
    tokenizer = family("llama3")
    for example in load([Source(golden / "train" / "llamafactory_v1_sft_demo.jsonl")]).examples[:50]:
        (document,) = encoder(tokenizer).encode(example)
        text = tokenizer.apply_chat_template(list(example.messages), tokenize=False)
        assert tokenizer.decode(list(document.ids)) == text, json.dumps(example.messages)
