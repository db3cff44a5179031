"""The verb: flags to options, the mask for the eye, exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ifeval.cli import app
from ifeval.errors import UserError
from tests.sft.families import family
from tests.sft.tiny import llama


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    llama().save_pretrained(folder)
    family("qwen2.5").save_pretrained(folder)
    return folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "made.jsonl"
    file.write_text("".join(json.dumps({"prompt": f"say {i}", "completion": f"{i}!"}) + "\n" for i in range(8)))
    return file


def test_a_training_ends_with_what_it_did(base: Path, data: Path, tmp_path: Path) -> None:
    flags = ["--model", str(base), "--max-steps", "2", "--max-length", "128", "--precision", "fp32"]
    done = CliRunner().invoke(app, ["sft", *flags, "--data", str(data), "--out", str(tmp_path / "a")])
    assert done.exit_code == 0, done.output
    assert "8 documents" in done.output
    assert f"checkpoint: {tmp_path / 'a'}" in done.output
    weighted = ["--data", f"{data}:0.7", str(data.with_name("more.jsonl")) + ":0.3"]
    data.with_name("more.jsonl").write_text(data.read_text())
    as_json = CliRunner().invoke(app, ["sft", *flags, *weighted, "--out", str(tmp_path / "b"), "--json"])
    record = json.loads(as_json.stdout)
    assert [(entry["file"], entry["weight"]) for entry in record["data"]] == [("made.jsonl", 0.7), ("more.jsonl", 0.3)]


def test_show_mask_marks_what_is_trained(base: Path, data: Path) -> None:
    shown = CliRunner().invoke(app, ["sft", "--model", str(base), "--data", str(data), "--show-mask", "2"])
    assert shown.stdout.endswith("<|im_start|>user\nsay 1<|im_end|>\n<|im_start|>assistant\n⟦1!<|im_end|>⟧\n")
    template = data.with_name("asking.jinja")
    template.write_text("{{ tone }}{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}")
    flags = ["--chat-template", str(template), "--template-arg", "tone=kind: ", "--show-mask", "1"]
    toned = CliRunner().invoke(app, ["sft", "--model", str(base), "--data", str(data), *flags])
    assert toned.stdout == "kind: say 0<|im_end|>⟦0!<|im_end|>⟧\n"
    missing = CliRunner().invoke(app, ["sft", "--model", str(base), "--data", str(data), "--show-mask", "9"])
    assert isinstance(missing.exception, UserError)
    assert isinstance(CliRunner().invoke(app, ["sft", "--model", str(base), "--data", str(data)]).exception, UserError)


def test_a_model_can_be_asked_about_the_data(base: Path, data: Path) -> None:
    flags = ["--model", str(base), "--tasks", "wrong_in_any_reply:40", "--difficulty", "--json"]
    done = CliRunner().invoke(app, ["data", "check", str(data), *flags])
    found = json.loads(done.stdout)
    assert found["tokens"]["dropped"] == {}
    assert len(found["difficulty"]) == 8
    assert all(0.5 < value < 2 for value in found["difficulty"].values())
    shown = CliRunner().invoke(app, ["data", "check", str(data), *flags[:-1]])
    assert "prompts that do not help" in shown.output


@pytest.mark.slow
def test_sigterm_saves_and_exits_130(base: Path, data: Path, tmp_path: Path) -> None:
    flags = ["--model", str(base), "--data", str(data), "--out", str(tmp_path / "out"), "--max-steps", "100000"]
    log = tmp_path / "out" / "training" / "log.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "ifeval", "sft", *flags], env=os.environ | {"OMP_NUM_THREADS": "1"}
    ) as child:
        deadline = time.monotonic() + 120
        while (not log.is_file() or not log.read_bytes()) and time.monotonic() < deadline:
            time.sleep(0.2)
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 130
    assert len(list(log.parent.glob("step-*.pt"))) == 1
