"""OpenAI-compatible servers: requests of the pipeline's thread, answered by an event loop on a thread of its own.

What a server is can only be named, not fingerprinted: the manifest records the addresses, what each server said it
can do, and under which names it answered. The key comes from `OPENAI_API_KEY` and is written nowhere.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine, Generator, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from itertools import chain
from math import ceil
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from ifeval.engines.base import Workload, take
from ifeval.engines.server.adaptive import ConcurrencyLimit
from ifeval.engines.server.http import Client, Failure
from ifeval.engines.server.openai_api import Wire, endpoint
from ifeval.engines.server.pool import ClientSettings, Pool, Server
from ifeval.engines.server.probe import Capabilities, Prober
from ifeval.errors import UserError
from ifeval.models.prompts import Chat
from ifeval.models.resolve import Model
from ifeval.records import Request, Response
from ifeval.util.jsonio import dumps

KEY_VARIABLE = "OPENAI_API_KEY"
SUBMIT_AT_ONCE = 64
CLOSE_SECONDS = 10.0
MOST = 1e6
Result = TypeVar("Result")
Arrivals = SimpleQueue[Response | Exception]


class ServerEngine:
    """One or several servers of the same model."""

    name = "server"
    version = "1"

    def __init__(self, model: Model, chat: Chat, engine_args: Mapping[str, Any] | None = None) -> None:
        self.tokens = 0
        self._wire = Wire(model.name, template_args=chat.template_args)
        self._urls = [endpoint(url) for url in model.base_urls]
        self._client_settings = client_settings(engine_args or {})
        self._background: Background | None = None
        self._client: Client | None = None
        self._probed: list[Capabilities] = []
        self._pool: Pool | None = None

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the servers said they can do, how they were used, and what had to be tried again."""
        settings: dict[str, Any] = {
            "servers": [probe.to_json() for probe in self._probed],
            **asdict(self._client_settings),
        }
        if self._pool is not None:
            settings["answered"] = {server.url: server.answered for server in self._pool.servers}
            settings["answered_as"] = sorted(self._pool.names)
            settings["retries"] = dict(self._pool.retries.most_common())
            settings["usage_disbelieved"] = self._pool.disbelieved
        return settings

    def load(self, workload: Workload) -> None:
        """Find out which servers are there and what they can do.

        Raises UserError where none answers, one serves another model, or cannot do what the run needs.
        """
        self._background = self._background or Background()
        self._probed = self._background.run(self._probe())
        for probe in self._probed:
            if workload.constrained and probe.schemas == "refused":
                raise UserError(f"--constrain: {probe.url} refuses response_format json_schema; run without it.")

    def preview(self, request: Request) -> str:
        return dumps(request.sample.messages, pretty=True).decode()

    def generate(self, requests: Iterable[Request | None]) -> Generator[Response, None, None]:
        source = iter(requests)
        first = next(source, None)
        if first is None:
            return
        background = self._background
        if background is None:
            raise RuntimeError("generate called before load")
        arrivals: Arrivals = SimpleQueue()
        pool = self._pool = background.run(self._open_pool(arrivals))
        try:
            for response in self._exchange(chain([first], source), background, pool, arrivals):
                self.tokens += response.completion_tokens
                yield response
                if pool.large.holds(response.key):
                    background.call(pool.large.leave, response.key)
        finally:
            background.run(pool.cancel())

    def close(self) -> None:
        background, self._background = self._background, None
        if background is not None:
            if self._client is not None:
                background.run(self._client.close())
            background.stop()

    def _exchange(
        self, source: Iterator[Request | None], background: "Background", pool: Pool, arrivals: Arrivals
    ) -> Iterator[Response]:
        """Keep the pool supplied, and hand on what arrives. The requests are made on this thread, as they must be."""
        window = 2 * self._client_settings.concurrency * len(pool.servers)
        outstanding = 0
        while True:
            fresh = take(source, min(SUBMIT_AT_ONCE, window - outstanding))
            if fresh:
                outstanding += len(fresh)
                background.call(pool.submit, fresh)
            if not outstanding:
                return
            for response in _drain(arrivals, wait=not fresh):
                if isinstance(response, Exception):
                    raise response
                outstanding -= 1
                yield response

    async def _probe(self) -> list[Capabilities]:
        """The capabilities of every server that can be reached; UserError where there is none."""
        self._client = self._client or Client(os.environ.get(KEY_VARIABLE))
        backoff = self._client_settings.backoff
        probers = [Prober(self._client, url, self._wire, backoff).capabilities() for url in self._urls]
        outcomes = await asyncio.gather(*probers, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, Failure):
                raise outcome
        probed = [outcome for outcome in outcomes if isinstance(outcome, Capabilities)]
        if not probed:
            failures = zip(self._urls, outcomes, strict=True)
            reasons = "; ".join(
                f"{url}: {failure.sentence}" for url, failure in failures if isinstance(failure, Failure)
            )
            raise UserError(f"--base-url: no server answers. {reasons}")
        return probed

    async def _open_pool(self, arrivals: Arrivals) -> Pool:
        assert self._client is not None
        there = {probe.url for probe in self._probed}
        now = asyncio.get_running_loop().time()
        servers = [
            Server(url, ConcurrencyLimit(self._client_settings.concurrency), down_since=None if url in there else now)
            for url in self._urls
        ]
        wire = Wire(self._wire.model, self._probed[0].token_limit, self._wire.template_args)
        pool = Pool(servers, self._client, wire, self._client_settings)
        pool.begin(arrivals.put)
        return pool


class Background:
    """An event loop on a daemon thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="server-client", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine there and wait for its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def call(self, function: Any, *arguments: Any) -> None:
        """Call a function there, soon."""
        self._loop.call_soon_threadsafe(function, *arguments)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_SECONDS)
        self._loop.close()


def client_settings(engine_args: Mapping[str, Any]) -> ClientSettings:
    """`--engine-arg k=v` for servers. Raises UserError for an unknown name or a value that is no positive number."""
    known = {field.name: field.type for field in fields(ClientSettings)}
    given: dict[str, Any] = {}
    for name, value in engine_args.items():
        if name not in known:
            raise UserError(f"--engine-arg {name}: a server takes {', '.join(known)}.")
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < MOST:
            raise UserError(f"--engine-arg {name}={value}: give a positive number.")
        given[name] = ceil(value) if known[name] is int else float(value)
    return ClientSettings(**given)


def _drain(arrivals: Arrivals, wait: bool) -> Iterator[Response | Exception]:
    """All that has arrived; with `wait` at least one."""
    try:
        yield arrivals.get(block=wait)
        while True:
            yield arrivals.get_nowait()
    except Empty:
        return
