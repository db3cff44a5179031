"""`ifeval watch` on a real model: a checkpoint, a damaged copy of it and one that is not whole appear in a folder."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checkpoints import damage

MODEL = Path(__file__).resolve().parent.parent / "models" / "smollm2-135m-instruct"
pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not MODEL.is_dir(), reason="there is no model: make model"),
]


def wait_for(there: Callable[[], bool], watching: "subprocess.Popen[str]", seconds: float = 400) -> None:
    deadline = time.monotonic() + seconds
    while not there():
        assert watching.poll() is None, watching.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_the_drop_of_a_damaged_checkpoint_is_called_and_half_a_checkpoint_left_alone(tmp_path: Path) -> None:
    folder, out = tmp_path / "checkpoints", tmp_path / "out"
    folder.mkdir()
    record = out / "trajectory.json"
    command = [sys.executable, "-m", "ifeval", "watch", str(folder), "--out", str(out), "--poll", "1"]
    watching = subprocess.Popen(
        [*command, "--tasks", "wrong_in_any_reply:40,format:60", "--no-cache"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"IFEVAL_CACHE": str(tmp_path / "cache")},
    )

    def points() -> list[dict]:
        return json.loads(record.read_bytes()) if record.exists() else []

    try:
        shutil.copytree(MODEL, folder / "step-100")
        wait_for(lambda: len(points()) == 1, watching)
        weights = Path(shutil.copytree(MODEL, tmp_path / "step-300")) / "model.safetensors"
        os.truncate(weights, weights.stat().st_size // 2)
        damage(MODEL, tmp_path / "step-200")
        for name in ("step-300", "step-200"):
            (tmp_path / name).rename(folder / name)
        wait_for(lambda: len(points()) == 2, watching)
        time.sleep(2)
        assert watching.poll() is None, "it goes on watching"
    finally:
        watching.terminate()
        said, _ = watching.communicate(timeout=60)
    good, bad = points()
    assert (good["name"], bad["name"], bad["best"]) == ("step-100", "step-200", "step-100")
    assert bad["mean"] < good["mean"] - 0.1
    assert bad["drop"]
    assert bad["p"] <= bad["threshold"]
    assert "step-200: " in said
    assert "DROP: " in said
    assert "DROP: " in (out / "trajectory.md").read_text()
    assert not (out / "step-300").exists()
