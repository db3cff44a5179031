"""Zero-shot generalisation: does the model follow instructions that it cannot have seen?

Fresh items of eighteen clusters, written by hand in four wordings each, with exact answers; four clusters are ladders.
See docs/tasks-zero-shot.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from ifeval.checks.guards import is_jumble
from ifeval.checks.text.answers import numbers, squeeze
from ifeval.decoys import Known
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import Row, Task

from .answers import candidates, is_exact, judge, opens_or_closes
from .draw import SIZE, Drawn, prompts


class ZeroShot(Task):
    """Items of eighteen clusters in one of four wordings; a reply is right or wrong."""

    name = "zero_shot"
    version = "7"
    family = "zero_shot"
    cluster = "cluster"
    unit = "item"
    primary = "correct"
    description = "fresh instructions of 18 clusters in 4 wordings, written by hand, with exact answers and ladders"
    size = SIZE
    max_tokens = 256
    ends_loops = True
    breakdowns = ("cluster", "difficulty", "wording", "steps", "rows", "conditions", "words", "language")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        return islice((_sample(drawn, wording) for drawn, wording in prompts(seed)), limit)

    def score(self, sample: Sample, response: Response) -> Score:
        """`correct`: the right answer can be recognised; `exact`: it is also all there is.

        A reply cut at the token limit is no finished answer, and what it copies from the prompt is none either; nor are
        words of the prompt in no order with the answer among them. The verdict is named by the cluster.
        """
        answer = _without_copies(response.answer, sample)
        verdict = judge(sample.target, answer)
        if verdict.ok and (fault := _fault(sample, response, answer)):
            verdict = CheckResult(False, fault)
        elif not answer and response.answer.strip():
            verdict = CheckResult(False, "the reply only copies the prompt")
        verdict = replace(verdict, name=str(sample.tags["cluster"]))
        exact = verdict.ok and is_exact(sample.target, response.answer)
        return Score((verdict,), {"correct": float(verdict.ok), "exact": float(exact)})

    def decoys(self, sample: Sample) -> Known:
        prompt = str(sample.messages[-1]["content"])
        return Known(sample.topic, material=sample.target["given"], candidates=candidates(sample.target, prompt))

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """Accuracy by cluster, spans, wording spread, composition and reliability (`summary.contrasts`)."""
        from .summary import Answered, contrasts

        return contrasts([Answered.of(row) for row in rows])


def _fault(sample: Sample, response: Response, answer: str) -> str:
    """Why a reply in which the right answer stands does not count, or nothing."""
    if response.truncated:
        return "the reply was cut off at the token limit"
    inside = sample.target["match"] in ("text", "number") and not opens_or_closes(sample.target, answer)
    if inside and is_jumble(answer, str(sample.messages[-1]["content"])):
        return "the reply is words of the prompt in no order"
    return ""


def _without_copies(reply: str, sample: Sample) -> str:
    """The reply without a copy of a whole message or of the whole material."""
    for copied in (*(str(message["content"]) for message in sample.messages[::-1]), sample.target["given"]):
        if copied and squeeze(copied) in squeeze(reply):
            reply = squeeze(reply).replace(squeeze(copied), " ").strip()
    return reply


def _sample(drawn: Drawn, wording: str) -> Sample:
    item = drawn.item
    system = [{"role": "system", "content": item.system}] if item.system else []
    choice = candidates(item.target, item.wordings[wording])
    said = item.wordings[wording]
    question = said.replace(item.material, " ") if item.material else said
    asked = {"asked": numbers(question)} if item.target["match"] == "number" else {}
    return Sample(
        id=f"{drawn.id}/{wording}",
        messages=[*system, {"role": "user", "content": said}],
        target={**item.target, **asked, "given": item.material},
        oracle=item.target["oracle"],
        topic=item.topic,
        tags={
            "item": drawn.id,
            "wording": wording,
            "cluster": drawn.cluster,
            "type": item.type,
            "difficulty": item.difficulty,
            "language": item.language,
            "chance_percent": round(100 / len(choice)) if choice else 0,
            **item.rungs,
        },
    )
