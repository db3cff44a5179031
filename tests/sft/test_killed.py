"""A training that is killed fifty times and started again by the same command ends with the same bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.sft.families import family
from tests.sft.tiny import llama


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_fifty_kills_change_nothing(tmp_path: Path) -> None:
    base, data = tmp_path / "base", tmp_path / "made.jsonl"
    llama().save_pretrained(base)
    family("qwen2.5").save_pretrained(base)
    rows = [{"prompt": f"say {i}", "completion": f"{i} is said"} for i in range(24)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = {
        "model": str(base),
        "data": [str(data)],
        "max_steps": 24,
        "max_length": 128,
        "batch": 4,
        "save_every": 2,
    }
    more = {"precision": "fp32", "neftune": 5.0, "validation": "0.2", "save_epochs": True, "out": str(tmp_path)}
    file = tmp_path / "options.json"
    file.write_text(json.dumps(settings | more))
    done = subprocess.run(
        [sys.executable, "-m", "tests.sft.killed", str(file), "50"],
        cwd=ROOT,
        env=os.environ | {"IFEVAL_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["killed"] == 50
    wholes = [Path(out) for out in found["outs"]]
    for out in wholes[1:]:
        assert (out / "model.safetensors").read_bytes() == (wholes[0] / "model.safetensors").read_bytes()
        assert losses(out) == losses(wholes[0])


def losses(out: Path) -> list[tuple[int, float]]:
    """All losses in a log, of training and of validation."""
    rows = map(json.loads, (out / "training" / "log.jsonl").open())
    return [(row["step"], row.get("loss", row.get("validation_loss"))) for row in rows]
