"""Hostile replies through everything that reads a reply: tasks, dialects, documents, thoughts, and the checks of benchmarks.

500 texts by default, 100,000 as a slow test, `IFEVAL_TEXTS=N` as many as you like.
"""

import random
import time
from collections import Counter

import pytest

from ifeval.checks import CHECKS
from ifeval.checks.ifbench import IFBENCH_CHECKS
from ifeval.models.replies import Reading, interpret, keep_all, split_always_open, split_tags
from ifeval.records import Response, Sample
from ifeval.registry.plugins import discover
from ifeval.structured.judge import FORMATS, validate
from ifeval.tool_calls import DIALECTS, any_form, by_name
from tests.checks.test_ifbench_hostile import ARGUMENTS as IFBENCH_ARGUMENTS
from tests.checks.test_ifeval_checks import ARGUMENTS
from tests.reliability.forked import count

PATIENCE = 10.0
"""Seconds of computing one reader may take for one text: a guard against hanging, far above what any needs."""

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


def readers() -> dict[str, object]:
    """By name, what takes a text. Each returns what it found and raises nothing."""
    found: dict[str, object] = {}
    for name in DIALECTS:
        for split in (split_tags, split_always_open, keep_all):
            reading = Reading(split, by_name(name), ("<s>", "</s>"))
            sample = Sample("x", [{"role": "user", "content": "hi"}], tools=TOOLS)
            found[f"dialect {name} {split.__name__}"] = lambda text, s=sample, r=reading: interpret(
                Response("k", text, "stop"), s, r
            )
    found["any form"] = lambda text: any_form(text, TOOLS)
    for form in FORMATS:
        found[f"document {form}"] = lambda text, f=form: validate(Response("k", text, "stop", answer=text), f, SCHEMA)
    for prefix, checks, arguments in (("ifeval", CHECKS, ARGUMENTS), ("ifbench", IFBENCH_CHECKS, IFBENCH_ARGUMENTS)):
        for name, check in checks.items():
            found[f"{prefix} {name}"] = lambda text, c=check, a=arguments.get(name, {}): c(text, **a).reason
    kinds = discover()
    for name in TASKS:
        task = kinds[name]()
        samples = list(task.samples(task.default_seed))
        for place in range(0, len(samples), max(1, len(samples) // 40)):
            sample = samples[place]
            reading = Reading(split_tags, by_name("hermes"), ())
            found[f"task {name} {sample.id}"] = lambda text, t=task, s=sample, r=reading: t.score(
                s, interpret(Response("k", text, "stop"), s, r)
            )
    return found


@pytest.mark.parametrize("slow", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_hostile_texts_are_read_in_bounded_time(slow: bool) -> None:
    draw, texts = random.Random(19), count("TEXTS", 500, 100_000, slow)
    named = readers()
    names = list(named)
    longest: Counter[str] = Counter()
    for number in range(texts):
        text, name = hostile(draw), names[number % len(names)]
        began = time.process_time()
        named[name](text)  # type: ignore[operator]
        spent = time.process_time() - began
        longest[name] = max(longest[name], spent)
        assert spent < PATIENCE, f"{name} took {spent:.1f} s for {text[:200]!r}... ({len(text):,} characters)"
    slowest = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in longest.most_common(3))
    print(f"{texts:,} texts through {len(names)} readers; slowest: {slowest}")
