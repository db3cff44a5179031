"""Running another model as a baseline was run."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ifeval.comparison.outcomes import OutcomeTable
from ifeval.runs.options import RunOptions

PORTABLE = (
    "tasks", "limit", "seed", "max_tokens", "temperature", "top_p", "top_k", "system", "template_args",
    "chat_template", "sampling", "thinking_budget",
    "tool_dialect", "reasoning", "constrain", "engine", "engine_args", "cases",
)  # fmt: skip
"""The options that decide what is asked and how; the others are places on one machine. A file of cases lies in a repository."""


def options_like(baseline: OutcomeTable, own: RunOptions, tasks: tuple[str, ...] = ()) -> RunOptions:
    """The baseline's options for the model, the places and the number of repeats of `own`; `tasks` in place of its own.

    A baseline's repeats need no repeats of the candidate: the mean of all its replies is what is compared with.
    """
    stored: Mapping[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in baseline.options.items()
        if name in PORTABLE
    }
    stored = {**stored, "cases": own.cases or tuple(map(Path, stored.get("cases", ())))}
    return replace(own, **{**stored, "tasks": tasks or tuple(_sized(baseline))})


def _sized(baseline: OutcomeTable) -> Iterator[str]:
    """The baseline's tasks, each with the number of samples that its suite asked for."""
    for name in baseline.tasks:
        limit = baseline.settings["tasks"].get(name, {}).get("limit")
        yield f"{name}:{limit}" if limit else name
