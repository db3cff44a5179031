"""How threads wait in a training: briefly awake where the cores are idle, asleep beside other work, as the user says."""

import os

import pytest

from ifeval.cli import sft
from ifeval.engines import machine


@pytest.mark.parametrize(
    ("own", "busy", "spins"),
    [({}, 0.1, sft.SPINS), ({}, 1.5, None), ({}, None, sft.SPINS), ({"OMP_WAIT_POLICY": "ACTIVE"}, 0.1, None)],
)
def test_threads_spin_briefly_on_idle_cores(
    monkeypatch: pytest.MonkeyPatch, own: dict[str, str], busy: float | None, spins: str | None
) -> None:
    for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(machine, "busy_cores", lambda: busy)
    sft.prepare_process()
    assert os.environ.get("GOMP_SPINCOUNT") == spins
    assert os.environ["OMP_WAIT_POLICY"] == own.get("OMP_WAIT_POLICY", "PASSIVE")
