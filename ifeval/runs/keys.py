"""The content hash of a request: same key, same reply. The response cache and resume rest on it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ifeval.records import Sample, Sampling
from ifeval.util.jsonio import canonical


def request_key(sample: Sample, sampling: Sampling, repeat: int, context: Mapping[str, Any]) -> str:
    """SHA-256 in hex over everything that decides a reply, and nothing else.

    `context` is the run's share: model fingerprint, engine name and version, template arguments. The sample gives
    its messages, its tools, and its schema where the engine enforces it; not its id or target, so two tasks that
    ask the same thing share one reply.
    """
    content = {
        "context": context,
        "messages": sample.messages,
        "tools": sample.tools,
        "schema": sample.schema if sample.constrain else None,
        "sampling": _drawn(sampling),
        "repeat": repeat,
    }
    return hashlib.sha256(canonical(content)).hexdigest()


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The settings that every key holds, in the order in which the first keys had them: orjson keeps a dataclass's order."""

    temperature: float
    top_p: float
    top_k: int
    max_tokens: int
    seed: int | None
    stop: tuple[str, ...]


def _drawn(sampling: Sampling) -> Any:
    """What a key holds of the sampling; settings that came later only where they change something."""
    given = sampling.identity()
    first = {entry.name: given.pop(entry.name) for entry in fields(_Drawn)}
    return {**first, **given} if given else _Drawn(**first)


def digest64(text: str) -> int:
    """64 bits that stand for a text among millions of others, in a fraction of its memory."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def order_key(seed: int, task: str, unit: str) -> bytes:
    """Sorting by it is a random order of a task's units that depends on the seed and their names alone."""
    return hashlib.sha256(f"{seed}\0{task}\0{unit}".encode("utf-8", "surrogatepass")).digest()
