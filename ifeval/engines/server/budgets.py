"""What a run grants its servers before it ends: how long without any, how long without a reply, how many failures in a
row; and how many large replies are held in memory at a time.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable

from ifeval.errors import UserError

FUTILE = 20
"""So many requests in a row that failed for good, in the same way and with none answered between, end the run."""

SMALL_BYTES = 64 << 10
"""Longer than nearly every reply; a larger body waits for its turn."""

LARGE_AT_ONCE = 4
KEPT = "What was finished is kept; "


class LargeReplies:
    """At most `LARGE_AT_ONCE` bodies of more than `SMALL_BYTES` are read or wait to be scored; the others stay with
    the server. Lives on one event loop, but for `holds`.
    """

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(LARGE_AT_ONCE)
        self._keys: set[str] = set()

    async def enter(self, key: str) -> None:
        """Wait until the reply to the request `key` may be read whole."""
        await self._turns.acquire()
        self._keys.add(key)

    def leave(self, key: str) -> None:
        """The reply is scored or given up; nothing happens for one that was small."""
        if key in self._keys:
            self._keys.remove(key)
            self._turns.release()

    def holds(self, key: str) -> bool:
        return key in self._keys


class Futility:
    """Counts requests that failed for good since the last answer, by the kind of their failure."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()

    def answered(self) -> None:
        self._failures.clear()

    def failed(self, kind: str) -> bool:
        """Count one more; is it the one that ends the run?"""
        self._failures[kind] += 1
        return self._failures[kind] == FUTILE


def nobody_there(seconds: float, urls: Iterable[str]) -> UserError:
    return UserError(
        f"No server has answered for {seconds:g} s ({', '.join(urls)}). {KEPT}"
        "start the server and repeat the command to continue."
    )


def no_reply(seconds: float, urls: Iterable[str]) -> UserError:
    return UserError(
        f"No reply for {seconds:g} s ({', '.join(urls)}), though requests are waiting. {KEPT}"
        "look at the server and repeat the command to continue, or allow more with --engine-arg silence=SECONDS."
    )


def futile(sentence: str) -> UserError:
    return UserError(
        f"{FUTILE} requests in a row failed for good: {sentence} {KEPT}fix that and repeat the command to continue."
    )
