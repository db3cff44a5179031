"""The chat completions API as data: a request to its body, a body to a response. Pure; sockets are `server_http`'s.

Bodies come from servers nobody vouches for: every field is checked, and what does not fit is `Unreadable`.
"""

import contextlib
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import orjson

from ifeval.models.prompts import encodable
from ifeval.records import FinishReason, Request, Response, ToolCall
from ifeval.tool_calls.dialects.base import Malformed, call_of
from ifeval.util.jsonio import dumps, loads

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
RETRIED_STATUSES = frozenset({408, 409, 425, 429})
OVERLOADED_STATUSES = frozenset({429, 503, 529})
MOST_TOKENS = 2**31 - 1
TEMPLATE_TOKENS = 20_000
"""What a server's template and its own instructions may add to a prompt."""
SENTENCE = 300
"""Characters of a server's own words that an error repeats."""

BLOT = b"[key]"


class Unreadable(ValueError):
    """A body that is no reply; the message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How this run's requests are written: the model's name, and what the server calls the token limit."""

    model: str
    token_limit: str = "max_tokens"
    template_args: Mapping[str, Any] = field(default_factory=dict)


def endpoint(base_url: str) -> str:
    """The API's root: a URL without a path gets the usual `/v1`."""
    return base_url.rstrip("/") + ("" if urlsplit(base_url).path.strip("/") else "/v1")


def payload(request: Request, wire: Wire) -> bytes:
    """The body of `POST /chat/completions`. Lone surrogates become U+FFFD: they cannot be tokenised."""
    sampling, sample = request.sampling, request.sample
    body: dict[str, Any] = {
        "model": wire.model,
        "messages": [_message(message) for message in sample.messages],
        "temperature": sampling.temperature,
        wire.token_limit: sampling.room,
    }
    if sampling.top_p != 1:
        body["top_p"] = sampling.top_p
    if sampling.top_k:
        body["top_k"] = sampling.top_k
    if sampling.min_p:
        body["min_p"] = sampling.min_p
    if sampling.repetition_penalty != 1:
        body["repetition_penalty"] = sampling.repetition_penalty
    if sampling.seed is not None and sampling.temperature:
        body["seed"] = sampling.seed + request.repeat
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if sample.tools:
        body["tools"] = sample.tools
    if sample.constrain and isinstance(sample.schema, Mapping):
        body["response_format"] = json_schema_format(sample.schema)
    if wire.template_args:
        body["chat_template_kwargs"] = wire.template_args
    try:
        return orjson.dumps(body)
    except TypeError:
        return dumps(encodable(body))


def json_schema_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The `response_format` that makes a server follow a JSON Schema."""
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": True}}


def parsed(body: bytes) -> dict[str, Any]:
    """A body as the JSON object it must be. Raises Unreadable."""
    return _object(_json(body), "the body")


def read_reply(reply: Mapping[str, Any], key: str, latency: float) -> Response:
    """The response in the parsed body of a 200. Raises Unreadable where it holds none.

    A call that cannot be read is the model's failure, not the server's: it becomes `tool_error`.
    """
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices:
        raise Unreadable("the body has no choices")
    choice = _object(choices[0], "the choice")
    message = _object(choice.get("message"), "the message")
    reason = choice.get("finish_reason")
    calls, problem = _calls(message)
    reasoning = _text(message.get("reasoning_content") or message.get("reasoning"), "the reasoning") or None
    usage = reply.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    response = Response(
        key=key,
        raw=_text(message.get("content"), "the content"),
        finish_reason="stop",
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        latency=latency,
        reasoning=reasoning,
        tool_calls=calls,
        tool_error=problem,
        native=any(part is not None for part in (reasoning, calls, problem)),
    )
    if reason == "content_filter":
        return replace(response, finish_reason="error", error="the server withheld the reply (content_filter).")
    if not isinstance(reason, str) or reason not in FINISH_REASONS:
        raise Unreadable(f"the reply ended with the unknown reason {str(reason)[:40]!r}")
    return replace(response, finish_reason=FINISH_REASONS[reason])


def plausible_usage(response: Response, prompt_bytes: int, most: int) -> Response:
    """The response with those numbers of tokens that can be: no more of the prompt than its request has bytes and a
    template may add, no more of the reply than `most`, and none without a reply. What cannot be is 0, as where a server says nothing.
    """
    prompt = response.prompt_tokens if response.prompt_tokens <= prompt_bytes + TEMPLATE_TOKENS else 0
    completion = response.completion_tokens if response.completion_tokens <= most else 0
    return replace(response, prompt_tokens=prompt, completion_tokens=completion)


def served_models(body: bytes) -> dict[str, int | None]:
    """Name and context length (tokens, None where the server does not say) of each model in a `GET /models` body."""
    listed = parsed(body).get("data")
    if not isinstance(listed, list):
        raise Unreadable("the list of models has no data")
    lengths = {}
    for entry in listed:
        entry = _object(entry, "a model")
        length = next((entry[name] for name in ("max_model_len", "context_length") if name in entry), None)
        lengths[str(entry.get("id"))] = _count(length) or None
    return lengths


def refusal(body: bytes) -> str:
    """The server's own words in the body of an error, cut to a sentence; empty where there are none to show."""
    try:
        value = _json(body)
    except Unreadable:
        return ""
    for name in ("error", "message", "detail"):
        if isinstance(value, dict) and name in value:
            value = value[name]
    words = " ".join((value if isinstance(value, str) else dumps(value).decode()).split())
    return words if len(words) <= SENTENCE else f"{words[:SENTENCE]}..."


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Seconds a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date); None where it says nothing."""
    if header is None:
        return None
    digits = header.strip()
    if digits.isascii() and digits.isdigit():
        return float(digits[:9])
    try:
        at = parsedate_to_datetime(header)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, TypeError, OverflowError):  # a date no calendar has
        return None


def redacted(body: bytes, secret: str) -> bytes:
    """The body without `secret`, however it is spelt (JSON, percent, HTML, base64): a server may echo what it was sent."""
    if not secret:
        return body
    if b"\\" in body:
        with contextlib.suppress(ValueError):  # not JSON, so there are no escapes to undo
            body = dumps(loads(body))
    for spelling in {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        escape(secret),
        b64encode(secret.encode()).decode(),
    }:
        body = re.sub(re.escape(spelling.encode()), BLOT, body, flags=re.IGNORECASE)
    return body


def _message(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message as the API expects it: the arguments of earlier calls as JSON text, not as objects."""
    if not message.get("tool_calls"):
        return message
    calls = []
    for call in message["tool_calls"]:
        function = call.get("function", call)
        arguments = function.get("arguments", {})
        text = arguments if isinstance(arguments, str) else dumps(arguments).decode()
        calls.append({"type": "function", **call, "function": {**function, "arguments": text}})
    return {**message, "tool_calls": calls}


def _calls(message: Mapping[str, Any]) -> tuple[tuple[ToolCall, ...] | None, str | None]:
    """The calls a server read out of a reply, and why one could not be read."""
    listed = message.get("tool_calls")
    if not listed:
        return None, None
    if not isinstance(listed, list):
        raise Unreadable("the tool calls are not a list")
    calls, problem = [], None
    for entry in listed:
        try:
            calls.append(call_of(entry))
        except Malformed as error:
            problem = str(error)
    return tuple(calls) or None, problem


def _json(body: bytes) -> Any:
    try:
        return loads(body)
    except ValueError:
        raise Unreadable("the body is not valid JSON") from None


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is not an object")
    return value


def _text(value: Any, what: str) -> str:
    """Text, nothing, or a list of text parts, as text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list):
        texts = [part["text"] for part in value if isinstance(part, dict) and isinstance(part.get("text"), str)]
        if len(texts) == len(value):
            return "".join(texts)
    raise Unreadable(f"{what} is not text")


def _count(value: Any) -> int:
    """A number of tokens; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS else 0
