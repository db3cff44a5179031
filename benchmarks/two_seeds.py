"""Does another seed tell the same of a model? The scores of one run's clusters and rungs against those of another's.

python benchmarks/two_seeds.py RUN AGAIN [RUN AGAIN ...]

AGAIN asked the same model the same suite with another `--seed`. Every cluster of tasks and every rung of a ladder with at
least 8 samples in both runs is a point; a pair's figure is the correlation (Pearson's) of its points, the last one that
of all pairs together. Beside it stands what one would expect if the prompts of a point were drawn independently: the share
of the points' variance that is no binomial noise. Prompts of another seed are of the same kinds, so it may be higher.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import correlation, fmean, pvariance
from typing import Any, NamedTuple

from ifeval.runs.run import load_run

TAGS = {
    "format": ("instructions",),
    "density": ("instructions",),
    "dialogue": ("turns",),
    "structured": ("fields", "levels", "rows"),
    "tool_calls": ("tools", "calls"),
    "zero_shot": ("cluster", "difficulty", "steps", "rows", "conditions", "words"),
}
"""The tags of each task whose values are clusters or rungs."""

FEWEST = 8
"""Samples of a point in either run."""


class Point(NamedTuple):
    """A cluster or rung: its score in both runs, 0 to 1, and the variance that sampling gives such a score."""

    first: float
    second: float
    noise: float


def points(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[Point]:
    """What two summaries (`summary.json`) say of the same clusters and rungs."""
    for task, tags in TAGS.items():
        for tag in tags:
            one, other = (summary["tasks"].get(task, {}).get("by", {}).get(tag, {}) for summary in (first, second))
            for value in sorted(one.keys() & other.keys()):
                pair = one[value], other[value]
                if min(score["n"] for score in pair) >= FEWEST:
                    noise = fmean(score["value"] * (1 - score["value"]) / (score["n"] - 1) for score in pair)
                    yield Point(pair[0]["value"], pair[1]["value"], noise)


def row(name: str, found: list[Point]) -> str:
    """A line of the table; of points that are all alike there is no correlation."""
    firsts, seconds = [point.first for point in found], [point.second for point in found]
    if min(len(set(firsts)), len(set(seconds))) < 2:
        return f"| {name} | {len(found)} | | |"
    spread = (pvariance(firsts) + pvariance(seconds)) / 2
    expected = max(1 - fmean(point.noise for point in found) / spread, 0.0)
    return f"| {name} | {len(found)} | {correlation(firsts, seconds):.3f} | {expected:.3f} |"


def main() -> None:
    if len(sys.argv) < 3 or len(sys.argv) % 2 == 0:
        sys.exit(__doc__)
    together: list[Point] = []
    print("| model | clusters and rungs | correlation | expected of independent prompts |\n|---|---|---|---|")
    for first, second in zip(map(Path, sys.argv[1::2]), map(Path, sys.argv[2::2]), strict=True):
        found = list(points(load_run(first).summary, load_run(second).summary))
        print(row(first.name, found))
        together += found
    print(row("all", together))


if __name__ == "__main__":
    main()
