"""Requests to answers over several servers: who gets the next one, what is tried again, and when a server is down.

Lives on one event loop. Every job given to `submit` ends in exactly one call of `deliver`: with its response, or with
a response that says in one sentence why there is none.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from yarl import URL

from ifeval.engines.base import failed, is_too_long
from ifeval.engines.server.adaptive import ConcurrencyLimit
from ifeval.engines.server.budgets import Futility, LargeReplies, futile, no_reply, nobody_there
from ifeval.engines.server.http import Client, Failure, most_bytes
from ifeval.engines.server.openai_api import (
    Unreadable,
    Wire,
    parsed,
    payload,
    plausible_usage,
    read_reply,
    served_models,
)
from ifeval.records import Request, Response

LONGEST_BACKOFF = 60.0
LONGEST_WAIT = 300.0
"""Seconds; a server that asks for a longer pause (Retry-After) is asked again after this one."""

STRIKES = 3
"""After this many exchanges in a row without any answer a server counts as down."""

PROBE_SECONDS = 10.0
MOST_DOUBLINGS = 16
MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What `--engine-arg` may set for a server.

    concurrency: requests at once, to each server, at most. timeout: seconds for one reply. attempts: tries of one
    request. backoff: seconds before the second try, doubled at each further one. patience: seconds without any
    server before the run stops. silence: seconds without a single reply, though servers are there, before it stops.
    """

    concurrency: int = 256
    timeout: float = 600.0
    attempts: int = 8
    backoff: float = 0.5
    patience: float = 300.0
    silence: float = 1800.0


@dataclass(slots=True, eq=False)
class Server:
    """One server and how it is doing. `strikes`: exchanges in a row that brought no answer at all.

    `down_since` and `paused_until` are times of the loop's clock.
    """

    url: str
    limit: ConcurrencyLimit
    chat: URL = field(init=False)
    models: URL = field(init=False)
    in_flight: int = 0
    answered: int = 0
    strikes: int = 0
    down_since: float | None = None
    paused_until: float = 0.0

    def __post_init__(self) -> None:
        self.chat, self.models = URL(f"{self.url}/chat/completions"), URL(f"{self.url}/models")


@dataclass(slots=True, eq=False)
class Job:
    """A request on its way. `attempts`: tries that reached a server and failed."""

    request: Request
    attempts: int = 0


class Pool:
    """The servers of a run. `retries` counts failures that were tried again, `names` who said that they answered,
    `disbelieved` replies whose numbers of tokens cannot be."""

    def __init__(
        self,
        servers: list[Server],
        client: Client,
        wire: Wire,
        settings: ClientSettings,
    ) -> None:
        self.servers = servers
        self.retries: Counter[str] = Counter()
        self.names: set[str] = set()
        self.disbelieved = 0
        self.large = LargeReplies()
        self._client = client
        self._wire = wire
        self._settings = settings
        self._ready: deque[Job] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._clock = asyncio.get_running_loop().time
        self._deliver: Callable[[Response | Exception], None] = lambda _: None
        self._answered_at = self._clock()
        self._futility = Futility()

    def begin(self, deliver: Callable[[Response | Exception], None]) -> None:
        """Whom to hand responses to; an exception is handed on where no server is left."""
        self._deliver = deliver
        for server in self.servers:
            if server.down_since is not None:
                self._spawn(self._revive(server))
        self._answered_at = self._clock()
        self._spawn(self._watch_silence())

    def submit(self, requests: Iterable[Request]) -> None:
        self._ready.extend(map(Job, requests))
        self._pump()

    async def cancel(self) -> None:
        """Give up everything under way, and wait until it is given up."""
        self._deliver = lambda _: None
        self._ready.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _pump(self) -> None:
        """Send what may be sent."""
        while self._ready and (server := self._roomiest()) is not None:
            server.in_flight += 1
            self._spawn(self._answer(self._ready.popleft(), server))

    def _roomiest(self) -> Server | None:
        """The server with the largest free share; None where nobody may be sent anything now."""
        now = self._clock()
        free = [
            s for s in self.servers if s.down_since is None and s.paused_until <= now and s.limit.admits(s.in_flight)
        ]
        return min(free, key=lambda server: server.in_flight / server.limit.value) if free else None

    async def _answer(self, job: Job, server: Server) -> None:
        sent = self._clock()
        try:
            asked = payload(job.request, self._wire)
            most = most_bytes(job.request.sampling.room)
            turn = partial(self.large.enter, job.request.key)
            body = await self._client.ask(server.chat, asked, self._settings.timeout, most, turn)
            response = self._read(body, job.request, self._clock() - sent, len(asked))
        except Failure as failure:
            self._failed(job, server, failure, sent)
        except Unreadable as problem:
            self._failed(job, server, Failure("malformed", f"the server's reply is unusable: {problem}."), sent)
        except Exception as bug:  # nobody awaits this task: the run must hear of it, not wait for ever
            self._deliver(bug)
        else:
            server.strikes = 0
            server.answered += 1
            self._answered_at = self._clock()
            self._futility.answered()
            server.limit.answered(server.in_flight)
            self._deliver(response)
        finally:
            server.in_flight -= 1
            self._pump()

    def _read(self, body: bytes, request: Request, latency: float, asked: int) -> Response:
        reply = parsed(body)
        name = reply.get("model")
        if isinstance(name, str) and len(self.names) < MOST_NAMES:
            self.names.add(name[:200])
        response = read_reply(reply, request.key, latency)
        believed = plausible_usage(response, asked, max(request.sampling.room, len(body)))
        self.disbelieved += believed != response
        return believed

    def _failed(self, job: Job, server: Server, failure: Failure, sent: float) -> None:
        """Learn from a failure, then try the request again or give it up."""
        self.large.leave(job.request.key)
        self._learn(server, failure, sent)
        if not failure.retry:
            self._give_up(job, failure, failure.sentence)
            return
        job.attempts += not failure.unreachable  # no connection says nothing about the request
        if job.attempts >= self._settings.attempts:
            sentence = f"given up after {job.attempts} attempts; the last time {failure.sentence}"
            self._give_up(job, failure, sentence)
            return
        self.retries[failure.kind] += 1
        if failure.unreachable:
            self._ready.appendleft(job)
        else:
            self._later(self._backoff(job.attempts), self._resubmit, job)

    def _learn(self, server: Server, failure: Failure, sent: float) -> None:
        now = self._clock()
        server.strikes = server.strikes + 1 if failure.silent else 0
        if failure.overload:
            server.limit.overloaded(sent, now)
        if failure.wait:
            wait = min(failure.wait, LONGEST_WAIT)
            server.paused_until = max(server.paused_until, now + wait)
            self._later(wait, self._pump)
        if server.down_since is None and (failure.unreachable or server.strikes >= STRIKES):
            server.down_since = now
            self._spawn(self._revive(server))

    def _give_up(self, job: Job, failure: Failure, sentence: str) -> None:
        """The request's row is an error; where all go the same way (a key that expired, a quota), the run ends.

        An overload passes and a prompt that is too long says nothing about the next one, so they do not count.
        """
        self._deliver(failed(job.request, sentence))
        counts = not failure.overload and not is_too_long(sentence)
        if counts and self._futility.failed(failure.kind):
            self._deliver(futile(sentence))

    def _resubmit(self, job: Job) -> None:
        self._ready.append(job)
        self._pump()

    def _backoff(self, attempt: int) -> float:
        """Half to all of `backoff` doubled at each attempt: jitter keeps retries from coming in waves."""
        return random.uniform(0.5, 1) * min(
            LONGEST_BACKOFF, self._settings.backoff * 2 ** min(attempt - 1, MOST_DOUBLINGS)
        )

    async def _revive(self, server: Server) -> None:
        """Ask a server that is down, ever more rarely, until it serves the model again."""
        attempt = 1
        while True:
            await asyncio.sleep(min(self._backoff(attempt), PROBE_SECONDS))
            attempt += 1
            try:
                body = await self._client.ask(server.models, None, PROBE_SECONDS)
                if self._wire.model in served_models(body):
                    break
            except (Failure, Unreadable):
                pass
            self._check_patience()
        server.down_since, server.strikes = None, 0
        server.limit.restart()
        self._pump()

    def _check_patience(self) -> None:
        """Stop the run where every server has been down for too long."""
        since = [server.down_since for server in self.servers]
        if all(at is not None and self._clock() - at > self._settings.patience for at in since):
            self._deliver(nobody_there(self._settings.patience, (server.url for server in self.servers)))

    async def _watch_silence(self) -> None:
        """Stop the run where servers are there and take requests, but none has answered for too long."""
        allowed = self._settings.silence
        while True:
            await asyncio.sleep(min(PROBE_SECONDS, allowed / 4))
            waiting = self._ready or any(server.in_flight for server in self.servers)
            if not waiting:
                self._answered_at = self._clock()
            elif self._clock() - self._answered_at > allowed:
                self._deliver(no_reply(allowed, (server.url for server in self.servers)))
                return

    def _later(self, seconds: float, action: Callable[..., None], *arguments: Any) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            action(*arguments)

        self._spawn(wait())

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
