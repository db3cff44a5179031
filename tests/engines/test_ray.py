"""Replicas on Ray: the plan of a cluster's GPUs, and a real one on this machine of which a replica is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import ifeval
from ifeval.engines import open_engine
from ifeval.engines.base import Workload
from ifeval.engines.machine import installed
from ifeval.engines.ray import cause, end_tokens, finish_reason, replica_settings, require_gpus
from ifeval.engines.vllm_server import free_port
from ifeval.errors import UserError
from ifeval.models.prompts import Chat
from ifeval.models.resolve import Model
from ifeval.runs.options import RunOptions
from ifeval.tool_calls import by_name
from ifeval.util.jsonio import read_jsonl
from tests.checkpoints import checkpoint
from tests.processes import alive, command_lines, descends

CHECKPOINT = Path(__file__).resolve().parents[2] / "models" / "smollm2-135m-instruct"
WORK = Workload(requests=100, max_new_tokens=10_000, longest_prompt=500, longest_reply=100)
REPLICA = "MapBatches(vLLMEngineStageUDF)"
"""What Ray calls the process that holds a replica's engine."""

needs_ray = pytest.mark.skipif(
    not (installed("ray") and installed("vllm")), reason="ray or vllm is not installed: pip install -e '.[cpu,ray]'"
)
needs_model = pytest.mark.skipif(not CHECKPOINT.is_dir(), reason="there is no model: make model")


def a_model(tmp_path: Path) -> Model:
    return Model("mine", "checkpoint", "0" * 64, checkpoint(tmp_path / "ckpt"))


def test_a_gpu_replica_has_vllms_own_defaults(tmp_path: Path) -> None:
    arguments = {"tensor_parallel_size": 2, "data_parallel_size": 3}
    settings = replica_settings(a_model(tmp_path), WORK, arguments, {"GPU": 6.0, "CPU": 64.0})
    assert settings["data_parallel_size"] == 3
    assert settings["tensor_parallel_size"] == 2
    assert not {"dtype", "max_num_seqs", "enforce_eager", "distributed_executor_backend"} & settings.keys()


def test_replicas_on_one_machine_share_its_memory(tmp_path: Path) -> None:
    settings = replica_settings(a_model(tmp_path), WORK, {"data_parallel_size": 2, "max_num_seqs": 7}, {"CPU": 2.0})
    assert settings["distributed_executor_backend"] == "mp"
    assert settings["max_num_seqs"] == 7
    assert settings["data_parallel_size"] == 2


@pytest.mark.parametrize(
    ("settings", "replicas", "sentence"),
    [
        ({"tensor_parallel_size": 4}, 2, "--dp 2 --tp 4 --pp 1 needs 8 GPUs; the Ray cluster has 7."),
        ({"tensor_parallel_size": "auto"}, 1, "--tp auto: the GPUs of a Ray cluster are not known beforehand"),
    ],
)
def test_more_gpus_than_there_are_would_be_waited_for_for_ever(settings: dict, replicas: int, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        require_gpus(settings, replicas, 7)


def test_the_tokens_that_end_a_reply(tmp_path: Path) -> None:
    model = a_model(tmp_path)
    assert end_tokens(model) == {2}
    config = model.path / "generation_config.json"
    config.write_text('{"eos_token_id": [1, 7]}')
    assert end_tokens(model) == {1, 7}
    config.unlink()
    assert end_tokens(model) == set()


@pytest.mark.parametrize(
    ("tokens", "stops", "reason"),
    [
        ([5, 2], (), "stop"),
        ([5, 6], (), "length"),
        ([2, 6], (), "length"),
        ([5, 6], ("56",), "stop"),
        ([], (), "length"),
    ],
)
def test_why_a_reply_ended_is_read_off_its_tokens(tokens: list[int], stops: tuple[str, ...], reason: str) -> None:
    assert finish_reason(tokens, {2, 7}, stops, lambda ids: "".join(map(str, ids))) == reason


def test_the_cause_is_at_the_bottom_of_what_ray_wraps_around_it() -> None:
    wrapped = (
        "The actor died, ray::MapWorker.__init__()\n  File x\nValueError: first\n  File y\nRuntimeError: no weights\n"
    )
    assert cause(Exception(wrapped)) == "RuntimeError: no weights"
    pydantic = (
        "The actor died\nValidationError: 1 validation error for ModelConfig\n  Value error, too long\n    For more"
    )
    assert cause(Exception(pydantic)) == "Value error, too long"
    assert cause(Exception("The actor died.\nmore")) == "The actor died."


def test_an_address_needs_the_engine() -> None:
    with pytest.raises(UserError, match="--ray-address auto: give --engine ray with it"):
        RunOptions("ckpt", ray_address="auto")


def test_without_ray_the_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ifeval.engines.installed", lambda package: package != "ray")
    with pytest.raises(UserError, match=r"--engine ray: ray is not installed; pip install 'ifeval-harness\[ray\]'"):
        open_engine(a_model(tmp_path), Chat(None, by_name("hermes")), engine="ray")


def command(out: Path, *arguments: str) -> list[str]:
    run = [sys.executable, "-m", "ifeval", "run", "--model", str(CHECKPOINT), "--engine", "ray", "--no-cache"]
    return [*run, "--tasks", "format", "--out", str(out), *arguments]


@needs_ray
@needs_model
@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_killed_replica_loses_nothing_and_a_refused_row_is_an_error(tmp_path: Path) -> None:
    """64 samples of which some prompts are too long for the engine; the replica dies once the first replies are there.

    Eight at a time, for else all four batches would be done at the same moment.
    """
    out = tmp_path / "run"
    settings = [part for setting in ("max_model_len=110", "max_num_seqs=8") for part in ("--engine-arg", setting)]
    run = subprocess.Popen(
        command(out, "--limit", "64", "--max-tokens", "24", *settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    journal = out / "samples.jsonl"
    while run.poll() is None and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.05)
    started = {pid: words for pid, words in command_lines().items() if descends(pid, run.pid)}
    killed = [pid for pid, words in started.items() if REPLICA in words]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    before = list(read_jsonl(journal))
    said, _ = run.communicate(timeout=600)
    assert run.returncode == 0, said
    assert killed, said
    assert 0 < len(before) < 64, "killed in the middle"
    rows = list(read_jsonl(journal))
    assert set(Counter(row["sample_id"] for row in rows).values()) == {1}
    assert len(rows) == 64
    refused = [row for row in rows if row["response"]["error"]]
    answered = [row for row in rows if not row["response"]["error"]]
    assert 0 < len(refused) < 64
    assert all("length" in row["response"]["error"] for row in refused)
    assert {row["response"]["finish_reason"] for row in answered} == {"stop", "length"}
    assert all(0 < row["response"]["completion_tokens"] <= 24 for row in answered)
    deadline = time.monotonic() + 30
    while (left := [started[pid] for pid in started if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == [], "neither Ray's processes nor the engine of the killed replica"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """A cluster of one node that others may join; yields its address."""
    address = f"127.0.0.1:{free_port()}"
    ray = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--include-dashboard=false"]
    node = ["--node-ip-address=127.0.0.1", f"--port={address.partition(':')[2]}", "--num-cpus=2"]
    head = subprocess.Popen([*ray, *node, "--disable-usage-stats"], stdout=subprocess.PIPE, text=True)
    assert any("started" in line for line in head.stdout), "ray start says when it is up"
    threading.Thread(target=head.stdout.read, daemon=True).start()
    yield address
    head.terminate()
    head.wait(60)


@needs_ray
@needs_model
@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_running_cluster_is_joined_by_its_address_and_holds_replies_to_a_schema(tmp_path: Path, cluster: str) -> None:
    arguments = ["--tasks", "structured:4", "--constrain", "--max-tokens", "8", "--ray-address", cluster]
    subprocess.run(command(tmp_path / "run", *arguments), check=True, capture_output=True)
    run = ifeval.load_run(tmp_path / "run")
    assert run.summary["rates"]["errors"] == 0
    constrained = run.samples[run.samples["sample_id"].str.endswith("#constrained")]
    assert len(constrained) > 0
    assert constrained["reply"].str.startswith(("{", "[")).all()
    assert run.manifest["engine_settings"]["data_parallel_size"] == 1
