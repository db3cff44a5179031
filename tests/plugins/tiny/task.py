"""Small plug-ins for tests of everything around a task."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import Row, Task


class Copy(Task):
    """Say the word back; a metric, a count, a tag and a report, so that every part of a summary is used."""

    name = "tiny-copy"
    version = "1"
    family = "format"
    primary = "right"
    description = "repeat a word"
    size = 40
    max_tokens = 16
    breakdowns = ("parity",)

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        for number in range(self.size if limit is None else limit):
            word = f"word{seed}x{number}"
            yield Sample(
                id=str(number),
                messages=[{"role": "user", "content": f"Reply with nothing but this: {word}"}],
                target=word,
                oracle=word,
                tags={"parity": "even" if number % 2 == 0 else "odd"},
            )

    def score(self, sample: Sample, response: Response) -> Score:
        right = response.answer == sample.target
        verdict = CheckResult(right, f"said {response.answer[:40]!r}, wanted {sample.target!r}", "copy")
        return Score((verdict,), {"right": float(right)}, {"words": (int(right), 1)}, loose=(right,))

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        return {"rows": sum(1 for _ in rows)}


class Slow(Copy):
    """Takes its time over every score, so that a run can be killed in the middle."""

    name = "tiny-slow"
    size = 150

    def score(self, sample: Sample, response: Response) -> Score:
        time.sleep(0.004)
        return Copy.score(self, sample, response)


class Broken(Copy):
    """Its scorer raises on one sample."""

    name = "tiny-broken"

    def score(self, sample: Sample, response: Response) -> Score:
        if sample.id == "33":
            raise ZeroDivisionError("a bug in this task")
        return Copy.score(self, sample, response)


class Hostile(Copy):
    """Replies nobody would wish for."""

    name = "tiny-hostile"
    texts = (
        "a" * 1_000_000,
        "lone \ud800 surrogate",
        "nul \0 inside",
        "[" * 10_000,
        "</script><b>",
        "\u202eright to left",
    )
    size = len(texts)

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        for number, text in enumerate(self.texts[:limit]):
            yield Sample(str(number), [{"role": "user", "content": f"Say number {number}."}], target=text, oracle=text)
