"""One HTTP exchange with a server nobody vouches for: bounded in time and size, every failure named.

Redirects are not followed and bodies are not unpacked: a redirect would carry the key elsewhere, and a small packed
body can hold gigabytes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from yarl import URL

from ifeval.engines.server.budgets import SMALL_BYTES
from ifeval.engines.server.openai_api import OVERLOADED_STATUSES, RETRIED_STATUSES, redacted, refusal, retry_after

MOST_BYTES = 8 << 20
"""Of a list of models; a reply may have as many as its tokens can take (`most_bytes`)."""

SPARE_BYTES, BYTES_PER_TOKEN = 256 << 10, 512
CONNECT_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 4.0
"""Less than the 5 s after which vLLM's server closes an idle connection."""


@dataclass(eq=False)
class Failure(Exception):
    """An exchange that gave no usable answer.

    `kind` is what failures are counted by ("status 429", "timeout"); `sentence` is for people. `retry`: another try
    may succeed. `overload`: the server asks for less. `silent`: no answer came at all; `unreachable`: none can.
    `wait`: seconds the server asked to be left alone.
    """

    kind: str
    sentence: str
    retry: bool = True
    overload: bool = False
    silent: bool = False
    unreachable: bool = False
    wait: float | None = None


class Client:
    """Exchanges with any number of servers. The key goes into its headers, and into nothing that comes back."""

    def __init__(self, key: str | None) -> None:
        headers = {"Accept-Encoding": "identity", "Content-Type": "application/json"}
        self._key = key or ""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS),
            headers=headers | ({"Authorization": f"Bearer {key}"} if key else {}),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def ask(
        self,
        url: URL,
        body: bytes | None,
        seconds: float,
        most: int = MOST_BYTES,
        turn: Callable[[], Awaitable[None]] | None = None,
    ) -> bytes:
        """POST `body` (GET without one) and return the body of the 200 that answers, of at most `most` bytes.

        `turn` is awaited before more than `SMALL_BYTES` of it are read. Raises Failure for all else.
        """
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, CONNECT_SECONDS))
        method = "GET" if body is None else "POST"
        try:
            async with self._session.request(method, url, data=body, timeout=timeout, allow_redirects=False) as answer:
                received = redacted(await _bounded(answer, most, turn), self._key)
                if answer.status != 200:
                    raise refused(answer.status, received, answer.headers.get("Retry-After"))
                if "json" not in answer.content_type:
                    kind = redacted(answer.content_type[:80].encode(), self._key).decode()
                    raise Failure("content type", f"the server sent {kind!r} instead of JSON.")
                return received
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            reason = getattr(error, "strerror", None) or "no connection"
            sentence = f"the server cannot be reached ({reason})."
            raise Failure("unreachable", sentence, silent=True, unreachable=True) from None
        except TimeoutError:
            sentence = f"the server did not answer within {seconds:g} s."
            raise Failure("timeout", sentence, overload=True, silent=True) from None
        except (aiohttp.ClientError, ConnectionError) as error:
            sentence = f"the connection broke before the reply was whole ({type(error).__name__})."
            raise Failure("reset", sentence, silent=True) from None

    async def close(self) -> None:
        await self._session.close()


def refused(status: int, body: bytes, wait: str | None) -> Failure:
    """The failure that a status other than 200 is, with the server's own words."""
    words = refusal(body)
    sentence = f"the server answered with status {status}" + (f": {words}" if words else ".")
    return Failure(
        kind=f"status {status}",
        sentence=sentence,
        retry=status in RETRIED_STATUSES or status >= 500,
        overload=status in OVERLOADED_STATUSES,
        wait=retry_after(wait),
    )


def most_bytes(tokens: int) -> int:
    """How large the body of a reply of `tokens` can be: far above what JSON makes of the longest tokens, with its frame."""
    return min(MOST_BYTES, SPARE_BYTES + BYTES_PER_TOKEN * tokens)


async def _bounded(answer: aiohttp.ClientResponse, most: int, turn: Callable[[], Awaitable[None]] | None) -> bytes:
    """The body; Failure as soon as it is larger than it can be."""
    parts: list[bytes] = []
    received, announced = 0, answer.content_length or 0
    while max(received, announced) <= most:
        if turn is not None and max(received, announced) > SMALL_BYTES:
            await turn()
            turn = None
        part = await answer.content.readany()
        if not part:
            return b"".join(parts)
        parts.append(part)
        received += len(part)
    answer.close()
    raise Failure("oversized", f"the server sent more than {most:,} bytes for one reply.")
