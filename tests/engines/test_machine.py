"""What else runs on the cores, as the system's counters tell it, and what `doctor` says of it."""

from pathlib import Path

import pytest

from ifeval.cli import doctor
from ifeval.engines import machine, vllm


def ticks(*idle_of: tuple[int, int]) -> str:
    """/proc/stat with (idle, busy) ticks of each core."""
    lines = [f"cpu{core} {busy} 0 0 {idle} 0 0 0 0 0 0" for core, (idle, busy) in enumerate(idle_of)]
    return "\n".join(["cpu  1 2 3 4 5 6 7 8 9 10", *lines, "intr 1 2 3", "ctxt 5"]) + "\n"


@pytest.fixture
def stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The counters, which a nap of the program turns from `stat` into `stat.next`."""
    file = tmp_path / "stat"
    monkeypatch.setattr(machine, "STAT", file)
    monkeypatch.setattr(machine, "cores", lambda: [0, 2])
    monkeypatch.setattr(machine.time, "sleep", lambda _: file.write_text(file.with_suffix(".next").read_text()))
    return file


def test_busy_cores_are_those_this_process_may_use(stat: Path) -> None:
    stat.write_text(ticks((100, 100), (100, 100), (100, 100)))
    stat.with_suffix(".next").write_text(ticks((100, 150), (100, 150), (175, 125)))
    assert machine.busy_cores() == pytest.approx(1.25)  # the first wholly, the third by a quarter


def test_nothing_is_said_where_nothing_tells(stat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.time, "sleep", lambda _: None)
    assert machine.busy_cores() is None
    stat.write_text("nonsense\n")
    assert machine.busy_cores() is None
    assert list(doctor.shared_line()) == []


@pytest.mark.parametrize(("busy", "words"), [(0.1, "nothing else runs"), (1.3, "other work keeps 1.3 of them busy")])
def test_doctor_says_what_else_runs(busy: float, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "busy_cores", lambda: busy)
    ((ok, line),) = doctor.shared_line()
    assert ok
    assert words in line
    assert ("slower" in line) == (busy > 1)


@pytest.mark.parametrize(
    ("busy", "bound", "policy"),
    [
        (None, "0,1,2,3", None),
        (0.1, "0,1,2,3", None),
        (0.5, "0,1,2", "passive"),
        (2.0, "0,1", "passive"),
        (4.0, "0", "passive"),
    ],
)
def test_beside_other_work_the_engine_has_fewer_threads_that_sleep(
    busy: float | None, bound: str, policy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vllm, "busy_cores", lambda: busy)
    monkeypatch.setattr(vllm, "cores", lambda: [0, 1, 2, 3])
    for name in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "VLLM_CPU_OMP_THREADS_BIND"):
        monkeypatch.delenv(name, raising=False)
    chosen = vllm.cpu_environment()
    assert chosen["VLLM_CPU_OMP_THREADS_BIND"] == bound
    assert chosen["OMP_NUM_THREADS"] == str(len(bound.split(",")))
    assert chosen.get("OMP_WAIT_POLICY") == policy
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert vllm.cpu_environment()["OMP_NUM_THREADS"] == "7"
