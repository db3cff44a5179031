"""What the tests of conversations share."""

from pathlib import Path
from typing import Any

import pytest

from tests.conversations.played import Late, rows_of, run_with


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The rows of a run of nine conversations that asks one thing after the other."""
    return rows_of(run_with(Late(window=1), tmp_path_factory.mktemp("calm") / "run", limit=9, cache=False))
