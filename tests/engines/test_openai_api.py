"""Requests to bodies and bodies to responses: the API's fields, and everything that may stand in their place."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.engines.server.openai_api import (
    Unreadable,
    Wire,
    endpoint,
    parsed,
    payload,
    read_reply,
    redacted,
    refusal,
    retry_after,
    served_models,
)
from ifeval.records import Request, Response, Sample, Sampling, ToolCall

USER = [{"role": "user", "content": "Hi."}]
SCHEMA = {"type": "object"}
TOOL = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}


def body(sample: Sample, wire: Wire | None = None, repeat: int = 0, **sampling) -> dict:
    return json.loads(payload(Request("k", "t", sample, Sampling(**sampling), repeat), wire or Wire("m")))


def reply(message: dict, finish_reason: object = "stop", **outer: object) -> Response:
    value = {"choices": [{"message": message, "finish_reason": finish_reason}], **outer}
    return read_reply(parsed(json.dumps(value).encode()), "k", 1.5)


def test_a_greedy_request_says_no_more_than_it_must() -> None:
    sent = body(Sample("1", USER), max_tokens=5, seed=3)
    assert sent == {"model": "m", "messages": USER, "temperature": 0.0, "max_tokens": 5}


def test_sampling_template_and_seed_of_each_repeat_are_sent() -> None:
    wire = Wire("m", "max_completion_tokens", {"enable_thinking": False})
    sent = body(Sample("1", USER), wire, 2, temperature=0.7, top_p=0.9, top_k=20, seed=3, stop=("END",), max_tokens=5)
    assert sent["seed"] == 5
    assert (sent["top_p"], sent["top_k"], sent["stop"]) == (0.9, 20, ["END"])
    assert sent["max_completion_tokens"] == 5
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}


def test_tools_go_as_they_are_and_a_schema_only_where_it_is_enforced() -> None:
    sent = body(Sample("1", USER, tools=[TOOL], schema=SCHEMA, constrain=True))
    assert sent["tools"] == [TOOL]
    assert sent["response_format"]["json_schema"]["schema"] == SCHEMA
    assert "response_format" not in body(Sample("1", USER, schema=SCHEMA))


def test_arguments_of_earlier_calls_are_text() -> None:
    earlier = {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}
    sent = body(Sample("1", [*USER, earlier]))
    assert sent["messages"][1]["tool_calls"] == [
        {"type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    ]


def test_a_lone_surrogate_is_sent_as_the_replacement_character() -> None:
    assert body(Sample("1", [{"role": "user", "content": "a\ud800"}]))["messages"][0]["content"] in ("a?", "a\ufffd")


def test_a_reply_has_text_tokens_and_reason() -> None:
    response = reply({"content": "Hello"}, "length", usage={"prompt_tokens": 3, "completion_tokens": 1})
    assert response == Response("k", "Hello", "length", 3, 1, 1.5)
    assert reply({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}).raw == "ab"


@pytest.mark.parametrize("usage", [None, [], {"prompt_tokens": -1}, {"prompt_tokens": 10**12}, {"prompt_tokens": "9"}])
def test_token_counts_that_are_none_count_nothing(usage: object) -> None:
    assert reply({"content": ""}, usage=usage).prompt_tokens == 0


def test_calls_are_read_and_a_broken_one_is_the_models_failure() -> None:
    good = {"function": {"name": "f", "arguments": '{"a": 1}'}}
    bad = {"function": {"name": "g", "arguments": '{"a": '}}
    both = reply({"content": None, "tool_calls": [good, bad]}, "tool_calls")
    assert both.tool_calls == (ToolCall("f", {"a": 1}),)
    assert "not valid JSON" in str(both.tool_error)
    assert both.native
    assert reply({"tool_calls": [bad]}, "tool_calls").tool_calls is None
    assert not reply({"content": "", "tool_calls": []}).native


def test_a_withheld_reply_is_an_error() -> None:
    assert reply({"content": ""}, "content_filter").error == "the server withheld the reply (content_filter)."


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": {}}',
        b'{"choices": [1]}',
        b'{"choices": [{"message": "hi"}]}',
        b'{"choices": [{"message": {"content": 1}, "finish_reason": "stop"}]}',
        b'{"choices": [{"message": {"content": [[]]}, "finish_reason": "stop"}]}',
        b'{"choices": [{"message": {"content": "a"}}]}',
        b'{"choices": [{"message": {"content": "a"}, "finish_reason": ["stop"]}]}',
        b'{"choices": [{"message": {"content": "a"}, "finish_reason": "abort"}]}',
        b'{"choices": [{"message": {"tool_calls": 7}, "finish_reason": "stop"}]}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_reply_is_unreadable(text: bytes) -> None:
    with pytest.raises(Unreadable):
        read_reply(parsed(text), "k", 0.0)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "tool_calls", "function", "name", "arguments", "usage"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_a_reply_or_unreadable(value: object) -> None:
    text = json.dumps(value).encode()
    for read in (lambda: read_reply(parsed(text), "k", 0.0), lambda: served_models(text), lambda: refusal(text)):
        try:
            read()
        except Unreadable:
            continue


def test_models_with_their_context() -> None:
    listed = {"data": [{"id": "a", "max_model_len": 2048}, {"id": "b"}, {"id": "c", "context_length": "long"}]}
    assert served_models(json.dumps(listed).encode()) == {"a": 2048, "b": None, "c": None}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"error": {"message": "too  long\\n"}}', "too long"),
        (b'{"message": "no"}', "no"),
        (b'{"detail": [{"msg": "bad"}]}', '[{"msg":"bad"}]'),
        (b"<html>", ""),
    ],
)
def test_a_refusal_in_the_servers_words(text: bytes, words: str) -> None:
    assert refusal(text) == words
    assert len(refusal(json.dumps({"error": "x" * 9999}).encode())) < 400


def test_retry_after_in_seconds_or_as_a_date() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert retry_after("7") == 7
    assert retry_after("Thu, 01 Jan 2026 12:00:30 GMT", now) == 30
    assert retry_after("Thu, 01 Jan 2026 11:00:00 GMT", now) == 0
    assert [retry_after(text) for text in (None, "", "soon", "-1", "٣")] == [None] * 5


@given(st.text(alphabet="abcXYZ019-_/.", min_size=8))
def test_no_secret_survives_plain_or_escaped(secret: str) -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in secret)
    cleaned = redacted(f'{{"a": "{secret}", "b": "x{escaped}"}}'.encode(), secret)
    assert secret not in json.dumps(json.loads(cleaned))
    assert redacted(b"\\ not json", secret) == b"\\ not json"


def test_an_address_without_a_path_gets_the_usual_one() -> None:
    assert endpoint("http://a:1") == "http://a:1/v1"
    assert endpoint("http://a:1/") == "http://a:1/v1"
    assert endpoint("https://a/openai/v1/") == "https://a/openai/v1"
