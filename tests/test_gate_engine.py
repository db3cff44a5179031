"""The gate on a real model: the same one twice, one with noise on its weights, too few prompts, another template."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ifeval.jsonio import dumps, loads
from tests.checkpoints import damage

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "smollm2-135m-instruct"
POLICY = "margin = 0.15\n"


def ifeval(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ifeval", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1500, check=False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """The model twice and a damaged copy of it, on the 40 natural requests of `manner`."""
    if not (MODEL / "config.json").is_file():
        pytest.skip("no model; make model fetches it")
    folder = tmp_path_factory.mktemp("gate")
    damage(MODEL, folder / "damaged")
    for model, run in ((MODEL, "first"), (MODEL, "second"), (folder / "damaged", "worse")):
        done = ifeval(folder, "run", "--model", model, "--tasks", "manner", "--no-cache", "--out", run)
        assert done.returncode == 0, done.stderr
    (folder / "gate.toml").write_text(POLICY)
    assert ifeval(folder, "baseline", "add", "first", "--again", "second", "--name", "shipped").returncode == 0
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
    assert json.loads(done.stdout)["verdict"] == label
    suite = ElementTree.parse(runs / "gate.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("errors")) == {0: ("0", "0"), 1: ("2", "0"), 3: ("0", "1")}[code]


def test_another_template_is_not_comparable(runs):
    """The same run as if it had been made with another template."""
    manifest = loads((runs / "second" / "run.json").read_bytes())
    manifest["settings"]["template"] = "another"
    (runs / "second" / "run.json").write_bytes(dumps(manifest))
    done = ifeval(runs, "gate", "second", "--baseline", "shipped")
    assert done.returncode == 4
    assert "template" in done.stdout
