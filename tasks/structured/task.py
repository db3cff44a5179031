"""Structured output: extract, fill and transform into JSON, CSV, YAML and Markdown tables.

Three rates are kept apart: the reply parses, the document validates, the values are right. See docs/tasks-structured.md.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ifeval.records import Response, Sample, Score
from ifeval.structured import Wanted, judge
from ifeval.structured.decoding import contrast
from ifeval.task import Row, Task

from .items import build


class Structured(Task):
    name = "structured"
    version = "2"
    family = "structured"
    primary = "correct"
    description = "Extract, fill and transform into JSON under a schema, CSV, YAML and Markdown tables"
    size = 144
    max_tokens = 256
    breakdowns = ("difficulty", "format", "feature", "operation", "depth", "decoding")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """Four rounds, easy and hard in turn, over every format, feature and operation."""
        return islice(build(seed), limit)

    def score(self, sample: Sample, response: Response) -> Score:
        """`parses`, `validates`, `correct`, and `bare`: the reply is the document and nothing else."""
        (parses, validates, values), document = judge(response, Wanted(**sample.target))
        return Score(
            checks=(parses, validates, values),
            metrics={
                "correct": float(values.ok),
                "validates": float(validates.ok),
                "parses": float(parses.ok),
                "bare": float(parses.ok and document.place == "whole"),
            },
        )

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """Free against constrained decoding, on the samples that were asked both ways."""
        return contrast(rows, ("parses", "validates", "correct"))
