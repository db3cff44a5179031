"""The doors for schemas, addresses, servers' headers and bodies, and calls in foreign languages: a verdict or a sentence."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import strategies as st
from yarl import URL

from ifeval.engines.server.http import Failure, refused
from ifeval.engines.server.openai_api import (
    Unreadable,
    endpoint,
    parsed,
    plausible_usage,
    read_reply,
    redacted,
    retry_after,
    served_models,
)
from ifeval.errors import UserError
from ifeval.models.resolve import check_url
from ifeval.records import Response
from ifeval.structured.judge import validate
from ifeval.structured.schema.validator import SchemaError, compile_schema
from ifeval.tool_calls.bfcl import java, javascript
from ifeval.tool_calls.bfcl.python import Undecodable
from tests.fuzz.inputs import EXAMPLES, ODD, as_file, damaged, held, tampered, values

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://example.org/s",
    "type": "object",
    "properties": {"a": {"type": ["string", "null"], "pattern": "^a+$", "enum": ["a", None], "maxLength": 3}},
    "patternProperties": {"^x": {"multipleOf": 0.5, "minimum": 1}},
    "required": ["a"],
    "additionalProperties": {"$ref": "#/$defs/b"},
    "dependentRequired": {"a": ["b"]},
    "allOf": [{"if": {"const": 1}, "then": {"not": {}}}, {"oneOf": [True, {"contains": {"format": "date"}}]}],
    "$defs": {"b": {"items": {"uniqueItems": True}, "prefixItems": [{}], "$anchor": "c"}},
}
INSTANCES: tuple[Any, ...] = ({"a": "a"}, {"x": 1.5, "b": [1, 1]}, [], 1, None, {"a": {"a": []}}, "x" * 50, *ODD[:12])


@EXAMPLES
def test_a_hostile_schema_ends_in_a_verdict(examples: int) -> None:
    def enter(drawn: tuple[Any, Any]) -> None:
        schema, instance = drawn
        with suppress(SchemaError):
            compile_schema(schema).check(instance)
        if isinstance(schema, dict | bool):
            response = Response("k", as_file(instance).decode(), "stop", answer=as_file(instance).decode())
            with suppress(SchemaError):
                validate(response, "json", schema)

    held(st.tuples(tampered(SCHEMA) | values, st.sampled_from(INSTANCES)), enter, examples)


PIECES = ["http://", "https://", "ftp:", "//", "/", "localhost", "[::1]", "[::1", "]", ":", "8000", "99999", "-1", "@", "u:p@", "?", "#",
          "v1", "é", "xn--", "a" * 70, ".", "..", "%", "%zz", "\\", " ", "\n", "\x00", "\ud800", "١", "_", "[v1.x]"]  # fmt: skip


@EXAMPLES
def test_an_address_is_refused_or_can_be_asked(examples: int) -> None:
    def enter(url: str) -> None:
        try:
            check_url(url)
        except UserError:
            return
        asked = URL(f"{endpoint(url)}/chat/completions")
        assert asked.host
        assert asked.port

    held(st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(), enter, examples)


@pytest.mark.parametrize(
    "url", ["http://localhost:99999/v1", "http://[::1/v1", "http://:80", "http://h:0", "http://h:x"]
)
def test_an_address_that_nobody_can_have(url: str) -> None:
    with pytest.raises(UserError, match=r"--base-url .* is not a URL; it looks like http://localhost:8000/v1"):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["http://localhost", "https://[::1]:8000/v1", "http://10.0.0.1:65535/a/b_c", "http://my_host"]
)
def test_an_address_that_a_server_has(url: str) -> None:
    check_url(url)


REPLY = {
    "id": "x",
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "hi",
                "reasoning_content": None,
                "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 3},
}
MODELS = {"object": "list", "data": [{"id": "m", "max_model_len": 2048}]}
ERROR = {"error": {"message": "no", "type": "x", "code": 401}}
DATES = [
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 +9999",
    "Wed, 21 Oct 2015 07:28:00 -2359",
    "3600",
    "1e9",
    "-5",
]


@EXAMPLES
def test_what_a_server_sends_is_a_reply_or_unreadable(examples: int) -> None:
    def enter(drawn: tuple[bytes, str, int]) -> None:
        body, header, status = drawn
        failure = refused(status, body, header)
        assert isinstance(failure, Failure)
        assert failure.wait is None or failure.wait >= 0
        assert retry_after(header) == failure.wait or failure.wait is not None
        for read in (
            lambda: plausible_usage(read_reply(parsed(body), "k", 0.0), 100, 100),
            lambda: served_models(body),
        ):
            with suppress(Unreadable):
                read()
        assert b"sk-secret" not in redacted(body + b'"sk-secret"', "sk-secret")

    bodies = st.one_of(*(tampered(one).map(as_file) | damaged(as_file(one)) for one in (REPLY, MODELS, ERROR)))
    headers = st.text() | st.sampled_from(DATES) | st.sampled_from(DATES).flatmap(lambda date: damaged(date.encode())).map(
        lambda content: content.decode("latin-1")
    )  # fmt: skip
    held(st.tuples(bodies, headers, st.integers(100, 999)), enter, examples)


JAVA = ["new ", "int", "[]", "[", "]", "{", "}", "(", ")", "f", ".", ",", "=", "1", '"x"', "HashMap<", ">", "::", "'", "/", "`", "function", "...", ":", " ", "null"]  # fmt: skip


@EXAMPLES
def test_calls_in_java_and_javascript_are_decoded_or_refused(examples: int) -> None:
    def enter(text: str) -> None:
        for decode in (java.decode, javascript.decode):
            with suppress(Undecodable):
                decode(text)

    held(st.lists(st.sampled_from(JAVA), max_size=14).map("".join) | st.text(), enter, examples)


def test_an_array_without_values_is_refused() -> None:
    for text in ("f(a=new int[])", "f(a=new int[][] , b=1)", "new int[]"):
        with pytest.raises(Undecodable):
            java.decode(text)
