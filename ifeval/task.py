"""What a task plug-in is.

A plug-in is a class found in a known place (`ifeval.registry.plugins`). It yields samples and scores responses; it never
calls an engine, and `score` does no I/O. See docs/tasks.md for one written in 40 lines.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from ifeval.decoys import Known
from ifeval.records import Response, Sample, Score, Tag

Family = Literal["format", "structured", "zero_shot", "manner", "cases"]


@dataclass(frozen=True, slots=True)
class Row:
    """One finished sample as a task's `report` sees it.

    `turns` holds all replies, `response` the last; `ended` says how a conversation ended, None for a sample asked once.
    """

    sample_id: str
    repeat: int
    tags: Mapping[str, Tag]
    response: Response
    score: Score
    turns: tuple[Response, ...] = ()
    ended: str | None = None


def room_for(reply: str) -> int:
    """Tokens in which `reply` fits about twice over: three for four characters, and 150, in steps of 128.

    A document full of figures takes up to two tokens for three characters, prose one for four.
    """
    return -(-(len(reply) * 3 // 4 + 150) // 128) * 128


class Task(ABC):
    """A task plug-in.

    `version` changes whenever a score could change. `primary` names the metric that the task is judged by.
    `size` is the number of samples without a limit (None: all there are). `breakdowns` are the tags results are
    broken down by, and `ladders` those of them whose values are sizes (fields, steps, tools offered): of each the summary
    gives the span, the size at which half of the samples are right. `unit` is the tag that says which samples belong to one item (its wordings, say) and so count as
    one independent unit in intervals and tests. `cluster` is the tag that names the kind of task: the run of a
    fine-tuned checkpoint is split into the kinds seen in training and the others. `offers_tools`: samples have tools.
    `dataset` is the external dataset (known to `ifeval data`) it needs. `advisory`: the task describes and does not
    grade, so it is shown, and neither counts in its family's mean nor decides a release. `ends_loops`: a greedy reply that
    says the same over and over is ended there, and counts as cut; off where a benchmark's published rules judge all of it.

    A task whose replies lead to further requests is a `ConversationTask`, below. Its bounds: `max_turns` turns of the
    user, `max_steps` replies within one turn (tools answer in between), and `max_conversation_tokens` of prompt and
    replies together, from which an engine's memory is planned (None: as many as the replies can have).
    """

    name: ClassVar[str]
    version: ClassVar[str]
    family: ClassVar[Family]
    primary: ClassVar[str]
    description: ClassVar[str]
    default_seed: ClassVar[int] = 0
    size: ClassVar[int | None] = None
    max_tokens: ClassVar[int] = 1280
    breakdowns: ClassVar[tuple[str, ...]] = ()
    ladders: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str | None] = None
    cluster: ClassVar[str | None] = None
    offers_tools: ClassVar[bool] = False
    dataset: ClassVar[str | None] = None
    advisory: ClassVar[bool] = False
    ends_loops: ClassVar[bool] = False
    max_turns: ClassVar[int] = 1
    max_steps: ClassVar[int] = 1
    max_conversation_tokens: ClassVar[int | None] = None
    carries_on: ClassVar[bool] = False

    def __init__(self, data: Path | None = None) -> None:
        """`data`: the file or folder given with `--data`, or the fetched dataset; None for a procedural task."""
        self.data = data
        self.limit: int | None = None  # how many samples a suite asks for

    @abstractmethod
    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """Yield the samples of `seed`, at most `limit` of them; ids are unique, and a limit takes a prefix.

        Raises UserError naming the file and row where data cannot be used (an unknown instruction id, say).
        """

    @abstractmethod
    def score(self, sample: Sample, response: Response) -> Score:
        """Judge one response. Pure, bounded in time on hostile text; `metrics` holds `primary`."""

    def training_samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """What training data may be made from: the same as `samples`, unless a task sets material apart for it."""
        return self.samples(seed, limit)

    def token_limit(self, sample: Sample) -> int:
        """The most new tokens of a reply to `sample`, at most `max_tokens`; pure."""
        return self.max_tokens

    def prepare(self) -> None:  # noqa: B027 - most tasks need nothing
        """Raise UserError now, before an engine is paid for, where the scorer lacks something it needs."""

    def passes_blank(self, sample: Sample) -> bool:
        """Whether silence is right here (where no tool fits); `validate` leaves such samples out of the decoys' count."""
        return False

    def decoys(self, sample: Sample) -> Known | None:
        """What the replies that must fail may know of `sample` (`ifeval.decoys`).

        The candidates of a choice are given here, since `validate` takes the chance from them. None where any plain reply is
        right: where no tool fits, or where a task describes replies rather than judging them.
        """
        return Known(topic=sample.topic)

    def credit(self, sample: Sample, score: Score) -> float:
        """How much of what `sample` asked for a scored reply does, 0 to 1: what a reward pays (`ifeval.rewards`).

        1 exactly where the reply is right. By default nothing else earns anything; a task whose replies can be right in
        parts says here what the parts are worth.
        """
        primary = score.metrics.get(self.primary)
        return float(bool(score.checks) and all(score.strict)) if primary is None else float(primary == 1)

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """Numbers of this task alone (a contrast, a group average) for summary.json, from one pass over the rows."""
        return {}

    def follow(self, sample: Sample, turns: Sequence[Response]) -> Sample | None:
        """What is asked after the replies `turns` to `sample`; None where nothing is."""
        return None

    def score_turns(self, sample: Sample, turns: Sequence[Response]) -> Score:
        """Judge all replies to a sample, at least one."""
        return self.score(sample, turns[-1])

    @property
    def converses(self) -> bool:
        """Whether replies may lead to further requests."""
        return type(self).follow is not Task.follow


class ConversationTask(Task):
    """A task that answers replies with further requests: the next turn of a user, or the results of tools.

    `follow` and `score_turns` are pure and bounded in time and memory on hostile replies: a run that was killed replays
    them from the replies on disk. An environment's state is rebuilt from the calls in `turns`. `carries_on`: a reply that
    is empty or was cut does not end the conversation.
    """

    @abstractmethod
    def follow(self, sample: Sample, turns: Sequence[Response]) -> Sample | None:
        """The next sample of the conversation that `sample` opened, after the replies `turns`; None at its end.

        Its messages are those asked last, then the reply to them, then what answers it. Its `oracle` is the reply
        that is right there. The sample's id and tags stay.
        """

    @abstractmethod
    def score_turns(self, sample: Sample, turns: Sequence[Response]) -> Score:
        """Judge the conversation that `sample` opened by its replies, of which there may be fewer than it could have."""

    def score(self, sample: Sample, response: Response) -> Score:
        return self.score_turns(sample, (response,))
