"""The nouns of the harness. Data flows one way through them:

    Task.samples -> Sample -> Request -> Engine -> Response -> Task.score -> Score -> journal -> summary

All are immutable and hold JSON-compatible values only, so each can be written to a journal line and read back.
This module imports nothing of ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

FinishReason = Literal["stop", "length", "repetition", "tool_calls", "error"]
Tag = str | int | bool

CUT: tuple[FinishReason, ...] = ("length", "repetition")
"""How a reply ends that did not end by itself."""

CONSTRAINED = "#constrained"
"""What the id of a sample's twin under constrained decoding ends with."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One function call a model made: the function's name and its arguments by name."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One item of a task.

    `messages` and `tools` have the shape of OpenAI's chat API. `target` is whatever the task's `score` needs.
    `oracle` is a reply that must pass the task's own scorer (None where a benchmark has none); where `tools` is set
    it is a plain-text answer, or a list of calls that the run's dialect writes out. `tags` are what results are
    broken down by. `schema` is the JSON Schema a reply must follow; with `constrain` the engine enforces it.
    `topic` is what the prompt is about, a noun phrase: all that `scripted:blind` knows of it.
    """

    id: str
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] | None = None
    schema: Mapping[str, Any] | bool | None = None
    constrain: bool = False
    target: Any = None
    oracle: str | Sequence[ToolCall] | None = None
    tags: Mapping[str, Tag] = field(default_factory=dict)
    topic: str = ""


LOOP = (10, 128, 3)
"""What a reply ends with that goes round in circles: one run of 10 to 128 tokens, three times over (`ifeval.engines.loops`)."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a reply is drawn. `temperature` 0 is greedy; `max_tokens` bounds the answer (>= 1).

    `thinking`: tokens that a thought may take beside it (None: the model isn't made to think). `ends_loops`: a reply that
    says the same over and over is ended (`ifeval.engines.loops`), by engines for which that is cheaper than going on.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    max_tokens: int = 1280
    seed: int | None = None
    stop: tuple[str, ...] = ()
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    thinking: int | None = None
    ends_loops: bool = False

    @property
    def room(self) -> int:
        """New tokens a reply can have: its answer's and its thought's."""
        return self.max_tokens + (self.thinking or 0)

    def identity(self) -> dict[str, Any]:
        """What tells two ways of drawing apart; settings that came later are left out where they change nothing."""
        drawn = asdict(self) | ({"ends_loops": [*LOOP]} if self.ends_loops else {})
        later = {"min_p": 0.0, "repetition_penalty": 1.0, "thinking": None, "ends_loops": False}
        return {name: value for name, value in drawn.items() if name not in later or value != later[name]}


@dataclass(frozen=True, slots=True)
class Request:
    """A sample bound to sampling settings and a repeat index. Same `key`, same reply (see `ifeval.runs.keys`)."""

    key: str
    task: str
    sample: Sample
    sampling: Sampling
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    """What came back for one request.

    `raw` is the engine's text, untouched. `reasoning`, `answer`, `tool_calls` and `tool_error` are read out of it
    (`ifeval.models.replies`): `answer` is what gets scored, `tool_calls` is None where the sample offers no tools or the
    reply holds no call, `tool_error` says why a call could not be parsed. `native`: a server read reasoning or calls
    out itself, and `raw` is what it left. `latency` is in seconds from submission.
    A failed request has `error` set and `finish_reason` "error".
    """

    key: str
    raw: str
    finish_reason: FinishReason
    prompt_tokens: int = 0
    completion_tokens: int = 0
    latency: float = 0.0
    error: str | None = None
    answer: str = ""
    reasoning: str | None = None
    unclosed_reasoning: bool = False
    tool_calls: tuple[ToolCall, ...] | None = None
    tool_error: str | None = None
    native: bool = False

    @property
    def truncated(self) -> bool:
        """The reply was cut at `max_tokens`, or as it said the same over and over."""
        return self.finish_reason in CUT


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Outcome of one check: `ok`, and a `reason` a person can read ("412 words, wanted fewer than 400").

    `name` says what was checked (an instruction id, "arguments.city"); `failure` is the machine-readable kind of
    failure where a task tells kinds apart ("wrong_value"), else empty.
    """

    ok: bool
    reason: str
    name: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """All check results of one sample, and the named metrics made from them.

    `metrics`: one value in [0, 1] per sample each, averaged over samples; None where a metric does not apply.
    `counts`: (successes, trials) each, summed over samples, with the sample as the cluster.
    `loose`: the check results again under a lenient reading of the same reply, where a task has one.
    """

    checks: tuple[CheckResult, ...]
    metrics: Mapping[str, float | None]
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    loose: tuple[bool, ...] | None = None
    error: str | None = None

    @property
    def strict(self) -> tuple[bool, ...]:
        return tuple(verdict.ok for verdict in self.checks)
