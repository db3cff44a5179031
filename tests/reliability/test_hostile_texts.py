"""Hostile replies through everything that reads a reply: tasks, dialects, documents, thoughts, and the checks of benchmarks.

500 texts by default, 100,000 as a slow test, `IFEVAL_TEXTS=N` as many as you like.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from ifeval.checks import CHECKS
from ifeval.checks.ifbench import IFBENCH_CHECKS
from ifeval.models.replies import Reading, interpret, keep_all, split_always_open, split_tags
from ifeval.records import Response, Sample
from ifeval.registry.plugins import discover
from ifeval.structured.judge import FORMATS, validate
from ifeval.task import Task
from ifeval.tool_calls import DIALECTS, any_form, by_name
from tests.checks.test_ifbench_hostile import ARGUMENTS as IFBENCH_ARGUMENTS
from tests.checks.test_ifeval_checks import ARGUMENTS
from tests.reliability.forked import count, figures

PATIENCE = 10.0
"""Seconds of computing one reader may take for one text: a guard against hanging, far above what any needs."""

Reader = Callable[[str], Any]
TASKS = ("format", "structured", "tool_calls", "density", "zero_shot")
TOOLS = [
    {
        "type": "function",
        "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}},
    }
]
SCHEMA = {
    "type": "array",
    "items": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "number"}}},
}
PIECES = [
    "<think>", "</think>", "<tool_call>", "</tool_call>", "```", "```json\n", "{", "}", "[", "]", "(", ")", '"', "'", "\\", "\\u", "\\ud800",
    "\n", "\r\n", "\t", " ", "|", "---", "# ", "* ", "1. ", "<a>", "</a>", "<!", "&amp;", "&x;", "<![CDATA[", "%", "$", "^", ".*", "(a+)+", ":",
    ",", ";", "=", "-", ".", "!", "?", "a", "Z", "7", "1e999", "-0", "null", "true", "NaN", "\0", "\x1b[2J", "\ud800", "\u202e", "\u0301", "日本", "🙂",
    "é", "P.S.", "<<", ">>", "{{", "}}", "&a", "*a", "!!python/object", "functions.f:0", "<|channel|>", "f(a=1)", "[f(a='x')]", "new int[]",
]  # fmt: skip


def hostile(draw: random.Random) -> str:
    """Pieces that mean something to some reader, in any order; one in twenty repeats a few of them thousands of times."""
    pieces = [draw.choice(PIECES) for _ in range(draw.randint(0, 60))]
    if draw.random() < 0.05:
        few = "".join(draw.choices(PIECES, k=draw.randint(1, 3)))
        pieces.insert(draw.randint(0, len(pieces)), few * draw.randint(100, 20_000 // len(few)))
    if draw.random() < 0.2:
        pieces.append(chr(draw.randrange(0x110000)) * draw.randint(1, 20))
    return "".join(pieces)


def readers() -> dict[str, Reader]:
    """By name, what takes a text. Each returns what it found and raises nothing."""
    offered = Sample("x", [{"role": "user", "content": "hi"}], tools=TOOLS)
    found: dict[str, Reader] = {"any form": partial(any_form, tools=TOOLS)}
    for name in DIALECTS:
        for split in (split_tags, split_always_open, keep_all):
            found[f"dialect {name} {split.__name__}"] = partial(read, offered, Reading(split, by_name(name), ("<s>",)))
    found |= {f"document {form}": partial(document, form) for form in FORMATS}
    found |= {f"ifeval {name}": partial(check, **ARGUMENTS.get(name, {})) for name, check in CHECKS.items()}
    found |= {f"ifbench {n}": partial(check, **IFBENCH_ARGUMENTS.get(n, {})) for n, check in IFBENCH_CHECKS.items()}
    kinds = discover()
    for name in TASKS:
        task = kinds[name]()
        for sample in task.samples(task.default_seed, 40):
            found[f"task {name} {sample.id}"] = partial(scored, task, sample)
    return found


def read(sample: Sample, reading: Reading, text: str) -> Response:
    return interpret(Response("k", text, "stop"), sample, reading)


def document(form: Any, text: str) -> Any:
    return validate(Response("k", text, "stop", answer=text), form, SCHEMA)


def scored(task: Task, sample: Sample, text: str) -> Any:
    return task.score(sample, read(sample, Reading(split_tags, by_name("hermes"), ()), text))


@pytest.mark.parametrize("slow", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_hostile_texts_are_read_in_bounded_time(slow: bool) -> None:
    draw, texts = random.Random(19), count("TEXTS", 500, 100_000, slow)
    named = readers()
    names = list(named)
    longest: Counter[str] = Counter()
    for number in range(texts):
        text, name = hostile(draw), names[number % len(names)]
        began = time.process_time()
        named[name](text)
        spent = time.process_time() - began
        longest[name] = max(longest[name], spent)
        assert spent < PATIENCE, f"{name} took {spent:.1f} s for {text[:200]!r}... ({len(text):,} characters)"
    slowest = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in longest.most_common(3))
    figures("hostile texts", f"{texts:,} through {len(names)} readers", f"slowest: {slowest}", "nothing raised")
