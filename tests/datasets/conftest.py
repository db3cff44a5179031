from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ifeval.registry import fetch
from ifeval.registry.datasets import DATASETS


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(fetch.time, "sleep", lambda seconds: None)
    return tmp_path / "cache"


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Point every place that data is fetched from at one URL."""

    def point(url: str) -> None:
        for variable, _ in fetch.ENDPOINTS.values():
            monkeypatch.setenv(variable, url)

    return point


@pytest.fixture
def pin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replace the pinned values (the last arguments) of a data set's `fetch`."""

    def change(name: str, *arguments: object) -> None:
        dataset = DATASETS[name]
        kept = dataset.fetch.args[: -len(arguments)]  # type: ignore[attr-defined]
        fetcher = partial(dataset.fetch.func, *kept, *arguments)  # type: ignore[attr-defined]
        monkeypatch.setitem(DATASETS, name, replace(dataset, fetch=fetcher))

    return change
