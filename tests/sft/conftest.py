"""Torch is told, before it is imported, that threads must not spin; without it, the modules that need it are skipped."""

import os
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

NEEDS_TORCH = re.compile(
    r"^(?:import torch|from torch|import transformers|from tests\.sft\.(?:families|tiny) |from ifeval\.finetuning\.training)",
    re.MULTILINE,
)


class WithoutTorch(pytest.Module):
    """A module that cannot be imported here, reported as skipped."""

    def collect(self):  # type: ignore[no-untyped-def]
        pytest.skip("needs torch and transformers: pip install -e '.[dev,sft]'", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Without torch, the modules that import it are skipped with a reason instead of failing."""
    if find_spec("torch") is None and NEEDS_TORCH.search(module_path.read_text(encoding="utf-8")):
        return WithoutTorch.from_parent(parent, path=module_path)
    return None
