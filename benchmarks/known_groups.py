"""Who must stand above whom: every blocking family and task, from floors to the larger model, with each step's proof.

python benchmarks/known_groups.py runs/known [--json]

The folder holds one run of the same suite per group, under these names:

    for floor in random blind stuffed other constant; do
      ifeval run --model scripted:$floor --out runs/known/$floor
    done
    ifeval run --model gemma3-270m-base.gguf --out runs/known/base
    ifeval run --model models/smollm2-135m-instruct --out runs/known/smollm2
    ifeval run --model qwen2.5-coder-0.5b.gguf --out runs/known/qwen

Groups that are missing are left out. A step is the difference between neighbours, sample by sample, with its 95 %
interval: "+" where it is above nought, "~" where it is not proven, "!" where it is reversed. The floor that stands
beside a model is the best of all floors. This is evidence about the tasks, never a target for them.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any

from ifeval.comparison.comparable import differing_settings
from ifeval.comparison.differences import compare
from ifeval.comparison.outcomes import OutcomeTable, run_outcomes
from ifeval.runs.run import Run, load_run
from ifeval.util.jsonio import dumps

FLOORS = ("random", "blind", "stuffed", "other", "constant")
MODELS = {"base": "Gemma 3 270M base", "smollm2": "SmolLM2-135M-Instruct", "qwen": "Qwen2.5-Coder-0.5B-Instruct"}

Bounds = tuple[float, float, float]
"""An estimate and its bounds, in [-1, 1]."""


@dataclass(frozen=True, slots=True)
class Row:
    """A family, or a task of one: the score of each group, and the step up to each model from the group below it."""

    name: str
    scores: Mapping[str, Bounds]
    steps: Mapping[str, Bounds]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="numbers for a program")
    wanted = parser.parse_args()
    runs = {name: load_run(wanted.folder / name) for name in (*FLOORS, *MODELS) if (wanted.folder / name).is_dir()}
    if len(runs) < 2:
        sys.exit(f"{wanted.folder}: wanted runs named {', '.join((*FLOORS, *MODELS))}, found {len(runs)}.")
    rows = list(table(runs))
    print(dumps([asdict(row) for row in rows], pretty=True).decode() if wanted.json else written(rows, list(runs)))


def table(runs: Mapping[str, Run]) -> Iterator[Row]:
    """Each blocking family, followed by its tasks."""
    outcomes = {name: run_outcomes(run) for name, run in runs.items()}
    for family, tasks in blocking(runs).items():
        rows = [task_row(task, runs, outcomes) for task in tasks]
        yield Row(f"family {family}", mean([row.scores for row in rows]), mean([row.steps for row in rows]))
        yield from rows


def blocking(runs: Mapping[str, Run]) -> dict[str, list[str]]:
    """The families and their tasks that all runs have, advisory ones left out."""
    shared = [run.summary["tasks"] for run in runs.values()]
    families: dict[str, list[str]] = {}
    for name, task in shared[0].items():
        if not task.get("advisory") and all(name in tasks for tasks in shared):
            families.setdefault(task["family"], []).append(name)
    return families


def task_row(task: str, runs: Mapping[str, Run], outcomes: Mapping[str, OutcomeTable]) -> Row:
    scores = {name: bounds(run.summary["tasks"][task]) for name, run in runs.items()}
    floors = [name for name in runs if name in FLOORS]
    order = ([max(floors, key=lambda name: scores[name][0])] if floors else []) + [
        name for name in runs if name in MODELS
    ]
    pairs = pairwise(order)
    return Row(task, scores, {upper: step(outcomes[lower], outcomes[upper], task) for lower, upper in pairs})


def bounds(summary: Mapping[str, Any]) -> Bounds:
    score = summary["metrics"][summary["primary"]]
    return score["value"], score["low"], score["high"]


def step(lower: OutcomeTable, upper: OutcomeTable, task: str) -> Bounds:
    """How far `upper` stands above `lower`. Models, templates and engines differ; that is the point."""
    differ = [name for name, _ in differing_settings(lower.settings, upper.settings)]
    found = next(one for one in compare(lower, upper, differ).tasks if one.name == task)
    return found.interval.estimate, found.interval.low, found.interval.high


def mean(parts: Sequence[Mapping[str, Bounds]]) -> dict[str, Bounds]:
    """Unweighted over the tasks; the bounds are combined by square-and-add (MOVER)."""
    return {name: _mean([part[name] for part in parts]) for name in parts[0] if all(name in part for part in parts)}


def _mean(values: Sequence[Bounds]) -> Bounds:
    number = len(values)
    middle = sum(value for value, _, _ in values) / number
    below = hypot(*(value - low for value, low, _ in values)) / number
    above = hypot(*(high - value for value, _, high in values)) / number
    return middle, middle - below, middle + above


def mark(difference: Bounds) -> str:
    """What a step shows."""
    return "+" if difference[1] > 0 else "!" if difference[2] < 0 else "~"


def written(rows: Sequence[Row], names: Sequence[str]) -> str:
    """A Markdown table and, below it, every step that is not proven."""
    lines = ["| | " + " | ".join(MODELS.get(name, name) for name in names) + " |", "|---" * (len(names) + 1) + "|"]
    unproven = []
    for row in rows:
        cells = []
        for name in names:
            value, low, high = (100 * number for number in row.scores[name])
            sign = f"{mark(row.steps[name])} " if name in row.steps else ""
            cells.append(f"{sign}{value:.1f} [{low:.1f}, {high:.1f}]")
        lines.append(f"| {row.name} | " + " | ".join(cells) + " |")
        for name, difference in row.steps.items():
            if mark(difference) != "+":
                value, low, high = (100 * number for number in difference)
                kind = "reversed" if mark(difference) == "!" else "not proven"
                unproven.append(f"- {row.name}, step to {MODELS[name]}: {kind}, {value:+.1f} [{low:+.1f}, {high:+.1f}]")
    return "\n".join([*lines, "", *(unproven or ["Every step is proven."])])


if __name__ == "__main__":
    main()
