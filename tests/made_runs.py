"""Runs on disk with outcomes of the test's choosing, written by the harness's own writers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.runs.directory import JOURNAL, MANIFEST, SUMMARY, TABLE, journal_rows, write_json
from ifeval.runs.run import write_table
from ifeval.runs.scoring import score_to_json
from ifeval.runs.summary import summarise
from ifeval.task import Task
from ifeval.util.jsonio import dumps

SETTINGS: dict[str, Any] = {
    "limit": None,
    "repeats": 1,
    "constrain": False,
    "system": None,
    "template": "abc",
    "template_args": {},
    "tool_dialect": "hermes",
    "tools_in_words": False,
    "reasoning": "auto",
    "engine": {"name": "scripted", "version": "1", "arguments": {}},
}


def task(name: str, family: str = "format") -> Task:
    """A task that exists in name only."""

    class Made(Task):
        primary = "followed"
        description = "made for a test"
        breakdowns = ("kind",)
        unit = "item"

        def samples(self, seed: int, limit: int | None = None) -> Any:
            return iter(())

        def score(self, sample: Sample, response: Response) -> Score:
            raise AssertionError("nothing is scored here")

    Made.name, Made.family, Made.version = name, family, "1"  # type: ignore[misc, assignment]
    return Made()


def make_run(
    path: Path,
    outcomes: Mapping[str, Sequence[float] | Sequence[Sequence[float]]],
    model: str = "model-a",
    families: Mapping[str, str] | None = None,
    truncated: float = 0.0,
    errors: int = 0,
    status: str = "complete",
    items: int | None = None,
    reply: str = "a reply",
    **settings: Any,
) -> Path:
    """A run whose task `name` has the outcomes given: one a sample, or a list of repeats a sample.

    truncated: share of samples cut at the limit. errors: number of failed requests. items: samples an item, where
    samples share one. settings: changes to the run's settings.
    """
    tasks = [task(name, (families or {}).get(name, "format")) for name in outcomes]
    rows = []
    for name, values in outcomes.items():
        for index, value in enumerate(values):
            for repeat, outcome in enumerate(value if isinstance(value, list | tuple) else [value]):
                rows.append(
                    _row(name, index, repeat, outcome, index < truncated * len(values), index < errors, items, reply)
                )
    path.mkdir(parents=True)
    (path / JOURNAL).write_bytes(b"".join(dumps(row) + b"\n" for row in rows))
    manifest = {
        "identity": f"{model}-{path.name}",
        "status": status,
        "started": "2026-11-20T10:00:00+00:00",
        "finished": "2026-11-20T10:05:00+00:00",
        "settings": {
            "model": model,
            "tasks": {
                name: {"version": "1", "seed": 0, "data": None, "sampling": {"temperature": 0.0}} for name in outcomes
            },
            **SETTINGS,
            **settings,
        },
        "options": {"model": model},
        "model": {
            "name": model,
            "fingerprint": f"{model}-fingerprint",
            "fingerprinted": True,
            "parameters": 135_000_000,
            "chat_template": "model",
        },
        "versions": {"ifeval-harness": "0.1.0", "python": "3.11"},
        "commit": None,
        "phases": {"generate": 60.0},
    }
    write_json(path / MANIFEST, manifest)
    summary = summarise(lambda: journal_rows(path), tasks)
    summary["engine"] = {
        "name": "made",
        "completion_tokens": 10,
        "generated_tokens": 10,
        "tokens_per_second": 900.0,
    }
    write_json(path / SUMMARY, summary)
    write_table(path, lambda: journal_rows(path))
    assert (path / TABLE).exists()
    return path


def _row(
    name: str, index: int, repeat: int, outcome: float, cut: bool, failed: bool, items: int | None, reply: str
) -> dict[str, Any]:
    outcome = 0.0 if failed else float(outcome)
    checks = (
        CheckResult(outcome == 1, "412 words, wanted fewer than 400", "length:words"),
        CheckResult(outcome == 1 or index % 2 == 0, "no comma was asked for, 3 found", "punctuation:no_comma"),
    )
    followed = sum(check.ok for check in checks)
    score = Score(checks, {"followed": outcome}, {"checks": (followed, 2)}, error="no reply" if failed else None)
    finish = "error" if failed else "length" if cut else "stop"
    response = Response(
        f"{name}-{index}-{repeat}",
        reply,
        finish,
        completion_tokens=20,
        answer=reply,
        error="timeout" if failed else None,
    )
    tags: dict[str, Any] = {"kind": "even" if index % 2 == 0 else "odd"}
    if items:
        tags["item"] = f"{name}-item-{index // items}"
    return {
        "task": name,
        "sample_id": f"{name}-{index:05}",
        "repeat": repeat,
        "tags": tags,
        "messages": [{"role": "user", "content": "Say it in fewer than 400 words."}],
        "tools": None,
        "response": asdict(response),
        "score": score_to_json(score),
    }
