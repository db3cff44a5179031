"""One stand-alone SVG: the score of every task with its interval, several runs side by side; for notebooks and slides."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ifeval.runs.results import TaskResult
from ifeval.runs.run import Run
from ifeval.util.files import write_atomically
from ifeval.util.text import visible

WIDTH, LEFT, ROW, HEAD = 640, 190, 18, 34
COLOURS = ("#1f5fa8", "#c2571a", "#2f7d4f", "#7a4aa0", "#8a6d1b")


@dataclass(frozen=True)
class Plot:
    """A picture that a notebook shows by itself; `save` writes it to a file."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> Path:
        """Write the SVG to `path` and return it."""
        place = Path(path)
        write_atomically(place, self.svg)
        return place


def plot_runs(runs: Sequence[Run]) -> Plot:
    """The primary metric of every task of the runs, one line per run and task, on an axis from 0 to 100 %."""
    tasks = list(dict.fromkeys(name for run in runs for name in run.tasks))
    height = HEAD + sum(ROW * len(runs) + 10 for _ in tasks) + 10
    parts = [_axis(height)]
    for place, run in enumerate(runs):
        x = LEFT + place * (WIDTH - LEFT) / len(runs)
        parts.append(_text(x, 12, visible(run.name), fill=COLOURS[place % len(COLOURS)]))
    y = HEAD
    for name in tasks:
        parts.append(_text(LEFT - 10, y + ROW * len(runs) / 2 + 4, name, anchor="end"))
        for place, run in enumerate(runs):
            if name in run.tasks and run.tasks[name].primary.n:
                parts.append(_mark(run.tasks[name], y + ROW * (place + 0.5), COLOURS[place % len(COLOURS)]))
        y += ROW * len(runs) + 10
    body = "".join(parts)
    return Plot(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" '
        f'font-family="sans-serif" font-size="12">{body}</svg>'
    )


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - 20) * share


def _axis(height: float) -> str:
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    return "".join(
        f'<line x1="{_x(t):.1f}" x2="{_x(t):.1f}" y1="{HEAD - 6}" y2="{height - 4}" stroke="#ddd"/>'
        + _text(_x(t), HEAD - 9, f"{100 * t:.0f}", anchor="middle", fill="#777")
        for t in ticks
    )


def _mark(task: TaskResult, y: float, colour: str) -> str:
    score = task.primary
    return (
        f'<g stroke="{colour}" fill="{colour}"><line x1="{_x(score.low):.1f}" x2="{_x(score.high):.1f}" y1="{y:.1f}" '
        f'y2="{y:.1f}" stroke-width="2"/><circle cx="{_x(score.estimate):.1f}" cy="{y:.1f}" r="4"/></g>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start", fill: str = "#222") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'
