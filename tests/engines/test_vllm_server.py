"""`ifeval serve`: its command line without an engine, and two real servers of which one dies in the middle of a run."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

import ifeval
from ifeval.engines.vllm_server import flags, free_port, last_words, serve_command, server_settings, serving
from ifeval.errors import UserError
from ifeval.models.resolve import Model, resolve
from ifeval.util.jsonio import read_jsonl
from tests.processes import command_lines
from tests.sft.families import FAMILIES

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = Path(__file__).parents[1] / "plugins"
CHECKPOINT = ROOT / "models" / "smollm2-135m-instruct"
SMALL = {"enforce_eager": True, "max_model_len": 512, "max_num_seqs": 16, "kv_cache_memory_bytes": 1 << 28}


def a_model(template: str | None, adapter: Path | None = None) -> Model:
    return Model("mine", "checkpoint", "0" * 64, Path("ckpt"), adapter, chat_template=template)


def test_settings_become_flags() -> None:
    assert flags({"max_model_len": 512, "enforce_eager": True, "enable_prefix_caching": False}) == [
        *("--max-model-len", "512"),
        "--enforce-eager",
        "--no-enable-prefix-caching",
    ]


def test_a_server_on_a_cpu_is_not_compiled_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ifeval.engines.vllm_server.has_cuda", lambda: False)
    monkeypatch.setattr("ifeval.engines.vllm_server.parallel_settings", lambda *_: {})
    monkeypatch.setattr("ifeval.engines.vllm.kv_cache_bytes", lambda *_: 1 << 28)
    assert "--enforce-eager" in flags(server_settings(a_model(None), {}))
    assert "--no-enforce-eager" in flags(server_settings(a_model(None), {"enforce_eager": False}))


def test_calls_are_parsed_where_the_template_knows_tools() -> None:
    plain = serve_command(a_model("{{ messages }}"), 8000, {})
    assert plain[:2] == [sys.executable, "-m"]
    assert "ckpt" in plain
    assert plain[plain.index("--served-model-name") + 1] == "mine"
    assert "--tool-call-parser" not in plain
    tools = serve_command(a_model(FAMILIES["qwen2.5"][0]), 8000, {})
    assert tools[-3:] == ["--enable-auto-tool-choice", "--tool-call-parser", "hermes"]


def test_an_adapter_is_served_under_the_models_name() -> None:
    command = serve_command(a_model(None, Path("lora")), 8000, {})
    assert command[-4:] == ["--served-model-name", "mine-base", "--lora-modules", "mine=lora"]


def test_the_last_words_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("INFO ready\nValueError: first\nRuntimeError: last\nbye\n")
    assert last_words(log) == "RuntimeError: last"
    log.write_text(
        "(APIServer pid=7) ValidationError: 1 validation error for X\n(APIServer pid=7)   too long\n(APIServer pid=7)\n"
    )
    assert last_words(log) == "ValidationError: 1 validation error for X too long"
    log.write_text("")
    assert last_words(log) == "it left no message"


HEALTHY = """
import http.server, sys
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy).serve_forever()
"""
HOLDER = """
import sys, time
from pathlib import Path
from ifeval.engines import vllm_server
vllm_server.server_settings = lambda model, engine_args: {}
vllm_server.serve_command = lambda model, port, settings: [sys.executable, "-c", sys.argv[1], str(port)]
with vllm_server.serving(None, vllm_server.free_port(), Path(sys.argv[2])) as server:
    print(server.process.pid, flush=True)
    time.sleep(60)
"""


def a_held_server(script: str, log: Path) -> "subprocess.Popen[str]":
    """A process that serves `script` in vLLM's place and prints the server's process id once it is healthy."""
    command = [sys.executable, "-c", HOLDER, script, str(log)]
    heeded = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731 - the test itself may run with it ignored
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heeded)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_the_server_ends_with_its_owner_however_that_ends(tmp_path: Path, ending: signal.Signals) -> None:
    owner = a_held_server(HEALTHY, tmp_path / "log")
    server = int(owner.stdout.readline())
    assert Path(f"/proc/{server}").exists()
    owner.send_signal(ending)
    owner.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{server}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{server}").exists()


def test_a_server_that_ends_while_starting_leaves_its_last_words(tmp_path: Path) -> None:
    owner = a_held_server("raise ValueError('no such engine setting')", tmp_path / "log")
    _, said = owner.communicate(timeout=30)
    assert "vLLM's server did not start: ValueError: no such engine setting; all of its output is in" in said


@pytest.mark.engine
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("task", "samples"), [("format", 60), pytest.param("talk", 24, marks=pytest.mark.slow)])
def test_two_servers_one_killed_and_no_reply_lost(
    task: str, samples: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a conversation the next turn goes to the server that is left."""
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    cores = sorted(os.sched_getaffinity(0))
    program = [sys.executable, "-m", "ifeval", "serve", "--model", str(CHECKPOINT)]
    arguments = [part for name, value in SMALL.items() for part in ("--engine-arg", f"{name}={str(value).lower()}")]
    processes, urls = [], []
    for number in range(2):
        environment = os.environ | {"VLLM_CPU_OMP_THREADS_BIND": str(cores[number % len(cores)])}
        port = free_port()
        command = [*program, "--port", str(port), *arguments]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
        urls.append(f"http://127.0.0.1:{port}/v1")
    try:
        for process, url in zip(processes, urls, strict=True):
            assert url in process.stdout.readline()
        journal = tmp_path / "run" / "samples.jsonl"

        def kill() -> None:
            while not journal.exists() or journal.stat().st_size < 300 * samples:
                time.sleep(0.02)
            processes[0].send_signal(signal.SIGKILL)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        run = ifeval.evaluate(
            CHECKPOINT.name,
            tasks=[task],
            task_path=(PLUGINS,),
            base_url=urls,
            limit=samples,
            max_tokens=96,
            out=tmp_path / "run",
            engine_arg={"concurrency": 8, "backoff": 0.1},
        )
        killer.join(10)
        assert processes[0].wait(10) == -signal.SIGKILL
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.communicate(timeout=60)
    rows = list(read_jsonl(run.path / "samples.jsonl"))
    assert set(Counter(row["sample_id"] for row in rows).values()) == {1}
    assert len(rows) == samples
    assert run.summary["rates"]["errors"] == 0
    keys = [turn["response"]["key"] for row in rows for turn in row.get("turns", [row])]
    assert len(keys) == len(set(keys)), "no turn was asked twice"
    settings = run.manifest["engine_settings"]
    assert all(count > 0 for count in settings["answered"].values())
    assert set(settings["retries"]) <= {"reset", "unreachable"}
    assert settings["retries"]
    assert processes[1].returncode == 0, "ended as asked"
    deadline = time.monotonic() + 30
    while (left := _served_processes()) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left == [], "no process of either server is left"


@pytest.mark.engine
@pytest.mark.timeout(300)
def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    wrong = {**SMALL, "max_model_len": 100_000}
    with (
        pytest.raises(UserError, match=r"did not start: .*max_model_len"),
        serving(resolve(str(CHECKPOINT)), free_port(), tmp_path / "log", wrong),
    ):
        pass


def _served_processes() -> list[str]:
    """Command lines of processes that serve the test's checkpoint."""
    return [words for words in command_lines().values() if str(CHECKPOINT) in words and "serve" in words]
