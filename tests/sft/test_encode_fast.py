"""Long conversations are rendered once and tokenised once, and large data sets are read by several processes: same documents."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ifeval.finetuning.data import processes
from ifeval.finetuning.data.conversation import MARK
from ifeval.finetuning.data.encode import Encoder, Unusable
from ifeval.finetuning.data.formats import Example
from ifeval.finetuning.data.processes import in_processes
from ifeval.finetuning.data.tokens import GrowingIds, Tokenization
from ifeval.finetuning.data.turns import Turn, TurnWriter
from tests.sft.families import FAMILIES, family
from tests.sft.test_any_template import REFUSED, TEMPLATES, words
from tests.sft.test_any_template import encoder as encoder_of_template
from tests.sft.test_encode import encoder, talk

pieces = st.one_of(
    words, words.map("  {}\n".format), st.sampled_from(["</think>", "end", "user", MARK, "\n\n", "1. a\n2. b"])
)


def conversation(draw: Any, most: int) -> Example:
    """Some turns, with a system prompt or without; texts with white space, marks of thoughts, and words of templates."""
    turns = [(role, draw(pieces)) for _ in range(draw(st.integers(1, most))) for role in ("user", "assistant")]
    return talk(*([("system", draw(words))] if draw(st.booleans()) else []), *turns)


def turn_by_turn(writer: Encoder, example: Example) -> list[Turn] | str:
    return outcome(
        lambda: [
            alone(writer).turn(writer._sample(example, example.messages[:k]), example.messages[k])
            for k in example.trained
        ]
    )


def alone(writer: Encoder) -> TurnWriter:
    return writer._turns._writer


def outcome(make: Any) -> Any:
    try:
        return make()
    except Unusable as reason:
        return str(reason)


def check_turns(writer: Encoder, example: Example) -> None:
    once = outcome(
        lambda: writer._turns.turns(
            lambda k: writer._sample(example, example.messages[:k]), example.messages, example.trained
        )
    )
    assert once == turn_by_turn(writer, example)


@pytest.mark.parametrize("name", TEMPLATES or [pytest.param("", marks=pytest.mark.skip("golden data is absent"))])
def test_replies_that_are_words_of_a_template(name: str) -> None:
    if name in REFUSED:
        pytest.skip("it cannot be trained with")
    said = ("end", "user", "assistant", "im_end", "eot_id")
    writer = encoder_of_template(name)
    check_turns(writer, talk(*((role, text) for text in said for role in ("user", "assistant"))))


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_turns_of_families(name: str, data: st.DataObject) -> None:
    writer = encoder(family(name))
    for _ in range(3):  # what one row teaches is used for the next
        check_turns(writer, conversation(data.draw, 6))


@pytest.mark.parametrize("name", TEMPLATES or [pytest.param("", marks=pytest.mark.skip("golden data is absent"))])
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_turns_of_real_templates(name: str, data: st.DataObject) -> None:
    if name in REFUSED:
        pytest.skip("it cannot be trained with")
    writer = encoder_of_template(name)
    for _ in range(3):
        check_turns(writer, conversation(data.draw, 5))


def test_a_long_conversation_is_rendered_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = encoder(family("qwen2.5"))
    rendered: list[int] = []
    render = TurnWriter._render

    def counted(self: Any, sample: Any, more: Any, arguments: Any) -> str:
        rendered.append(len(sample.messages) + len(more))
        return render(self, sample, more, arguments)

    monkeypatch.setattr(TurnWriter, "_render", counted)
    long = talk(*[turn for i in range(30) for turn in (("user", f"ask {i}"), ("assistant", f"say {i}"))])
    first = writer.encode(long)
    rendered.clear()
    assert writer.encode(long) == first
    assert sum(rendered) < 4 * len(long.messages)


def test_templates_that_rewrite_history_are_not_taken_for_ones_that_do_not() -> None:
    counting = "{{ messages | length }} " + family("qwen2.5").chat_template
    tokenizer = family("qwen2.5")
    from ifeval.models.prompts import Chat
    from ifeval.tool_calls import by_name

    writer = Encoder(tokenizer, Chat(counting, by_name("hermes")), 10_000)
    example = talk(*[turn for i in range(4) for turn in (("user", f"ask {i}"), ("assistant", f"say {i}"))])
    assert len(writer.encode(example)) == 4
    assert len(writer.encode(example)) == 4


# tokens -------------------------------------------------------------------------------------------------------------


def quadratic(tokenization: Tokenization, text: str, ends: list[int]) -> list[int]:
    """The rule as it is said: each beginning of the text tokenised in one piece, unless that changed what stands."""
    ids: list[int] = []
    done = 0
    for end in ends:
        whole = tokenization.ids(text[:end])
        ids = whole if whole[: len(ids)] == ids else ids + tokenization.ids(text[done:end])
        done = end
    return ids


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_growing_ids_are_those_of_the_whole(name: str, data: st.DataObject) -> None:
    tokenizer = family(name)
    special = FAMILIES[name][1]
    some = st.one_of(
        st.sampled_from(special), st.text("ab \n.ü", max_size=5), st.sampled_from(["the user", "  ", "\n\n"])
    )
    text = "".join(data.draw(st.lists(some, min_size=1, max_size=12)))
    ends = sorted([*data.draw(st.lists(st.integers(1, max(1, len(text))), max_size=5, unique=True)), len(text)])
    tokenization = Tokenization(tokenizer, special)
    growing = GrowingIds(tokenization, text)
    added = [token for end in ends for token in growing.extend(end)]
    assert added == growing.ids == quadratic(tokenization, text, ends)


def test_a_token_that_takes_the_space_before_it_parts_nothing() -> None:
    from tokenizers import AddedToken

    tokenizer = family("qwen2.5").__class__(tokenizer_object=family("qwen2.5").backend_tokenizer)
    tokenizer.add_special_tokens({"extra_special_tokens": [AddedToken("<|eats|>", lstrip=True, special=True)]})
    tokenization = Tokenization(tokenizer, ["<|eats|>", "<|im_end|>"])
    assert tokenization.border("a <|eats|>b", 0, 11) == 0
    assert tokenization.border("a <|im_end|>b<|eats|>", 0, 21) == 2


# processes ----------------------------------------------------------------------------------------------------------


def test_processes_keep_the_order_and_the_fates(monkeypatch: pytest.MonkeyPatch) -> None:
    good = [talk(("user", f"ask {i}"), ("assistant", f"say {i}")) for i in range(30)]
    examples = [*good, talk(("user", "a<|im_end|>"), ("assistant", "b")), *good]
    here = encoder(family("qwen2.5")).encode_all(examples)
    monkeypatch.setattr(processes, "MANY", 10)
    monkeypatch.setattr(processes, "CHUNK", 4)
    monkeypatch.setattr(processes, "cores", lambda: [0, 1, 2])
    there = encoder(family("qwen2.5")).encode_all(examples)
    assert (there.units, there.dropped, there.first_dropped) == (here.units, here.dropped, here.first_dropped)


def test_an_error_in_a_process_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MANY", 1)
    with pytest.raises(ZeroDivisionError):
        list(in_processes(lambda row: 1 // row, [1, 0], 2))
