"""An engine of another package: found by its import path, refused in one sentence, run as docs/engines-your-own.md says."""

import re
import sys
from pathlib import Path

import pytest

import ifeval
from ifeval.engines.plugins import plugin_engine
from ifeval.errors import UserError
from tests.checkpoints import checkpoint
from tests.conftest import ROOT


@pytest.fixture
def documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's engine as a module on the path; returns a checkpoint to name."""
    page = (ROOT / "docs" / "engines-your-own.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "upper_engine.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    return checkpoint(tmp_path / "model")


def test_the_documented_engine_runs(documented: Path, tmp_path: Path) -> None:
    run = ifeval.evaluate(
        documented,
        tasks="structured",
        limit=4,
        engine="upper_engine:UpperEngine",
        engine_arg={"longest": 1_000_000},
        out=tmp_path / "run",
        progress=False,
    )
    assert run.manifest["settings"]["engine"]["name"] == "upper"
    assert run.samples["reply"].str.isupper().all()
    short = {"out": tmp_path / "short", "engine_arg": {"longest": 10}, "engine": "upper_engine:UpperEngine"}
    assert ifeval.evaluate(documented, "structured", limit=4, progress=False, **short).summary["rates"]["errors"] == 1


def test_a_module_in_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "local_engine.py").write_text("class Local:\n    name = load = preview = generate = close = None\n")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert plugin_engine("local_engine:Local").__name__ == "Local"
    assert sys.path == before, "folders there must not be taken for packages later"


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("abacus", "--engine abacus: give one of auto, vllm, transformers, ray"),
        ("upper_engine:Nothing", "upper_engine:Nothing cannot be imported: AttributeError"),
        ("no_such_module:Engine", "no_such_module:Engine cannot be imported: ModuleNotFoundError"),
        ("pathlib:Path", "pathlib:Path has no `load`"),
    ],
)
def test_an_engine_that_cannot_be_used_is_one_sentence(documented: Path, engine: str, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)):
        ifeval.evaluate(documented, tasks="structured", limit=1, engine=engine, progress=False)
