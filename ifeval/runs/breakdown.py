"""Scores by the values of a tag: of one run each metric, of several runs the primary one, with one column per run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from ifeval.errors import UserError
from ifeval.runs.run import Run
from ifeval.stats.interval import Interval
from ifeval.stats.intervals import mean_interval
from ifeval.util.tables import aligned, bounded, points

if TYPE_CHECKING:
    import pandas

ALL = "all"
CHANCE = "tag.chance_percent"
THINKING = "thinking"
"""Not a task's tag: the length of each reply's thought, in words."""
NO_THOUGHT, UNCLOSED = "no thought", "never ended"
LENGTHS = (30, 100, 300, 1000, 3000)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One task: a row per value of the tag and a last one for all; a column per metric or per run.

    `n` counts replies, and `chance` is what a guess among the answers named in the prompt would give (NaN where the
    task says nothing of it), both of the first run. Scores are in [0, 1].
    """

    task: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    n: tuple[int, ...]
    chance: tuple[float, ...]
    cells: tuple[tuple[Interval, ...], ...]


def breakdowns(runs: Sequence[Run], tag: str, task: str | None = None) -> Iterator[Breakdown]:
    """Every task of the first run that has the tag. Raises UserError where none has."""
    found = False
    for name, summary in runs[0].summary["tasks"].items():
        frames = [frame_of(run, name) for run in runs] if task in (None, name) else []
        if frames and f"tag.{tag}" in frames[0].dropna(axis="columns", how="all"):
            found = True
            yield _breakdown(name, frames, summary, f"tag.{tag}", [run.path.name for run in runs])
    if not found:
        raise UserError(
            f"--by {tag}: no {'task' if task is None else f'task {task!r}'} of {runs[0].path} has that tag."
        )


def frame_of(run: Run, task: str) -> "pandas.DataFrame":
    """The samples of a task without their constrained twins, tagged by the length of their thoughts if there are any."""
    rows = run.samples[run.samples["task"] == task]
    rows = rows[rows["tag.decoding"] != "constrained"] if "tag.decoding" in rows else rows
    if not (rows["reasoning"].notna() | rows["unclosed_reasoning"]).any():
        return rows
    lengths = [
        thought_length(text, unclosed)
        for text, unclosed in zip(rows["reasoning"], rows["unclosed_reasoning"], strict=True)
    ]
    return rows.assign(**{f"tag.{THINKING}": lengths})


def thought_length(text: str | None, unclosed: bool) -> str:
    """The class of a thought by its number of words."""
    if unclosed:
        return UNCLOSED
    words = len(text.split()) if isinstance(text, str) else 0
    if not words:
        return NO_THOUGHT
    low = max((length for length in LENGTHS if length <= words), default=1)
    high = min((length for length in LENGTHS if length > words), default=None)
    return f"{low}-{high - 1} words" if high else f"{low} words and more"


def to_text(breakdown: Breakdown) -> list[str]:
    """A table for the terminal, and how the columns agree where they are runs of one metric."""
    known = [chance == chance for chance in breakdown.chance]
    chance = ["chance"] if any(known) else []
    rows = [[breakdown.task, "n", *chance, *breakdown.columns]]
    for value, n, guess, cells in zip(breakdown.values, breakdown.n, breakdown.chance, breakdown.cells, strict=True):
        rows.append([value, str(n), *([points(guess)] if chance else []), *map(bounded, cells)])
    return aligned(rows)


def to_records(breakdown: Breakdown) -> Iterator[dict[str, Any]]:
    """One record per cell, for machines: task, value of the tag, column, score with its bounds in [0, 1] and its n."""
    for value, row in zip(breakdown.values, breakdown.cells, strict=True):
        for column, cell in zip(breakdown.columns, row, strict=True):
            place = {"task": breakdown.task, "value": value, "column": column}
            yield {**place, "score": cell.estimate, "low": cell.low, "high": cell.high, "n": cell.n}


def agreement(breakdown: Breakdown) -> Iterator[str]:
    """Every later column against the first: the correlation over the values, and how many agree within 95 %."""
    cells = np.array([[cell.estimate for cell in row] for row in breakdown.cells[:-1]])
    for column, name in enumerate(breakdown.columns[1:], start=1):
        pairs = [(row[0], row[column]) for row in breakdown.cells[:-1] if row[0].n and row[column].n]
        agree = sum(_agree(*pair) for pair in pairs)
        first, other = cells[:, 0], cells[:, column]
        known = ~np.isnan(first + other)
        spread = known.sum() > 2 and min(np.ptp(first[known]), np.ptp(other[known])) > 0
        correlation = f"correlation {np.corrcoef(first[known], other[known])[0, 1]:.2f}, " if spread else ""
        yield f"{name} against {breakdown.columns[0]}: {correlation}{agree} of {len(pairs)} values agree within 95 %."


def _breakdown(
    task: str, frames: Sequence["pandas.DataFrame"], summary: Mapping[str, Any], tag: str, runs: Sequence[str]
) -> Breakdown:
    first = frames[0]
    if len(frames) > 1:
        names, columns = tuple(runs), [(frame, summary["primary"]) for frame in frames]
    else:
        names = tuple(name for name in summary["metrics"] if f"metric.{name}" in first)
        columns = [(first, name) for name in names]
    values = sorted(first[tag].dropna().unique(), key=_place)
    rows = [[frame[frame[tag] == value] for frame, _ in columns] for value in values]
    rows.append([frame for frame, _ in columns])
    return Breakdown(
        task=task,
        columns=names,
        values=(*values, ALL),
        n=tuple(len(row[0]) for row in rows),
        chance=tuple(_chance(row[0]) for row in rows),
        cells=tuple(
            tuple(_interval(part, metric, summary["unit"]) for part, (_, metric) in zip(row, columns, strict=True))
            for row in rows
        ),
    )


def _place(value: str) -> tuple[int, int, str]:
    """Numbers, and what begins with one, by size; then the others by name."""
    number = value.partition("-")[0].partition(" ")[0]
    return (0, int(number), value) if number.isdigit() else (1, 0, value)


def _chance(rows: "pandas.DataFrame") -> float:
    return float(rows[CHANCE].astype(float).mean()) / 100 if CHANCE in rows else nan


def _interval(rows: "pandas.DataFrame", metric: str, unit: str) -> Interval:
    """The metric's mean with the task's unit, or the sample where it is repeated, as the sampling unit."""
    column = f"tag.{unit}" if f"tag.{unit}" in rows else "sample_id"
    units = rows[column].fillna(rows["sample_id"]).tolist()
    scores = rows[f"metric.{metric}"].to_numpy(dtype=float, na_value=np.nan)
    return mean_interval(scores, clusters=units if len(set(units)) < len(units) else None)


def _agree(one: Interval, other: Interval) -> bool:
    """Whether the interval of the difference holds 0: square and add (MOVER; Zou and Donner 2008)."""
    high, low = (one, other) if one.estimate >= other.estimate else (other, one)
    return high.estimate - low.estimate <= hypot(high.estimate - high.low, low.high - low.estimate)
