"""What the base model is asked so that its good replies can be trained on: everyday requests, and fresh `format` prompts.

Nothing here is an evaluation, and nothing of an evaluation is here: the requests are this folder's own, the prompts come
from training seeds and from styles that are not held out.
"""

import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from ifeval.finetuning.data.make import fresh
from ifeval.records import Sample
from ifeval.registry.plugins import discover

BUILTIN = discover()
STYLES = ("inline", "list", "rules_first")


class Everyday(BUILTIN["manner"]):
    """Short natural requests of every kind; the subjects take turns, so that a limit takes all kinds."""

    name = "everyday"
    description = "everyday requests whose natural replies are kept"
    size = None
    max_tokens = 256

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        with Path(__file__).with_name("everyday.tsv").open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t"))
        kinds = [[row["request"].format(subject) for subject in row["subjects"].split("; ")] for row in rows]
        turns = chain.from_iterable(zip(*kinds, strict=True))
        for number, request in enumerate(islice(turns, limit)):
            yield Sample(
                f"everyday-{number:03}", [{"role": "user", "content": request}], oracle="That is a nice thing."
            )

    def decoys(self, sample: Sample) -> None:
        """None: any natural reply will do here."""


class Practice(BUILTIN["format"]):
    """`format` as training may see it: training seeds, styles that are not held out."""

    name = "practice"
    description = "format prompts of training seeds and briefs"
    size = 900

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        drawn = (sample for sample in fresh(BUILTIN["format"](), seed) if sample.tags["style"] in STYLES)
        return islice(drawn, self.size if limit is None else limit)
