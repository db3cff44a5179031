"""benchmarks/gpu on a CPU with tiny sizes: no part fails for a reason that has nothing to do with a GPU."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ifeval.engines.machine import installed

ROOT = Path(__file__).resolve().parent.parent
CHECK = ROOT / "benchmarks" / "gpu" / "check.sh"
MODEL = ROOT / "models" / "smollm2-135m-instruct"

TRAINING = ("train-8b-lora", "train-8b-full", "train-small", "train-small-unpacked", "resume")
SERVING = ("vllm-8b-bare", "vllm-8b-ours", "constrained", "thinking", "killed", "transformers")


def check(out: Path, *parts: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"SIZES": "tiny", "PYTHON": sys.executable, "MODEL": str(MODEL), **environment}
    return subprocess.run([CHECK, out, *parts], env=os.environ | given, capture_output=True, text=True, check=False)


def test_without_arguments_it_says_what_it_is_for() -> None:
    done = subprocess.run([CHECK], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "check.sh OUT [PART...]" in done.stdout


def test_a_part_that_fails_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "resume.json").write_text('{"steps": 4}')
    done = check(tmp_path, "resume", "vllm-8b-bare", MODEL="/nowhere", IFEVAL="/nowhere")
    assert done.returncode == 1
    assert "vllm-8b-bare: FAILED" in done.stdout
    assert 'resume: {"steps": 4}' in done.stdout
    assert json.loads((tmp_path / "summary.json").read_text()) == {"resume": {"steps": 4}}


@pytest.mark.slow
@pytest.mark.skipif(not MODEL.is_dir(), reason="there is no model: make model")
def test_the_parts_that_train(tmp_path: Path) -> None:
    pytest.importorskip("peft", reason="peft is not installed: pip install 'ifeval-harness[sft]'")
    done = check(tmp_path, "environment", *TRAINING)
    assert done.returncode == 0, done.stdout
    found = json.loads((tmp_path / "summary.json").read_text())
    assert set(found) == {"environment", *TRAINING}
    assert found["train-8b-full"]["weights"] == "bf16"
    assert found["train-8b-lora"]["attention"] == "ifeval_documents"
    assert found["resume"]["largest_difference_of_a_loss"] == 0


@pytest.mark.slow
@pytest.mark.engine
@pytest.mark.skipif(not installed("vllm"), reason="vllm is not installed: make install")
@pytest.mark.skipif(not MODEL.is_dir(), reason="there is no model: make model")
def test_the_parts_that_serve(tmp_path: Path, golden: Path) -> None:
    done = check(tmp_path, *SERVING, IFEVAL=str(golden / "ifeval" / "input_data.jsonl"))
    assert done.returncode == 0, done.stdout
    found = json.loads((tmp_path / "summary.json").read_text())
    assert set(found) == set(SERVING)
    assert found["vllm-8b-ours"]["tokens"] == found["vllm-8b-bare"]["tokens"]
    thinking = found["thinking"]
    assert thinking["thoughts_ended"] + thinking["stopped_by_themselves"] == thinking["replies"] > 0
    assert found["thinking"]["longest_thought"] > 1
    assert all(found["killed"][moment]["processes"] for moment in ("starting", "generating"))
