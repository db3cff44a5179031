"""What a task plug-in is.

A plug-in is a class found in a known place (`ifeval.registry.plugins`). It yields samples and scores responses; it never
calls an engine, and `score` does no I/O. See docs/tasks.md for one written in 40 lines.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from ifeval.decoys import Known
from ifeval.records import Response, Sample, Score, Tag

Family = Literal["format", "structured", "zero_shot", "manner"]


@dataclass(frozen=True, slots=True)
class Row:
    """One finished sample as a task's `report` sees it."""

    sample_id: str
    repeat: int
    tags: Mapping[str, Tag]
    response: Response
    score: Score


class Task(ABC):
    """A task plug-in.

    `version` changes whenever a score could change. `primary` names the metric that stands for the task.
    `size` is the number of samples without a limit (None: all there are). `breakdowns` are the tags results are
    broken down by, and `ladders` those of them whose values are sizes (fields, steps, tools offered): of each the summary
    gives the span, the size at which half of the samples are right. `unit` is the tag that says which samples belong to one item (its wordings, say) and so count as
    one independent unit in intervals and tests. `cluster` is the tag that names the kind of task: the run of a
    fine-tuned checkpoint is split into the kinds seen in training and the others. `offers_tools`: samples have tools.
    `dataset` is the external dataset (known to `ifeval data`) it needs.
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

    def prepare(self) -> None:  # noqa: B027 - most tasks need nothing
        """Raise UserError now, before an engine is paid for, where the scorer lacks something it needs."""

    def passes_blank(self, sample: Sample) -> bool:
        """Whether silence is right here (where no tool fits); `validate` leaves such samples out of the decoys' count."""
        return False

    def decoys(self, sample: Sample) -> Known | None:
        """What of `sample` the replies that must fail may know (`ifeval.decoys`).

        The candidates of a choice stand here, for `validate` takes the chance from them. None where any plain reply is
        right: where no tool fits, or where a task describes replies rather than judging them.
        """
        return Known(topic=sample.topic)

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """Numbers of this task alone (a contrast, a group average) for summary.json, from one pass over the rows."""
        return {}
