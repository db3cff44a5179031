"""The gate on a real model: the same one twice, one with noise on its weights, too few prompts, another template;
and the sequential gate, which ends the runs of the first two early."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ifeval.util.jsonio import loads
from tests.checkpoints import damage

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "smollm2-135m-instruct"


def ifeval(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A verb in `folder`, with a cache of its own: what earlier runs were answered is asked again."""
    command = [sys.executable, "-m", "ifeval", *map(str, arguments)]
    own = {**os.environ, "IFEVAL_CACHE": str(folder / "cache")}
    return subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, timeout=1500, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a policy, a damaged copy of the model, and a copy with another chat template."""
    if not (MODEL / "config.json").is_file():
        pytest.skip("no model; make model fetches it")
    made = tmp_path_factory.mktemp("gate")
    (made / "gate.toml").write_text("margin = 0.15\n")
    damage(MODEL, made / "damaged")
    shutil.copytree(MODEL, made / "retemplated")
    template = made / "retemplated" / "chat_template.jinja"
    changed = template.read_text().replace("You are a helpful AI assistant named SmolLM", "You are SmolLM")
    assert changed != template.read_text()
    template.write_text(changed)
    return made


@pytest.fixture(scope="module")
def runs(folder) -> Path:
    """The model twice and the damaged copy, on 40 everyday requests."""
    for model, run in ((MODEL, "first"), (MODEL, "second"), (folder / "damaged", "worse")):
        done = ifeval(folder, "run", "--model", model, "--tasks", "wrong_in_any_reply:40", "--no-cache", "--out", run)
        assert done.returncode == 0, done.stderr
    assert ifeval(folder, "baseline", "add", "first", "--again", "second", "--name", "shipped").returncode == 0
    return folder


@pytest.fixture(scope="module")
def stopping(folder) -> Path:
    """A baseline of 160 prompts of which 64 decode at once, so that a gate that stops has something to cancel."""
    few = ("--tasks", "format", "--limit", "160", "--engine-arg", "max_num_seqs=64")
    done = ifeval(folder, "run", "--model", MODEL, *few, "--no-cache", "--out", "format")
    assert done.returncode == 0, done.stderr
    assert ifeval(folder, "baseline", "add", "format", "--name", "format").returncode == 0
    return folder


@pytest.mark.parametrize(
    ("candidate", "policy", "code", "label"),
    [
        ("second", ["--policy", "gate.toml"], 0, "PASS"),
        ("worse", ["--policy", "gate.toml"], 1, "FAIL"),
        ("second", [], 3, "INCONCLUSIVE"),
    ],
)
def test_the_verdict_on_real_runs(runs, candidate, policy, code, label):
    done = ifeval(runs, "gate", candidate, "--baseline", "shipped", *policy, "--junit", "gate.xml", "--json")
    assert done.returncode == code, done.stdout + done.stderr
    assert loads(done.stdout)["verdict"] == label
    suite = ElementTree.parse(runs / "gate.xml").getroot().find("testsuite")
    assert suite is not None
    failures, errors = (int(suite.get(kind) or 0) for kind in ("failures", "errors"))
    assert (failures > 0, errors > 0) == (code == 1, code == 3)


def test_another_template_is_not_comparable(runs):
    """A copy of the model with another system prompt in its template; four replies are enough to be refused."""
    few = ("--tasks", "wrong_in_any_reply", "--limit", "4", "--out", "other")
    assert ifeval(runs, "run", "--model", "retemplated", *few).returncode == 0
    done = ifeval(runs, "gate", "other", "--baseline", "shipped", "--junit", "gate.xml")
    assert done.returncode == 4
    assert "differ in template (" in done.stdout
    error = ElementTree.parse(runs / "gate.xml").getroot().find(".//testcase/error")
    assert error is not None
    assert error.get("type") == "not-comparable"


@pytest.mark.parametrize(("model", "code", "label"), [(MODEL, 0, "PASS"), ("damaged", 1, "FAIL")])
def test_the_sequential_gate_on_a_live_engine(stopping, model, code, label):
    out = f"stopped-{label}"
    begun = time.perf_counter()
    done = ifeval(
        stopping, "gate", model, "--baseline", "format", "--policy", "gate.toml", "--sequential", "--json", "--out", out
    )
    assert done.returncode == code, done.stdout + done.stderr
    verdict = loads(done.stdout)
    stopped = verdict["stopped"]
    print(f"\n{label} after {stopped['seen']} of {stopped['planned']} prompts, {time.perf_counter() - begun:.0f} s")
    assert verdict["verdict"] == label
    assert stopped["early"]
    assert stopped["seen"] < stopped["planned"] == 160
    assert loads((stopping / out / "run.json").read_bytes())["status"] == "stopped"
    assert ifeval(stopping, "leaderboard", out, "--out", "tables").returncode == 0
    assert "smollm2" not in (stopping / "tables" / "leaderboard.csv").read_text()
