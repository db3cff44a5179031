"""Which of the `--engine-arg` settings belong to what a run is, and which only to how fast it goes."""

import re
from collections.abc import Mapping
from typing import Any

SPEED_ONLY = frozenset({
    "max_num_seqs", "max_num_batched_tokens", "kv_cache_memory_bytes", "gpu_memory_utilization", "data_parallel_size",
    "concurrency", "timeout", "attempts", "backoff", "patience", "silence",
})  # fmt: skip
"""vLLM's settings of how much is decoded at once and where, then those of the client of a server.

No reply is computed from them. With another batch composition a reply in 16 bits can still differ in its last
digits; so it can between two runs with the same settings, since free memory and the order in which replies finish
decide the batches too.
"""

_SECRET = re.compile(
    r"(?<!eos_)(?<!bos_)(?<!pad_)(?<!unk_)token(?!s|ize|_id|_limit)"
    r"|secret|password|passwd|api_?key|access_?key|authorization|credential",
    re.IGNORECASE,
)
_SECRET_NUMBER = re.compile(rf"(?:{_SECRET.pattern})$", re.IGNORECASE)
"""Of numbers only names that end so are secrets: `password`, and no `token_budget`."""

REDACTED = "[redacted]"


def without_secrets(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as a manifest may hold them: the value of a name that sounds like a secret is left out."""
    return {name: REDACTED if _is_secret(name, value) else _without(value) for name, value in arguments.items()}


def _is_secret(name: str, value: Any) -> bool:
    if isinstance(value, str):
        return _SECRET.search(name) is not None
    return isinstance(value, int | float) and not isinstance(value, bool) and _SECRET_NUMBER.search(name) is not None


def _without(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_secrets(value)
    return list(map(_without, value)) if isinstance(value, list | tuple) else value


def identity_arguments(engine_args: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that two runs must share to be the same run; a name nobody here knows is one of them."""
    return without_secrets({name: value for name, value in engine_args.items() if name not in SPEED_ONLY})
