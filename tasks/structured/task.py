"""Structured output: notes, letters, forms and logs read into JSON, YAML, TOML, XML, CSV and Markdown tables.

Three ladders: fields of one record, levels of nesting, rows of a table. Three rates are kept apart: the reply parses,
the document validates, the values are right. See docs/tasks-structured.md.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ifeval.records import Response, Sample, Score
from ifeval.structured import Wanted, judge
from ifeval.structured.decoding import contrast
from ifeval.task import Row, Task, room_for

from .items import build


class Structured(Task):
    name = "structured"
    version = "7"
    family = "structured"
    primary = "correct"
    description = "Records and tables out of hand-written notes and papers: 1 to 60 fields, 1 to 4 levels, 2 to 30 rows, six formats"
    size = 288
    max_tokens = 2560
    ends_loops = True
    breakdowns = ("fields", "levels", "rows", "format", "operation", "material", "depth", "decoding")
    ladders = ("fields", "levels", "rows")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """Cycles of 36, eight of them without a limit; from the fifth on the upper rungs have the weight."""
        return islice(build(seed), self.size if limit is None else limit)

    def token_limit(self, sample: Sample) -> int:
        """Room for the document with all the spaces that people put into it, and for some words around it."""
        return min(self.max_tokens, room_for(str(sample.oracle)))

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
