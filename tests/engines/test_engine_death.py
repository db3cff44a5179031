"""The thread that wakes whoever waits for a dead engine. With vLLM itself: test_vllm_killed.py."""

import gc
import queue
import threading
from types import SimpleNamespace

import pytest

from ifeval.engines import engine_death
from ifeval.engines.engine_death import wake_when_it_dies


class Client:
    def __init__(self) -> None:
        self.outputs_queue: queue.Queue[Exception] = queue.Queue()
        self.resources = SimpleNamespace(engine_dead=False)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_death, "EVERY", 0.01)


def watchers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "engine-death"]


def test_whoever_waits_is_woken() -> None:
    client = Client()
    wake_when_it_dies(client)
    with pytest.raises(queue.Empty):
        client.outputs_queue.get(timeout=0.05)
    client.resources.engine_dead = True
    assert "died" in str(client.outputs_queue.get(timeout=10))


def test_a_client_that_is_gone_is_not_kept() -> None:
    client = Client()
    wake_when_it_dies(client)
    (watcher,) = watchers()
    del client
    gc.collect()
    watcher.join(10)
    assert not watcher.is_alive()


def test_an_engine_in_this_process_needs_no_watching() -> None:
    wake_when_it_dies(SimpleNamespace())
    assert not watchers()
