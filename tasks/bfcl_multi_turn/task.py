"""BFCL v4's multi-turn categories: the official runner's steps and checker; and `bfcl-v4`, all of BFCL that is run here.

See docs/conversations.md for the prompt's wording and what is not run (web search and memory).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from ifeval.errors import UserError
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import ConversationTask, Row
from ifeval.tasks.bfcl.task import Bfcl
from ifeval.tool_calls.bfcl.data import MULTI_TURN
from ifeval.tool_calls.bfcl.multi_turn import (
    MAX_STEPS,
    MultiTurnEntry,
    call_strings,
    judge_turns,
    load_multi_turn,
    native_call_strings,
    progress,
)
from ifeval.tool_calls.bfcl.scores import summarize

from . import dialogue


class BfclMultiTurn(ConversationTask):
    """Prompt mode: the functions are in the system message, calls are read as Python."""

    name = "bfcl_multi_turn"
    version = "1"
    family = "structured"
    primary = "correct"
    description = "BFCL v4, multi-turn, prompt mode: 800 conversations with stateful tools, scored as officially"
    size = 800
    max_tokens = 512
    max_turns = 8
    max_steps = MAX_STEPS + 1
    max_conversation_tokens = 32_768
    carries_on = True
    offers_tools = True
    breakdowns: ClassVar[tuple[str, ...]] = ("category",)
    dataset = "bfcl"

    @cached_property
    def entries(self) -> dict[str, MultiTurnEntry]:
        """All entries by id. Raises UserError where the data is missing."""
        if self.data is None:
            raise UserError(
                "BFCL's data is not here; fetch it with `ifeval data fetch bfcl`, or name its folder with --data."
            )
        folder = Path(self.data)
        return {key: entry for category in MULTI_TURN for key, entry in load_multi_turn(folder, category).items()}

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The entries, the four categories in turn, so that every limit is a sample of all; the seed plays no part."""
        by_category = [[e for e in self.entries.values() if e.category == name] for name in MULTI_TURN]
        yield from islice((self._opened(entry) for four in zip(*by_category, strict=True) for entry in four), limit)

    def follow(self, sample: Sample, turns: Sequence[Response]) -> Sample | None:
        return dialogue.following(self._entry(sample), sample, turns, self._calls, self._native)

    def score_turns(self, sample: Sample, turns: Sequence[Response]) -> Score:
        """`correct`: BFCL's validity. A check's failure is BFCL's error type; a conversation cut short is none it can judge."""
        entry = self._entry(sample)
        reached = progress(entry, [self._calls(reply) for reply in turns])
        found = judge_turns(entry, reached.turns if reached.finished else None)
        check = CheckResult(found.valid, found.reason or "as BFCL wants it", "conversation", found.error_type or "")
        return Score((check,), {"correct": float(found.valid)})

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """BFCL's own accuracies and overall scores."""
        return {"bfcl": summarize(tally(rows))}

    _native = False

    def _entry(self, sample: Sample) -> MultiTurnEntry:
        return self.entries[sample.id]

    def _opened(self, entry: MultiTurnEntry) -> Sample:
        return dialogue.opening(entry, self._native)

    def _calls(self, reply: Response) -> list[str]:
        return call_strings(reply.answer)


class BfclMultiTurnNative(BfclMultiTurn):
    """Native mode: the functions are the template's tools."""

    name = "bfcl_multi_turn-native"
    description = "BFCL v4, multi-turn, native mode: the same conversations through the chat template's own tools"
    _native = True

    def _calls(self, reply: Response) -> list[str]:
        return native_call_strings((call.name, call.arguments) for call in reply.tool_calls or ())


class BfclWhole(BfclMultiTurn):
    """All of BFCL v4 that is run here, in prompt mode, so that the overall score has its multi-turn share."""

    name = "bfcl-v4"
    description = (
        "BFCL v4, single and multi-turn, prompt mode: 4,441 items, 60 % of the official overall score's weight"
    )
    size = 4441
    breakdowns = ("category", "group")

    @cached_property
    def _single(self) -> Bfcl:
        return Bfcl(self.data)

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """One conversation after every few single requests, as their numbers are."""
        single, multi = self._single.samples(seed), super().samples(seed)
        share = Bfcl.size / BfclMultiTurn.size
        yield from islice(_mixed(single, multi, share), limit)

    def follow(self, sample: Sample, turns: Sequence[Response]) -> Sample | None:
        return super().follow(sample, turns) if sample.id in self.entries else None

    def score_turns(self, sample: Sample, turns: Sequence[Response]) -> Score:
        return (
            super().score_turns(sample, turns) if sample.id in self.entries else self._single.score(sample, turns[-1])
        )

    def passes_blank(self, sample: Sample) -> bool:
        return sample.id not in self.entries and self._single.passes_blank(sample)


def tally(rows: Iterable[Row]) -> dict[str, tuple[int, int]]:
    """Successes and trials by category."""
    right: Counter[str] = Counter()
    trials: Counter[str] = Counter()
    for row in rows:
        category = str(row.tags["category"])
        trials[category] += 1
        right[category] += row.score.metrics["correct"] == 1
    return {category: (right[category], trials[category]) for category in trials}


def _mixed(single: Iterator[Sample], multi: Iterator[Sample], share: float) -> Iterator[Sample]:
    given = 0.0
    for sample in multi:
        given += share
        yield from islice(single, int(given))
        given -= int(given)
        yield sample
    yield from single
