"""What a server can do, asked before a run pays for anything: model, context, chat, tools, schemas, reasoning."""

import asyncio
from dataclasses import asdict, dataclass, replace
from typing import Any

from yarl import URL

from ifeval.engines.server.http import Client, Failure
from ifeval.engines.server.openai_api import Unreadable, Wire, parsed, payload, read_reply, served_models
from ifeval.errors import UserError
from ifeval.records import Request, Response, Sample, Sampling
from ifeval.util.jsonio import loads

SECONDS = 120.0
ATTEMPTS = 5
LONGEST_WAIT = 60.0
NAMES_SHOWN = 5
TOOL = {
    "type": "function",
    "function": {
        "name": "get_time",
        "description": "The time in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
SCHEMA = {
    "type": "object",
    "properties": {"colour": {"enum": ["blue"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one server serves and can do.

    `context_length` in tokens, None where it does not say. `tools`: requests with tools are accepted.
    `schemas`: "enforced", "ignored" (the reply did not follow), "accepted" (it was cut before it could be told) or "refused". `reasoning`: it hands
    reasoning over in a field of its own. `token_limit`: what it calls the limit of a reply.
    """

    url: str
    context_length: int | None
    tools: bool
    schemas: str
    reasoning: bool
    token_limit: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Prober:
    """Asks one server one small question after the other; what fails for the moment is asked again."""

    client: Client
    url: str
    wire: Wire
    backoff: float

    async def capabilities(self) -> Capabilities:
        """Raises Failure where nothing answers, UserError where the model is not there or does not chat."""
        context_length = await self._context_length()
        wire, chat = await self._chat()
        asking = replace(self, wire=wire)
        tools, schemas = await asyncio.gather(asking._tools(), asking._schemas())
        return Capabilities(self.url, context_length, tools, schemas, chat.reasoning is not None, wire.token_limit)

    async def _context_length(self) -> int | None:
        try:
            models = served_models(await self._ask("models", None))
        except Unreadable as problem:
            raise UserError(f"{self.url} is not an OpenAI-compatible server: {problem}.") from None
        if self.wire.model not in models:
            names = [*list(models)[:NAMES_SHOWN], *["..."] * (len(models) > NAMES_SHOWN)]
            raise UserError(
                f"{self.url} does not serve {self.wire.model!r}; it serves {', '.join(names) or 'nothing'}."
            )
        return models[self.wire.model]

    async def _chat(self) -> tuple[Wire, Response]:
        """The name that the server gives the token limit, and its reply to a greeting."""
        greeting = _request(Sample("probe", [{"role": "user", "content": "Say hello."}]))
        refusals = []
        for name in ("max_tokens", "max_completion_tokens"):
            wire = replace(self.wire, token_limit=name)
            try:
                return wire, await replace(self, wire=wire)._reply(greeting)
            except Failure as failure:
                if failure.retry:
                    raise
                refusals.append(failure.sentence)
            except Unreadable as problem:
                refusals.append(f"its reply is unusable: {problem}")
        raise UserError(f"{self.url} does not chat with {self.wire.model!r}: {refusals[0]}")

    async def _tools(self) -> bool:
        question = [{"role": "user", "content": "What time is it in Oslo?"}]
        return await self._accepts(Sample("probe", question, tools=[TOOL])) is not None

    async def _schemas(self) -> str:
        question = [{"role": "user", "content": "Which colour has a clear sky? Answer in JSON."}]
        reply = await self._accepts(Sample("probe", question, schema=SCHEMA, constrain=True))
        if reply is None:
            return "refused"
        if reply.truncated:
            return "accepted"
        try:
            return "enforced" if loads(reply.raw) == {"colour": "blue"} else "ignored"
        except ValueError:
            return "ignored"

    async def _accepts(self, sample: Sample) -> Response | None:
        """The reply; None where the server refuses such a request or answers nonsense."""
        try:
            return await self._reply(_request(sample))
        except Failure as failure:
            if failure.unreachable:
                raise
            return None
        except Unreadable:
            return None

    async def _reply(self, request: Request) -> Response:
        body = await self._ask("chat/completions", payload(request, self.wire))
        return read_reply(parsed(body), request.key, 0.0)

    async def _ask(self, path: str, body: bytes | None) -> bytes:
        """One exchange, tried again as long as the failure may pass."""
        for attempt in range(ATTEMPTS):
            try:
                return await self.client.ask(URL(f"{self.url}/{path}"), body, SECONDS)
            except Failure as failure:
                if failure.kind in ("status 401", "status 403"):
                    sentence = f"{self.url} refuses the key in OPENAI_API_KEY, or wants one ({failure.kind})."
                    raise UserError(sentence) from None
                if not failure.retry or failure.unreachable or failure.kind == "timeout" or attempt + 1 == ATTEMPTS:
                    raise
                await asyncio.sleep(min(failure.wait or self.backoff * 2**attempt, LONGEST_WAIT))
        raise AssertionError("the loop returns or raises")


def _request(sample: Sample) -> Request:
    return Request(key="probe", task="probe", sample=sample, sampling=Sampling(max_tokens=32))
