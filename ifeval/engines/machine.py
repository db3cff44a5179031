"""What this machine has, asked without loading torch."""

import os
import shutil
import subprocess
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path

STAT = Path("/proc/stat")

SOME_WORK = 0.3
"""Busy cores from which on a machine is called shared; an idle system stays below it."""


def cores() -> list[int]:
    """The cores this process may run on."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def busy_cores(seconds: float = 0.5) -> float | None:
    """How many of `cores` other processes keep busy, on average over so many seconds; None where nothing tells."""
    before = _core_ticks()
    time.sleep(seconds)
    after = _core_ticks()
    shares = [
        1 - (idle - before[core][0]) / (total - before[core][1])
        for core, (idle, total) in after.items()
        if core in before and total > before[core][1]
    ]
    return sum(shares) if shares else None


def available_memory() -> int:
    """Bytes that can be had without swapping, the cgroup's limit respected; 8 GiB where nothing tells."""
    found = [_meminfo_available(), _cgroup_available()]
    return min((value for value in found if value is not None), default=8 << 30)


@cache
def has_cuda() -> bool:
    """Is there an NVIDIA GPU this process may use? Asked of the driver, so torch is not imported."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "all") in ("", "-1") or shutil.which("nvidia-smi") is None:
        return False
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "GPU" in listed.stdout


def gpu_memory() -> list[int]:
    """Bytes of each visible NVIDIA GPU, as the driver gives them."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    query = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        listed = subprocess.run(
            [*query, *(["-i", visible] if visible else [])], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [int(line) << 20 for line in listed.stdout.split()]


def installed(package: str) -> bool:
    """Can `package` be imported? Nothing is imported to find out."""
    return find_spec(package) is not None


def _core_ticks() -> dict[int, tuple[int, int]]:
    """(idle, all) clock ticks since the start of the machine, of each core this process may use."""
    try:
        lines = STAT.read_text().splitlines()
    except OSError:
        return {}
    mine = set(cores())
    ticks = {}
    for line in lines:
        name, *numbers = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in mine:
            spent = list(map(int, numbers[:8]))  # what follows is counted in the first two as well
            ticks[int(name[3:])] = (spent[3] + spent[4], sum(spent))
    return ticks


def _meminfo_available() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _cgroup_available() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        return int((folder / "memory.max").read_text()) - int((folder / "memory.current").read_text())
    except (OSError, ValueError):
        return None
