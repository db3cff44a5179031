"""TRL's GRPOTrainer learns from the rewards, for real: a small model, a few steps.

TRL runs in the environment that IFEVAL_TRL_PYTHON names the Python of, else in this one; the model is IFEVAL_TEST_MODEL,
else the one that `make` keeps in models/.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ifeval.registry.plugins import discover
from ifeval.rewards import read_rows
from ifeval.rewards.hacking import read_replies, signs
from ifeval.rewards.make import row_maker
from tests.conftest import ROOT

PYTHON = os.environ.get("IFEVAL_TRL_PYTHON") or (sys.executable if find_spec("trl") else "")
MODEL = Path(os.environ.get("IFEVAL_TEST_MODEL", ROOT / "models" / "smollm2-135m-instruct"))
STEPS = 3

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="needs TRL: pip install trl somewhere, and set IFEVAL_TRL_PYTHON"),
    pytest.mark.skipif(not MODEL.is_dir(), reason=f"no model at {MODEL}; set IFEVAL_TEST_MODEL"),
]


def test_grpo_trains_on_the_rewards(tmp_path: Path) -> None:
    task, make = discover()["zero_shot"](), row_maker()
    file, replies = tmp_path / "rows.jsonl", tmp_path / "replies.jsonl"
    rows = [row for sample in task.training_samples(1_000_003, 40) if isinstance(row := make(task, sample), dict)]
    rows = sorted(rows, key=lambda row: len(str(row["prompt"])))[:8]  # short prompts, so that a step takes seconds
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    script = Path(__file__).with_name("grpo.py")
    told = subprocess.run(
        [PYTHON, str(script), str(MODEL), str(file), str(tmp_path / "out"), str(STEPS), str(replies)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert told.returncode == 0, told.stderr[-3000:]
    steps = json.loads(told.stdout.strip().splitlines()[-1])
    assert len(steps) == STEPS
    assert all(0 <= step["reward"] <= 1 for step in steps)
    assert all("rewards/ifeval_reward/mean" in step for step in steps)
    found = read_replies(replies, read_rows(file))
    assert len(found) == STEPS * 4
    given = [json.loads(line)["reward"] for line in replies.read_text().splitlines()]
    assert all(
        again.reward >= once for again, once in zip(found, given, strict=True)
    )  # a cut reply looks whole afterwards
    assert signs(found).replies == STEPS * 4
