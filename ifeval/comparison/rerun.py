"""Running another model as a baseline was run."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ifeval.comparison.outcomes import OutcomeTable
from ifeval.runs.options import RunOptions

PORTABLE = (
    "tasks", "limit", "seed", "repeats", "max_tokens", "temperature", "top_p", "top_k", "system", "template_args",
    "chat_template", "sampling", "thinking_budget",
    "tool_dialect", "reasoning", "constrain", "engine", "engine_args",
)  # fmt: skip
"""The options that decide what is asked and how; the others are places on one machine."""


def options_like(baseline: OutcomeTable, own: RunOptions, tasks: tuple[str, ...] = ()) -> RunOptions:
    """The baseline's options for the model and the places of `own`; `tasks` in place of the baseline's.

    Only one reply a sample is drawn: a baseline's repeats measure its own noise floor.
    """
    stored: Mapping[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in baseline.options.items()
        if name in PORTABLE
    }
    repeats = 1 if stored.get("temperature", 0) == 0 else stored.get("repeats", 1)
    changed = {**stored, "repeats": repeats, "tasks": tasks or tuple(baseline.tasks)}
    return replace(own, **changed)
