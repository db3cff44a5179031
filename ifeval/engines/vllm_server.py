"""`vllm serve` as a child of ours: started with the in-process engine's settings, healthy before it is named, ended with us."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import IO, Any

from ifeval.engines.base import Workload
from ifeval.engines.machine import has_cuda
from ifeval.engines.parent_death import ended_with_us, install
from ifeval.engines.vllm import common_settings, cpu_environment, cpu_settings, parallel_settings, quiet_environment
from ifeval.engines.vllm_versions import require_supported
from ifeval.errors import UserError
from ifeval.models.probe import profile_of
from ifeval.models.resolve import Model

EXPECTED = Workload(
    requests=256, max_new_tokens=1 << 30, longest_prompt=4096, longest_reply=4096, mean_prompt=4096, seeded=True
)
"""Requests are not known beforehand: sequences of up to about 8,700 tokens, some drawn by a seed."""

VLLMS_OWN = frozenset(("hermes", "mistral", "llama3_json", "pythonic", "qwen3_coder"))
"""Names that every vLLM has; whether it has another takes an import of seconds."""

SECRETS = {"hf_token": "HF_TOKEN", "api_key": "VLLM_API_KEY"}
"""Settings that vLLM also takes from its environment: a command line can be read by everybody on the machine."""

HOST = "127.0.0.1"
STARTING_SECONDS = 1800.0
ENDING_SECONDS = 20.0
WORDS_SHOWN = 400
PROCESS_NAME = re.compile(r"^\(\w+ pid=\d+\)")


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A server that is healthy. `log` holds its own output."""

    url: str
    log: Path
    process: "subprocess.Popen[bytes]"

    def wait(self) -> None:
        """Until the server ends, which it should not: raises UserError."""
        self.process.wait()
        raise UserError(f"The server ended by itself ({last_words(self.log)}); its output is in {self.log}.")


@contextmanager
def serving(model: Model, port: int, log: Path, engine_args: Mapping[str, Any] | None = None) -> Iterator[ServedModel]:
    """Serve a checkpoint on the loopback interface; yields once the server is healthy, and ends it afterwards.

    log: where the server's own output goes. Raises UserError where it does not start.
    """
    require_supported()
    settings = server_settings(model, engine_args or {})
    secrets = {variable: str(settings.pop(name)) for name, variable in SECRETS.items() if name in settings}
    command = serve_command(model, port, settings)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        with ended_with_us():
            process = _start(command, output, secrets)
        try:
            wait_until_healthy(process, f"http://{HOST}:{port}/health", log)
            yield ServedModel(f"http://{HOST}:{port}/v1", log, process)
        finally:
            _end(process)


def server_settings(model: Model, engine_args: Mapping[str, Any]) -> dict[str, Any]:
    """The settings the in-process engine would choose for a long run; `engine_args` override them.

    On a CPU nothing is compiled, which takes minutes before the first reply: `--engine-arg enforce_eager=false` does.
    """
    cuda = has_cuda()
    on_cpu = {} if cuda else {**cpu_settings(model, EXPECTED), "enforce_eager": True}
    chosen = {**common_settings(model, EXPECTED), **on_cpu, **engine_args}
    replicas = chosen.pop("data_parallel_size", 1)
    chosen |= parallel_settings(model, chosen, cuda)
    return {**chosen, **({"data_parallel_size": replicas} if replicas != 1 else {})}


def serve_command(model: Model, port: int, settings: Mapping[str, Any]) -> list[str]:
    """The command line of `vllm serve`, calls parsed in the dialect that the model's chat template speaks.

    An adapter is served under the model's name, and its base under `NAME-base`.
    """
    command = [
        sys.executable,
        "-m",
        *entry_point(),
        str(model.path),
        "--host",
        HOST,
        "--port",
        str(port),
        *flags(settings),
    ]
    if model.adapter is None:
        command += ["--served-model-name", model.name]
    else:
        command += ["--served-model-name", f"{model.name}-base", "--lora-modules", f"{model.name}={model.adapter}"]
    return command + template_flags(model)


def template_flags(model: Model) -> list[str]:
    """The parser of calls that vLLM has for this model's template, and the template where it isn't the checkpoint's own."""
    from ifeval.tool_calls.dialects.vllm import known

    profile = profile_of(model.chat_template, model.tokens, model.special, model.tool_template)
    written: list[str] = []
    if profile.tools and (profile.dialect in VLLMS_OWN or profile.dialect in known()):
        written += ["--enable-auto-tool-choice", "--tool-call-parser", profile.dialect]
    if model.given_template is not None:
        written += ["--chat-template", str(model.given_template)]
    return written


def entry_point() -> tuple[str, ...]:
    """`vllm serve` as a module. It reads the version of a distribution called vllm, which the CPU build is not."""
    if "vllm" in packages_distributions().get("vllm", []):
        return "vllm.entrypoints.cli.main", "serve"
    return "vllm.entrypoints.openai.api_server", "--model"


def flags(settings: Mapping[str, Any]) -> list[str]:
    """Engine settings as command-line flags: `enforce_eager=False` is `--no-enforce-eager`."""
    written: list[str] = []
    for name, value in settings.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            written.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            written += [f"--{flag}", str(value)]
    return written


def server_environment() -> dict[str, str]:
    """This process's environment, with a thread bound to each core on a CPU; a setting of the user's own is kept."""
    own = {} if has_cuda() else cpu_environment()
    own.pop("VLLM_ENABLE_V1_MULTIPROCESSING", None)  # a server keeps its engine in a process of its own
    return {**own, **quiet_environment(), **os.environ}


def wait_until_healthy(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Raises UserError with the server's last words where it ends, or never becomes healthy."""
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise UserError(f"vLLM's server did not start: {last_words(log)}; all of its output is in {log}.")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise UserError(f"vLLM's server was not healthy within {STARTING_SECONDS:.0f} s; its output is in {log}.")


def free_port() -> int:
    """A TCP port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def last_words(log: Path) -> str:
    """The last line of a log that names an error, with the line after it where pydantic says there what is wrong."""
    lines = [PROCESS_NAME.sub("", line).strip() for line in log.read_text(errors="replace").splitlines()]
    errors = [number for number, line in enumerate(lines) if "Error" in line]
    if not errors:
        return "it left no message"
    more = 2 if "validation error" in lines[errors[-1]] else 1
    return " ".join(lines[errors[-1] : errors[-1] + more])[:WORDS_SHOWN]


def _start(command: list[str], output: IO[bytes], secrets: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """In a process group of its own, ended by the kernel should this process die."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**server_environment(), **secrets},
        start_new_session=True,
        preexec_fn=install,
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the server and all its processes: asked first, then killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(ENDING_SECONDS)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
