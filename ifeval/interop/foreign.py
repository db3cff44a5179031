"""What every importer hands over: one evaluation of one model by another tool, sample by sample.

Readers fill in what their format says and leave the rest at None; `writing` turns that into a run directory.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from ifeval.comparison.prompts import prompt_hash
from ifeval.errors import UserError
from ifeval.records import CheckResult

IFEVAL_METRICS = {
    "prompt_level_strict_acc": "prompt_strict",
    "prompt_level_loose_acc": "prompt_loose",
    "inst_level_strict_acc": "instruction_strict",
    "inst_level_loose_acc": "instruction_loose",
}
"""IFEval's four numbers as lm-eval calls them, and as this harness does."""


@dataclass(slots=True)
class ForeignSample:
    """One scored sample. `metrics` in any range; those outside [0, 1] are left out on writing.

    `counts`: (successes, trials) by metric. `checks` and `loose` as in `Score`; `reason` is what the tool said about the
    score. `document` is the data row in IFEval's format, where the source holds it. `prompt_hash` pairs samples of
    tools that number them differently.
    """

    task: str
    id: str
    prompt: Sequence[Mapping[str, Any]] = ()
    reply: str | None = None
    repeat: int = 0
    metrics: dict[str, float | None] = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    checks: tuple[CheckResult, ...] = ()
    loose: tuple[bool, ...] | None = None
    reason: str = ""
    error: str | None = None
    truncated: bool = False
    prompt_tokens: int = 0
    completion_tokens: int = 0
    latency: float = 0.0
    document: Mapping[str, Any] | None = None

    @property
    def prompt_hash(self) -> str | None:
        """Hash of what the user asked; None where the source has no prompt."""
        return prompt_hash(self.prompt)


@dataclass(slots=True)
class ForeignTask:
    """What the source says of one task. `sampling` has our names (temperature, max_tokens, ...), as far as known."""

    name: str
    version: str
    primary: str
    data: str = "unknown"
    sampling: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ForeignRun:
    """One model's results by one tool. `engine` is what ran the model, `unknown` names what the source does not say."""

    tool: str
    model: str
    tasks: dict[str, ForeignTask]
    samples: list[ForeignSample]
    started: str | None = None
    engine: str = "unknown"
    engine_version: str = "unknown"
    engine_args: dict[str, Any] = field(default_factory=dict)
    template: str | None = "unknown"
    system: str | None = "unknown"
    limit: int | None = None
    parameters: int | None = None
    context_length: int | None = None
    unknown: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    def judge_by(self, metric: str) -> None:
        """Judge the tasks that have the metric by it; UserError where none has."""
        having = {sample.task for sample in self.samples if metric in sample.metrics or metric in sample.counts}
        if not having:
            known = dict.fromkeys(name for sample in self.samples for name in (*sample.metrics, *sample.counts))
            raise UserError(f"--metric {metric}: {', '.join(self.tasks)} has {', '.join(known)}.")
        for name in having:
            self.tasks[name].primary = metric

    def rename_task(self, name: str) -> None:
        """Give the only task another name; UserError where there are several."""
        if len(self.tasks) > 1:
            raise UserError(f"--task {name}: there are several tasks ({', '.join(self.tasks)}); it names a single one.")
        (task,) = self.tasks.values()
        self.tasks = {name: replace(task, name=name)}
        for sample in self.samples:
            sample.task = name


def number(value: Any) -> float | None:
    """A score as a number; None for what is none (text, lists, NaN)."""
    if isinstance(value, bool | int | float) and isfinite(value):
        return float(value)
    return None


def count(value: Any) -> int:
    """A whole number of tokens or the like, zero where there is none."""
    return int(value) if (found := number(value)) is not None and 0 <= found < 2**31 else 0


def user(text: str) -> list[dict[str, str]]:
    """A prompt of one message."""
    return [{"role": "user", "content": text}]


def messages(value: Any) -> list[dict[str, str]]:
    """Chat messages as this harness keeps them: role and text. A plain string is one message of the user."""
    if isinstance(value, str):
        return user(value)
    return [{"role": str(one["role"]), "content": content_text(one.get("content"))} for one in value]


def content_text(content: Any) -> str:
    """The text of a message's content: a string, or the text parts of a list."""
    if isinstance(content, list):
        return "\n".join(str(part["text"]) for part in content if isinstance(part, Mapping) and "text" in part)
    return "" if content is None else str(content)


def primary_of(samples: Iterable[ForeignSample], preferred: Sequence[str] = ()) -> str:
    """The metric that stands for a task: the first preferred one that occurs, else the first there is."""
    known = dict.fromkeys(name for sample in samples for name in (*sample.metrics, *sample.counts))
    for name in preferred:
        if name in known:
            return name
    return next(iter(known), "score")


def only(values: Iterable[str], what: str, remedy: str) -> str:
    """The one value; UserError where there are several, so that one run is one model."""
    known = list(dict.fromkeys(values))
    if len(known) > 1:
        raise UserError(f"The files hold several {what} ({', '.join(known[:8])}); {remedy}.")
    return known[0] if known else "unknown"
