"""The GitHub action and the GitLab recipe: their scripts are run, their workflows linted where actionlint is at hand."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ifeval.util import yamlio
from tests.conftest import ROOT
from tests.made_runs import make_run

ACTION = yamlio.loads((ROOT / "action.yml").read_text(), max_depth=20)
SCRIPTS = ROOT / ".github" / "action"
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


def gate(folder: Path, ifeval: str, **inputs: str) -> tuple[dict[str, str], str]:
    """The outputs and the log of gate.sh, with a program called ifeval of the test's own."""
    executable(folder / "bin" / "ifeval", ifeval)
    output = folder / "output"
    output.write_text("")
    environment = {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "GITHUB_OUTPUT": str(output), "PYTHONPATH": str(ROOT),
        "IFEVAL_CACHE": str(folder / "cache"), "REPORT": str(folder / "report" / "gate.md"), **inputs,
    }  # fmt: skip
    done = subprocess.run(
        ["bash", SCRIPTS / "gate.sh"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return dict(line.split("=", 1) for line in output.read_text().splitlines()), done.stdout + done.stderr


def test_what_the_inputs_say_reaches_the_gate_as_arguments_and_as_nothing_else(tmp_path: Path) -> None:
    shown = '#!/bin/sh\nprintf "%s\\n" "$@" > arguments\nexit 3\n'
    hostile = "$(touch hacked); `touch hacked` --out x"
    outputs, _ = gate(
        tmp_path, shown, CANDIDATE=hostile, BASELINE="release 1", PRESET="smoke", POLICY="", BASE_URL="http://h/v1",
        CASES="a.yaml\n\nb c.yaml\n", ARGUMENTS="--allow=engine\n--repeat=2\n",
    )  # fmt: skip
    report = tmp_path / "report" / "gate"
    assert (tmp_path / "arguments").read_text().splitlines() == [
        "gate", "--baseline", "release 1", "--markdown", f"{report}.md", "--junit", f"{report}.xml", "--preset", "smoke",
        "--base-url", "http://h/v1", "--cases", "a.yaml", "--cases", "b c.yaml", "--allow=engine", "--repeat=2", "--", hostile,
    ]  # fmt: skip
    assert outputs == {"exit-code": "3", "report": f"{report}.md"}
    assert not (tmp_path / "hacked").exists()


def test_the_real_gate(tmp_path: Path) -> None:
    make_run(tmp_path / "old", {"t": [1] * 300}, model="old")
    make_run(tmp_path / "new", {"t": [0] * 60 + [1] * 240}, model="new")
    wrapper = f'#!/bin/sh\nexec {sys.executable} -m ifeval "$@"\n'
    outputs, log = gate(tmp_path, wrapper, CANDIDATE="new", BASELINE="old")
    assert outputs["exit-code"] == "1", log
    assert Path(outputs["report"]).read_text().startswith("### FAIL")
    assert Path(outputs["report"]).with_suffix(".xml").is_file()


def test_no_input_is_spliced_into_a_command() -> None:
    assert all("${{" not in step["run"] for step in STEPS.values())
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    assert set(re.findall(r"`([\w-]+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)))) == used
    assert subprocess.run(["bash", "-c", STEPS["Verdict"]["run"]], env={"CODE": "4"}).returncode == 4


@pytest.fixture
def github() -> Iterator[tuple[str, list[tuple[str, str, Any]], list[dict[str, Any]]]]:
    """A server with GitHub's comments: its address, what it was asked, and the comments it has. A 13 is forbidden."""
    asked: list[tuple[str, str, Any]] = []
    comments: list[dict[str, Any]] = []

    class Answer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            asked.append((self.command, self.path, body))
            if self.command == "POST":
                comments.append({"id": 7, **body})
            found = json.dumps(comments if self.command == "GET" else {}).encode()
            self.send_response(403 if "/13/" in self.path else 200)
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(found)

        do_GET = do_POST = do_PATCH = answer

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked, comments
    server.shutdown()
    server.server_close()


def comment(folder: Path, address: str, number: str = "12") -> str:
    environment = {
        "GITHUB_API_URL": address, "GITHUB_REPOSITORY": "a/b", "PULL_REQUEST": number, "TOKEN": "t",
        "BASELINE": "release-1", "REPORT": str(folder / "gate.md"), "no_proxy": "*",
    }  # fmt: skip
    script = [sys.executable, str(SCRIPTS / "comment.py")]
    return subprocess.run(script, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout


def test_one_comment_is_kept_up_to_date(tmp_path: Path, github) -> None:
    address, asked, comments = github
    comments.append({"id": 6, "body": "somebody's"})
    (tmp_path / "gate.md").write_text("### PASS\n")
    assert comment(tmp_path, address) == ""
    (tmp_path / "gate.md").write_text("x" * 100_000)
    comment(tmp_path, address)
    writes = [(method, path) for method, path, _ in asked if method != "GET"]
    assert writes == [("POST", "/repos/a/b/issues/12/comments"), ("PATCH", "/repos/a/b/issues/comments/7")]
    assert asked[1][2]["body"].endswith("### PASS\n")
    assert len(asked[3][2]["body"]) < 65_536


def test_a_token_that_may_not_write_is_a_warning(tmp_path: Path, github) -> None:
    assert comment(tmp_path, github[0], "13").startswith(
        "::warning title=ifeval gate::The comment could not be written"
    )


def test_the_gitlab_recipe(tmp_path: Path) -> None:
    job = yamlio.loads(BLOCKS[-1], max_depth=20)["gate"]
    assert job["script"][-1].startswith("ifeval gate ")
    executable(tmp_path / "bin" / "curl", '#!/bin/sh\nprintf "%s\\n" "$@" > asked\n')
    (tmp_path / "gate.md").write_text("### PASS\n")
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "GITLAB_TOKEN": "t", "CI_API_V4_URL": "https://git/api/v4",
        "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "9",
    }  # fmt: skip
    subprocess.run(["sh", "-ec", job["after_script"][0]], env=environment, cwd=tmp_path, check=True, timeout=60)
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[-2:] == ["body@gate.md", "https://git/api/v4/projects/5/merge_requests/9/notes"]


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """The page's workflow, the one of `ifeval gate --init`, and the action's steps as a workflow's."""
    from ifeval.release.starter import WORKFLOW

    program = shutil.which("actionlint")
    if program is None:
        pytest.skip("actionlint is not on the path: https://github.com/rhysd/actionlint")
    texts = {"page": BLOCKS[0], "starter": WORKFLOW, "action": json.dumps(as_workflow())}
    for name, text in texts.items():
        file = tmp_path / f"{name}.yml"
        file.write_text(text)
        found = subprocess.run(
            [program, "-ignore", 'label "gpu" is unknown', str(file)], capture_output=True, text=True, timeout=120
        )
        assert found.returncode == 0, f"{name}: {found.stdout}{found.stderr}"


def as_workflow() -> dict[str, Any]:
    inputs = {
        name: {
            "type": "string",
            "description": one["description"],
            **({"required": True} if one.get("required") else {}),
        }
        for name, one in ACTION["inputs"].items()
    }
    steps = ACTION["runs"]["steps"]
    return {"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"gate": {"runs-on": "ubuntu-latest", "steps": steps}}}
