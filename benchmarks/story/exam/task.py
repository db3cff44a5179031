"""What the story is judged by beside the built-in tasks: prompts said as training never said them, and plain questions.

Training rows come in three of the five styles of `format`; the other two are held out. The questions have known answers,
so that a model which learnt to keep to formats and forgot the rest is found out.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.registry.plugins import discover

HELD_OUT = ("polite", "terse")
"""Styles that no training row has; `terse` words every instruction differently from all others."""

BUILTIN = discover()


class UnseenStyles(BUILTIN["format"]):
    """The prompts of seeds 0, 1, 2, ... in held-out styles."""

    name = "unseen_styles"
    description = "format compliance in styles and wordings that were held out of training"
    size = 300

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        size = self.size if limit is None else min(limit, self.size)
        return islice((sample for sample in self._seeds(seed) if self._chosen(sample.tags["style"])), size)

    def _chosen(self, style: str) -> bool:
        return style in HELD_OUT

    def _seeds(self, seed: int) -> Iterator[Sample]:
        """All samples of this seed and the next ones; the task's own sizes and texts."""
        task = BUILTIN["format"]()
        for further in count(seed):
            yield from task.samples(further)


class SeenStyles(UnseenStyles):
    """Fresh requests in the styles of training."""

    name = "seen_styles"
    description = "format compliance in the styles of training, fresh requests"
    size = 120

    def _chosen(self, style: str) -> bool:
        return style not in HELD_OUT


class Refraining(BUILTIN["tool_calls"]):
    """The requests of `tool_calls` for which no tool fits, or which leave out what a call needs; training has more of them."""

    name = "refraining"
    description = "requests beside tools that want no call"

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        return islice((sample for sample in super().samples(seed) if not sample.target["calls"]), limit)


class Questions(BUILTIN["manner"]):
    """Eighty questions that everybody can answer."""

    name = "questions"
    advisory = False
    primary = "answered"
    description = "plain questions with known answers: a natural reply that names the answer"
    size = 80
    max_tokens = 200

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        with Path(__file__).with_name("questions.tsv").open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(islice(csv.DictReader(lines, delimiter="\t"), limit)):
                answers = row["answers"].split("|")
                messages = [{"role": "user", "content": row["question"]}]
                yield Sample(f"question-{number:02}", messages, target=answers, oracle=f"The answer is {answers[0]}.")

    def score(self, sample: Sample, response: Response) -> Score:
        """`answered`: one of the answers is named, also in a reply that was cut; the style as `manner` sees it."""
        score = super().score(sample, response)
        named = any(re.search(rf"\b{re.escape(answer)}\b", response.answer, re.I) for answer in sample.target)
        verdict = CheckResult(named, f"{'names' if named else 'does not name'} {' or '.join(sample.target)}", "answer")
        return replace(score, checks=(verdict,), metrics={"answered": float(named), **score.metrics})
