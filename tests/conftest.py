"""Shared by all tests: where the golden data is, and how a test says that it is absent."""

import os
from pathlib import Path

import pytest

from tests.checkpoints import checkpoint

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(os.environ.get("IFEVAL_TEST_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of golden data (`IFEVAL_TEST_DATA`, else ../shared/data); skips where there is none."""
    if not GOLDEN.is_dir():
        pytest.skip(f"golden data is not at {GOLDEN}; set IFEVAL_TEST_DATA")
    return GOLDEN


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("IFEVAL_CACHE", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkpoint of a few bytes."""
    return checkpoint(tmp_path / "tiny")
