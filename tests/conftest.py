"""Shared by all tests: where the golden data is, and how a test says that it is absent."""

import gc
import os
import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from tests.checkpoints import checkpoint

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(os.environ.get("IFEVAL_TEST_DATA", ROOT.parent / "shared" / "data"))

# Read by torch where it is imported: workers side by side have a core each, and their threads must not spin.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# `--hypothesis-profile=default` tries the usual hundred. Time is bounded where a test says so: shared machines have pauses.
settings.register_profile("fast", settings(), max_examples=40, deadline=None)
settings.load_profile("fast")

TORCH = find_spec("torch") is not None
MISSING = re.compile(r"No module named '(torch|transformers|tokenizers)")


class WithoutTorch(pytest.Module):
    """A module whose tests are skipped with a reason where what it imports needs torch or transformers."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        try:
            return list(super().collect())
        except self.CollectError as error:
            if missing := MISSING.search(str(error)):
                pytest.skip(f"needs {missing[1]}: pip install -e '.[dev,sft]'", allow_module_level=True)
            raise


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Without torch, the modules that import it are skipped instead of failing."""
    return None if TORCH else WithoutTorch.from_parent(parent, path=module_path)


@pytest.fixture(scope="session", autouse=True)
def unflushed() -> Iterator[None]:
    """Nothing waits for the disk: what `fsync` secures is lost with the power only, which no test cuts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def drawn_by_one_worker(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What one worker has drawn the others read."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        from tests.drawn import shared

        shared[:] = [tmp_path_factory.getbasetemp().parent]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What importing and collecting makes stays to the end: the garbage collector need not look at it again and again.

    Of what a test makes little is kept: it looks less often, too.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000)
        gc.enable()


def pytest_sessionfinish() -> None:
    """Extensions that count what is left at the end find it collected."""
    gc.unfreeze()


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
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of something else than drawing: tasks that cost much draw their default seed once per process."""
    from tests.drawn import share

    for name in ("format", "zero_shot", "density", "dialogue", "structured", "tool_calls"):
        share(monkeypatch, name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkpoint of a few bytes."""
    return checkpoint(tmp_path / "tiny")
