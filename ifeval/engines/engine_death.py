"""A run hears of its engine process's death.

Where an engine process is killed, for want of memory say, vLLM's synchronous client notes that it is dead, and whoever
waits for its next output waits for ever (vLLM 0.22 to 0.33: `MPClient.start_engine_core_monitor`).
"""

import time
import weakref
from threading import Thread
from typing import Any

EVERY = 0.5
"""Seconds between two looks."""


def wake_when_it_dies(client: Any) -> None:
    """Have `client.get_output` raise vLLM's EngineDeadError once the engine process has died.

    client: the engine core's client of a `vllm.LLMEngine`; one whose engine is in this process needs nothing.
    """
    if hasattr(client, "outputs_queue"):
        Thread(target=_watch, args=(weakref.ref(client),), daemon=True, name="engine-death").start()


def _watch(reference: "weakref.ref[Any]") -> None:
    while (client := reference()) is not None:
        if client.resources.engine_dead:
            client.outputs_queue.put_nowait(RuntimeError("the engine process died"))
            return
        del client
        time.sleep(EVERY)
