"""Checkpoints judged while training goes on: what is eligible, which is kept, and that stopping loses nothing."""

import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ifeval.cli import app
from ifeval.errors import UserError
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training import judge
from ifeval.finetuning.training.export import RECORD
from ifeval.finetuning.training.judge import GUARD, Evaluation, best, judged, run_child, run_command
from ifeval.finetuning.training.log import read_evaluations, read_log
from ifeval.finetuning.training.loop import STATE, train
from ifeval.finetuning.training.state import newest
from ifeval.runs.options import CHOOSING_SEED
from tests.conftest import ROOT
from tests.reliability.forked import ended, started
from tests.sft.test_train import Watch, base, options, own_cache  # noqa: F401 - fixtures

SMOLLM2 = ROOT / "models" / "smollm2-135m-instruct"


def evaluation(step: int, mean: float, *failed: str) -> Evaluation:
    return Evaluation(step, {"format": mean}, mean, 1.0, 1.0, 1.0, failed)


def summary(score: float, truncated: float, sound: float) -> dict[str, Any]:
    def task(primary: str, value: float) -> dict[str, Any]:
        return {"primary": primary, "metrics": {primary: {"value": value, "low": 0.0, "high": 1.0, "n": 8}}}

    tasks = {"format": task("prompt_strict", score), GUARD: task("sound", sound)}
    return {"tasks": tasks, "rates": {"truncated": truncated}}


def test_the_best_is_eligible_trained_and_the_earliest_of_equals() -> None:
    rows = [evaluation(0, 0.9), evaluation(2, 0.4), evaluation(4, 0.5), evaluation(6, 0.5), evaluation(8, 0.8, "why")]
    assert best(rows) == rows[2]
    assert best(rows[:1]) is None
    assert best([rows[0], rows[4]]) is None


def test_guards_hold_against_the_untrained_model_within_their_margin() -> None:
    before = judged(0, summary(0.2, truncated=0.3, sound=0.8), 1.0, None)
    assert (before.mean, before.stopped, before.sound, before.failed) == (0.2, 0.7, 0.8, ())
    assert judged(5, summary(0.6, truncated=0.39, sound=0.71), 1.0, before).failed == ()
    fell = judged(5, summary(0.6, truncated=0.5, sound=0.6), 1.0, before)
    assert fell.failed == (
        "stop rate 50.0 %, before training 70.0 %",
        "sound replies 60.0 %, before training 80.0 %",
    )
    assert "not eligible" in str(fell)
    only_the_guard = summary(0.2, 0.0, 0.8)
    del only_the_guard["tasks"]["format"]
    with pytest.raises(UserError, match="--eval-tasks"):
        judged(0, only_the_guard, 1.0, None)


def test_the_command_names_the_tasks_the_guard_and_a_seed_of_its_own(options: SftOptions) -> None:  # noqa: F811
    settings = replace(options, eval_tasks="format:8, tool_calls", eval_args=("--engine", "transformers"))
    command = run_command(settings, Path("step-2"), Path("run"), None)
    assert command[command.index("--tasks") + 1] == "format:8,tool_calls,wrong_in_any_reply:40"
    assert command[command.index("--seed") + 1] == str(CHOOSING_SEED)
    assert command[command.index("--model") + 1] == "step-2"
    assert command[-2:] == ["--engine", "transformers"]
    own = run_command(replace(settings, eval_tasks="format,wrong_in_any_reply:4"), Path("step-2"), Path("run"), 0.5)
    assert own[own.index("--tasks") + 1] == "format,wrong_in_any_reply:4"
    assert "gpu_memory_utilization=0.50" in own
    kept = replace(settings, lora=4, keep_adapter=True, template_args={"thinking": True})
    adapter = run_command(kept, Path("step-2"), Path("run"), None)
    assert adapter[adapter.index("--model") + 1 :][:3] == [options.model, "--adapter", "step-2"]
    assert "thinking=true" in adapter


def test_a_child_that_fails_is_quoted_and_one_that_is_stopped_is_ended(tmp_path: Path) -> None:
    output = tmp_path / "runs" / "step-1.log"
    with pytest.raises(UserError, match=r"exit code 3; .*step-1.log\): no such task"):
        run_child([sys.executable, "-c", "print('no such task'); raise SystemExit(3)"], output, [])
    started = time.monotonic()
    assert not run_child([sys.executable, "-c", "import time; time.sleep(60)"], output, [signal.SIGTERM])
    assert time.monotonic() - started < 30
    assert run_child([sys.executable, "-c", "print('done')"], output, [])
    assert output.read_text() == "done\n"


class Evaluated:
    """`ifeval run` as it is, but in place of a tiny random model it asks, by step, a scripted one."""

    def __init__(self, models: Mapping[str, str], stop_at: str | None = None) -> None:
        self.models = models
        self.stop_at = stop_at
        self.written: dict[str, str] = {}

    def __call__(self, options: SftOptions, checkpoint: Path, run: Path, gpu: float | None) -> list[str]:  # noqa: F811
        self.written[checkpoint.name] = digest(checkpoint)
        if checkpoint.name == self.stop_at:
            os.kill(os.getpid(), signal.SIGTERM)
        command = run_command(options, checkpoint, run, gpu)
        command[command.index("--model") + 1] = f"scripted:{self.models[checkpoint.name]}"
        return command


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def losses(out: Path) -> list[float]:
    return [row["loss"] for row in read_log(out / STATE / "log.jsonl")]


@pytest.fixture
def short(options: SftOptions) -> SftOptions:  # noqa: F811
    return replace(options, max_steps=4, eval_tasks="format:2,wrong_in_any_reply:2", eval_every=2)


def test_the_best_checkpoint_is_what_training_leaves(
    short: SftOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted in an evaluation and resumed: nothing is trained or evaluated twice."""
    models = {"step-0": "echo", "step-2": "oracle", "step-4": "constant"}
    first = Evaluated(models, stop_at="step-2")
    monkeypatch.setattr(judge, "run_command", first)
    with pytest.raises(KeyboardInterrupt):
        train(short, Watch())
    state = newest(short.out / STATE)
    assert state is not None
    assert state.name == "step-0000002.pt"
    second = Evaluated(models)
    monkeypatch.setattr(judge, "run_command", second)
    out = train(replace(short, resume=True), Watch())
    assert [*first.written, *second.written] == ["step-0", "step-2", "step-2", "step-4"]
    assert digest(out) == first.written["step-2"] == second.written["step-2"] != second.written["step-4"]
    found = json.loads((out / RECORD).read_text())["evaluation"]
    assert (found["kept_step"], found["tasks"], found["warning"]) == (2, "format:2,wrong_in_any_reply:2", None)
    assert [(row["step"], row["mean"]) for row in found["checkpoints"]] == [(0, 0.0), (2, 1.0), (4, 0.0)]
    assert [row["step"] for row in read_evaluations(out / STATE / "log.jsonl")] == [0, 2, 4]
    assert not list((out / STATE / "checkpoints").iterdir())
    unjudged = train(replace(short, eval_tasks="", out=tmp_path / "unjudged"), Watch())
    assert losses(unjudged) == losses(out)
    assert digest(unjudged) == second.written["step-4"]


def forked(command: list[str], output: Path, stopped: list[Any]) -> bool:
    """`run_child`, whose child has imported already what it needs; the test above starts real ones."""
    output.parent.mkdir(parents=True, exist_ok=True)
    assert command[:3] == [sys.executable, "-m", "ifeval"]
    assert ended(started(command[3:], output)) == 0, output.read_text()
    return True


def test_where_none_is_eligible_the_last_is_kept_and_said(short: SftOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    after = Evaluated({"step-0": "oracle", "step-1": "echo"})
    monkeypatch.setattr(judge, "run_command", after)
    monkeypatch.setattr(judge, "run_child", forked)
    out = train(replace(short, max_steps=1), Watch())
    found = json.loads((out / RECORD).read_text())["evaluation"]
    assert (found["kept_step"], digest(out)) == (1, after.written["step-1"])
    assert "No checkpoint is eligible" in found["warning"]
    assert found["checkpoints"][1]["failed"] == ["sound replies 0.0 %, before training 100.0 %"]


def test_an_evaluation_that_fails_ends_the_training_with_its_state(short: SftOptions) -> None:
    with pytest.raises(UserError, match=r"No task or suite is called 'no-such-task'.*--resume"):
        train(replace(short, eval_tasks="no-such-task"), Watch())


@pytest.mark.engine
@pytest.mark.skipif(not SMOLLM2.is_dir(), reason="make model")
def test_a_real_model_is_judged_by_its_real_engine(tmp_path: Path) -> None:
    data, out = tmp_path / "made.jsonl", tmp_path / "out"
    rows = [{"prompt": f"What is {i} plus {i}?", "completion": f"{i} plus {i} is {2 * i}."} for i in range(16)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    flags = ["--model", str(SMOLLM2), "--data", str(data), "--out", str(out), "--max-steps", "2", "--max-length", "128"]
    tasks = ["--eval-tasks", "format:8,wrong_in_any_reply:8", "--eval-every", "2", "--eval-args", "--max-tokens 96"]
    done = CliRunner().invoke(app, ["sft", *flags, *tasks], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found = json.loads((out / RECORD).read_text())["evaluation"]
    assert [row["step"] for row in found["checkpoints"]] == [0, 2]
    assert all(set(row["scores"]) == {"format", "wrong_in_any_reply"} for row in found["checkpoints"])
    assert f"step {found['kept_step']} (kept): mean" in done.output
