"""vLLM's own tool parsers by their names, for the dialects not written here. Needs vLLM when first used.

They run in a process of their own: importing vLLM takes seconds and sets what an engine must set first, and some of
the parsers take quadratic or cubic time on text made to vex them, so each reply has a deadline.
"""

import atexit
import importlib.util
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.records import ToolCall
from ifeval.tool_calls.dialects.base import Dialect, Malformed, Parsed, Tools, call_of

UNUSABLE = frozenset(("cohere_command3", "cohere_command4", "hf", "openai"))
"""Names under which vLLM 0.32 registers a stub: these replies are read by something else there."""

START_SECONDS = 180.0
REPLY_SECONDS = 10.0


class Worker:
    """The child that holds vLLM's parsers; it is started when first asked, and again after it had to be stopped."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: Mapping[str, Any], seconds: float) -> Any:
        """The answer to one question; raises TimeoutError where it takes longer, and stops the child."""
        process, deadline = self._process, seconds
        if process is None or process.poll() is not None:
            process, deadline = self._start(), seconds + START_SECONDS
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], deadline)
            line = process.stdout.readline() if ready else b""
        except OSError:
            line = b""
        if not line:
            self.stop()
            raise TimeoutError
        return json.loads(line)

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        root = str(Path(__file__).resolve().parents[3])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ifeval.tool_calls.dialects.vllm_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "VLLM_NO_USAGE_STATS": "1"},
        )
        return self._process


WORKER = Worker()
atexit.register(WORKER.stop)


@cache
def known() -> list[str]:
    """The names of vLLM's parsers that read a finished text; none where it is not installed."""
    if importlib.util.find_spec("vllm") is None:
        return []
    try:
        names = WORKER.ask({}, START_SECONDS)
    except TimeoutError:
        return []
    return sorted(set(names) - UNUSABLE)


class VllmDialect(Dialect):
    """One of vLLM's parsers over the text of a finished reply. It reads calls; it cannot write them."""

    instructions = (
        "To call functions, reply with a JSON list and nothing else, one object for each call:\n"
        '[{"name": "function_name", "arguments": {"argument_name": value}}]'
    )

    def __init__(self, name: str) -> None:
        self.name = name

    def parse(self, text: str, tools: Tools | None = None) -> Parsed:
        question = {
            "name": self.name,
            "text": text.encode("utf-8", "replace").decode(),
            "tools": list(tools or ()) or None,
        }
        try:
            found = WORKER.ask(question, REPLY_SECONDS)
            if found["error"] is not None:
                return Parsed(error=f"vLLM's parser {self.name} failed: {found['error']}", text=text)
            calls = tuple(call_of({"name": name, "arguments": arguments}) for name, arguments in found["calls"])
        except TimeoutError:
            return Parsed(error=f"vLLM's parser {self.name} takes longer than {REPLY_SECONDS:.0f} s", text=text)
        except Malformed as problem:
            return Parsed(error=str(problem), text=text)
        return Parsed(calls, None, found["content"] or "")

    def render(self, calls: Sequence[ToolCall]) -> str:
        raise UserError(
            f"Calls cannot be written in vLLM's dialect {self.name!r}; use --tool-dialect hermes for scripted runs."
        )
