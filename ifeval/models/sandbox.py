"""Templates come from strangers: they are rendered in a child process with bounded time and memory.

python -m ifeval.models.sandbox     reads a job from stdin and writes one JSON line per case
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

SECONDS = 20
"""Of a core. What is found out is kept, so a machine that is busy must not make a template look broken."""
PATIENCE = 600
"""Seconds on the clock."""
MEMORY = 2 << 30
LONGEST = 1_000_000
"""Characters of one rendering; a template that writes more is refused."""


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation to render: messages in OpenAI's shape, the variables beside them, and the day it is."""

    name: str
    messages: Sequence[Mapping[str, Any]]
    variables: Mapping[str, Any] = field(default_factory=dict)
    day: str = "2026-03-04"


@dataclass(frozen=True, slots=True)
class Rendering:
    """What came of a case. text is None where it was refused, and error says why.

    lenient: only an engine that lets templates change lists renders it; Python's do not.
    """

    text: str | None
    error: str | None = None
    lenient: bool = False


def render_all(template: str, tokens: Mapping[str, str], cases: Sequence[Case]) -> dict[str, Rendering]:
    """Every case rendered, by its name. Never raises on account of the template.

    tokens: `bos_token`, `eos_token` and others as the template may ask for them.
    """
    job = {
        "seconds": SECONDS,
        "template": template,
        "tokens": dict(tokens),
        "cases": [_as_json(case) for case in cases],
    }
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ifeval.models.sandbox"],
            input=json.dumps(job).encode("utf-8", "replace"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            env=environment,
            check=False,
        )
        lines, reason = done.stdout, "it needs too much memory or time"
    except subprocess.TimeoutExpired as late:
        lines, reason = late.stdout or b"", f"it takes longer than {PATIENCE} s"
    found: dict[str, Rendering] = {}
    for line in lines.splitlines():
        try:
            name, text, error, lenient = json.loads(line)
        except ValueError:  # cut when its writer was stopped
            continue
        found[name] = Rendering(text, error, lenient)
    return {case.name: found.get(case.name, Rendering(None, reason)) for case in cases}


def main() -> None:
    """The child process: renders the cases read from stdin."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    job = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"]))
    for case in job["cases"]:
        name, messages, variables, day = case
        text, error, lenient = _render(
            job["template"], messages, {**job["tokens"], **variables}, date.fromisoformat(day)
        )
        print(json.dumps([name, text, error, lenient]), flush=True)


def _as_json(case: Case) -> list[Any]:
    return [case.name, list(case.messages), dict(case.variables), case.day]


def _render(
    template: str, messages: list[dict[str, Any]], variables: dict[str, Any], day: date
) -> tuple[str | None, str | None, bool]:
    from ifeval.models.render import Refused, render, strftime_on

    variables = {**variables, "strftime_now": strftime_on(day)}
    error = None
    for lenient in (False, True):
        if lenient:  # what other engines define for templates that ask for it
            tools = variables.get("tools")
            functions = json.dumps(tools or [], indent=4)
            variables = {"functions": functions, "datetime": day.isoformat(), **variables, "tools": tools or []}
        try:
            text = render(template, messages, lenient=lenient, **variables)
        except Refused as problem:
            error = error or str(problem)[:500]
        except MemoryError:
            return None, "it needs too much memory", lenient
        else:
            return (text, None, lenient) if len(text) <= LONGEST else (None, "it writes more than it may", lenient)
    return None, error, False


if __name__ == "__main__":
    main()
