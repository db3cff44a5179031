"""Masks on every real template at hand: what is trained is each assistant turn with its end, and nothing else."""

import json
import string
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ifeval.errors import UserError
from ifeval.finetuning.data.encode import Encoder
from ifeval.models.probe import profile_of
from ifeval.models.prompts import Chat
from ifeval.models.thoughts import FRAMES
from ifeval.tool_calls import by_name
from tests.conftest import GOLDEN
from tests.sft.rows import examples_of
from tests.sft.test_encode import trained_texts
from tests.sft.tokenizers_of import tokenizer_of

FILE = GOLDEN / "chat" / "templates.jsonl"
TEMPLATES = {row["name"]: row for row in map(json.loads, FILE.open(encoding="utf-8"))} if FILE.is_file() else {}
REFUSED = {
    "lc-fireworks-ai-llama-3-firefunction-v2": "'functions' is undefined",
    "lc-llama-cpp-rwkv-world": "ends a reply with no special token",
}
HEADERS = ("all\n", "<|channel|>final<|message|>", " to=user<|message|>", "助手：", *FRAMES)
"""What some families write as a part of the reply ahead of its words."""

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city.",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "The city."},
                    "days": {"type": "integer", "description": "How many days."},
                },
                "required": ["city"],
            },
        },
    }
]
words = st.text(string.ascii_letters + "ß日 .,!?", min_size=4, max_size=12).map(lambda text: f"x{text.strip()}y")


@lru_cache(1)
def encoder(name: str) -> Encoder:
    row = TEMPLATES[name]
    tokenizer = tokenizer_of(row["template"], row["bos"] or "", row["eos"] or "", tuple(row["special_tokens"]))
    tokens = {key: row[key[:3]] for key in ("bos_token", "eos_token") if row[key[:3]]}
    profile = profile_of(row["template"], tokens, tuple(row["special_tokens"]))
    return Encoder(tokenizer, Chat(row["template"], by_name(profile.dialect), known=profile), 100_000)


def rows(draw: Any) -> list[dict[str, Any]]:
    """A plain row, one of several turns, one with a system prompt, one with a call and its result, one with reasoning."""
    asked = [f"{draw(words)} Q{turn}Q" for turn in range(3)]
    said = [f"{draw(words)} A{turn}A" for turn in range(3)]
    user = [{"role": "user", "content": text} for text in asked]
    reply = [{"role": "assistant", "content": text} for text in said]
    call = {"name": "get_weather", "arguments": json.dumps({"city": draw(words), "days": 3})}
    thought = {"reasoning_content": f"{draw(words)} T"}
    return [
        {"messages": [user[0], reply[0]]},
        {"messages": [message for pair in zip(user, reply, strict=True) for message in pair]},
        {"messages": [{"role": "system", "content": f"{draw(words)} S"}, user[0], reply[0], user[1], reply[1]]},
        {
            "messages": [
                user[0],
                {"role": "assistant", "content": "", "tool_calls": [{"id": "abc123XYZ", "function": call}]},
                {"role": "tool", "name": "get_weather", "content": f"{draw(words)} R", "tool_call_id": "abc123XYZ"},
                reply[0],
            ],
            "tools": TOOLS,
        },
        {"messages": [user[0], reply[0] | thought, user[1], reply[1] | thought]},
    ]


def check(name: str, writer: Encoder, row: dict[str, Any]) -> None:
    (example,) = examples_of(row, "f:1", "f")
    texts = trained_texts(writer.tokenizer, writer.encode(example))
    replies = [message for message in example.messages if message["role"] == "assistant"]
    assert len(texts) == len(replies)
    ends = {*TEMPLATES[name]["special_tokens"], TEMPLATES[name]["eos"], writer.end}
    marks = writer.chat.profile
    for text, reply in zip(texts, replies, strict=True):
        others = [m["content"].strip() for m in example.messages if m["role"] != "assistant"]
        assert not any(other in text for other in others), "what somebody else said is trained"
        if reply.get("tool_calls"):
            (called,) = writer.chat.dialect.parse(text, TOOLS).calls
            assert {"name": called.name, "arguments": called.arguments} == reply["tool_calls"][0]["function"]
            assert text.endswith(tuple(ends))
            continue
        before, found, after = text.partition(reply["content"].strip())
        assert found
        for token in ends:
            after = after.replace(token, "")
        assert not after.strip(), "something stands behind the end"
        if thought := reply.get("reasoning_content"):
            assert thought.strip() in before
            before = before.replace(thought.strip(), "")
            for mark in (marks.open_mark.strip(), marks.close_mark, *ends):
                before = before.replace(mark, "") if mark else before
            assert len(before.strip()) < 40, "more than the thought and its marks is trained ahead of the reply"
        else:
            for header in HEADERS:
                before = before.replace(header, "")
            assert not before.strip(), "something stands ahead of the reply"


@pytest.mark.parametrize("name", TEMPLATES or [pytest.param("", marks=pytest.mark.skip("golden data is absent"))])
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_labels_are_the_turns_and_their_ends(name: str, data: st.DataObject) -> None:
    if name in REFUSED:
        with pytest.raises(UserError, match=REFUSED[name]):
            encoder(name)
        return
    writer = encoder(name)
    for row in rows(data.draw):
        check(name, writer, row)


def test_no_more_than_two_are_refused(golden: Path) -> None:
    assert len(REFUSED) <= 2
    assert set(REFUSED) <= set(TEMPLATES)
