"""Multi-IF (He et al. 2024, arXiv 2410.15553), English: each turn's reply judged by all instructions given so far.

The model's own replies are fed back. See docs/conversations.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from ifeval.checks.multi_if.conversations import Conversation, read_conversations
from ifeval.checks.multi_if.scoring import by_turn, verify_turn
from ifeval.errors import UserError
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import ConversationTask, Row

METRICS = ("prompt_strict", "prompt_loose")
COUNTS = ("instruction_strict", "instruction_loose")


class MultiIF(ConversationTask):
    """Primary is the mean over a conversation's turns of "all instructions followed, strictly".

    The published averages, by turn, are in the report.
    """

    name = "multi_if"
    version = "1"
    family = "format"
    primary = "prompt_strict"
    description = "Multi-IF, English: 909 conversations of up to three turns whose instructions add up"
    size = 909
    max_turns = 3
    max_conversation_tokens = 8192
    carries_on = True
    dataset = "multi_if"

    @cached_property
    def conversations(self) -> dict[str, Conversation]:
        """The conversations by key. Raises UserError where the data is missing or cannot be used."""
        if self.data is None:
            raise UserError(
                "Multi-IF's data (non-commercial) is not here; fetch it with `ifeval data fetch multi_if`, "
                "or name a copy with --data."
            )
        return {conversation.key: conversation for conversation in read_conversations(Path(self.data))}

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The conversations in the order of the data; `seed` plays no part."""
        for conversation in islice(self.conversations.values(), limit):
            yield Sample(conversation.key, conversation.messages(()), target=len(conversation.turns))

    def follow(self, sample: Sample, turns: Sequence[Response]) -> Sample | None:
        if len(turns) == sample.target:
            return None
        return Sample(sample.id, self.conversations[sample.id].messages([reply.answer for reply in turns]))

    def score_turns(self, sample: Sample, turns: Sequence[Response]) -> Score:
        """`prompt_*` and `instruction_*` over all turns of the conversation, and of each turn; a missing turn follows nothing."""
        scores = self._by_turn(sample, turns)
        checks = tuple(
            CheckResult(check.ok, check.reason, f"turn {number}: {check.name}")
            for number, score in enumerate(scores, start=1)
            for check in score.checks
        )
        metrics: dict[str, float | None] = {
            name: sum(score.metrics[name] or 0 for score in scores) / len(scores) for name in METRICS
        }
        metrics["all_turns"] = float(all(score.metrics["prompt_strict"] for score in scores))
        counts = {name: _sum(score.counts[name] for score in scores) for name in COUNTS}
        metrics |= {f"turn_{number}_{name}": None for number in range(1, self.max_turns + 1) for name in METRICS}
        for number, score in enumerate(scores, start=1):
            metrics |= {f"turn_{number}_{name}": score.metrics[name] for name in METRICS}
            counts |= {f"turn_{number}_{name}": score.counts[name] for name in COUNTS}
        loose = tuple(ok for score in scores for ok in score.loose or ())
        return Score(checks, metrics, counts, loose)

    def passes_blank(self, sample: Sample) -> bool:
        """White space is a reply that is checked, strictly, and breaks no ban (upstream has it so)."""
        blank = Response("", " \n", "stop", answer=" \n")
        return self.score_turns(sample, [blank] * sample.target).metrics[self.primary] == 1

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """The published averages of each turn."""
        scored = (
            (number, score)
            for row in rows
            for number, score in enumerate(self._by_turn(Sample(row.sample_id, ()), row.turns), start=1)
        )
        return {"multi_if": by_turn(scored)}

    def _by_turn(self, sample: Sample, turns: Sequence[Response]) -> list[Score]:
        wanted = self.conversations[sample.id].turns
        answers = [reply.answer for reply in turns] + [""] * (len(wanted) - len(turns))
        return [verify_turn(answer, turn.instructions) for answer, turn in zip(answers, wanted, strict=True)]


def _sum(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    followed, asked = zip(*pairs, strict=True)
    return sum(followed), sum(asked)
