"""Which of the `--engine-arg` settings belong to what a run is, and which only to how fast it goes."""

from collections.abc import Mapping
from typing import Any

SPEED_ONLY = frozenset({
    "max_num_seqs", "max_num_batched_tokens", "kv_cache_memory_bytes", "gpu_memory_utilization", "data_parallel_size",
    "concurrency", "timeout", "attempts", "backoff", "patience",
})  # fmt: skip
"""vLLM's settings of how much is decoded at once and where, then those of the client of a server.

No reply is computed from them. Through the company it has in a batch a reply in 16 bits can still differ in its last
digits; so it can between two runs with the same settings, since what memory is free and which replies finish first
decide the company too.
"""


def identity_arguments(engine_args: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that two runs must share to be the same run; a name nobody here knows is one of them."""
    return {name: value for name, value in engine_args.items() if name not in SPEED_ONLY}
