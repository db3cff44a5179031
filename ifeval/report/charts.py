"""Intervals as inline SVG: one narrow plot per table row, all rows on one axis. The table holds the same numbers as text.

Positions are percentages of the cell's width, so a plot fits a phone and a printed page without a script; looks come
from the page's style sheet by class.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from markupsafe import Markup

from ifeval.util.text import visible

ROW_HEIGHT = 14
OVERHANG = 6
STEPS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
INSET = 4.5
"""Percent kept free at both ends, for a mark that sits on the edge."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An estimate with its bounds, as shares; `series` is the run it belongs to. NaN or None: nothing to draw."""

    value: float | None
    low: float | None
    high: float | None
    series: int = 0

    @property
    def known(self) -> bool:
        return all(bound is not None and isfinite(bound) for bound in (self.value, self.low, self.high))


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, with a grid line at every tick; `zero` is drawn stronger where differences are shown."""

    low: float
    high: float
    ticks: tuple[float, ...]
    signed: bool = False

    def at(self, value: float) -> str:
        """Where a value lies, as an SVG percentage; outside values stick to the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return f"{INSET + (100 - 2 * INSET) * share:.2f}%"


SHARES = Axis(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0))


def difference_axis(marks: Iterable[Mark]) -> Axis:
    """An axis with zero in its middle that holds every mark."""
    bounds = [abs(bound) for mark in marks if mark.known for bound in (mark.low or 0.0, mark.high or 0.0)]
    reach = max(bounds, default=0.0)
    step = next((step for step in STEPS if 2 * step >= reach), STEPS[-1])
    return Axis(-2 * step, 2 * step, tuple(step * k for k in (-2, -1, 0, 1, 2)), signed=True)


def row_plot(label: str, marks: Sequence[Mark], axis: Axis, reference: float | None = None) -> Markup:
    """The plot of one row: an interval line and a point per mark, and a tick where `reference` is."""
    height = ROW_HEIGHT * max(1, len(marks)) + 6
    parts = list(_grid(axis, height))
    if reference is not None and isfinite(reference):
        x = axis.at(reference)
        parts.append(Markup('<line class="reference" x1="{0}" x2="{0}" y1="2" y2="{1}"/>').format(x, height - 2))
    for index, mark in enumerate(marks):
        if mark.known:
            parts.append(_drawn(mark, axis, 3 + ROW_HEIGHT * (index + 0.5)))
    described = "; ".join(words(mark, axis.signed) for mark in marks)
    if reference is not None and isfinite(reference):
        described += f"; reference {percent(reference, axis.signed)}"
    return Markup(
        '<svg class="plot" role="img" width="100%" height="{}"><title>{}</title><desc>{}</desc>{}</svg>'
    ).format(height, visible(label), described, Markup("").join(parts))


def scale(axis: Axis) -> Markup:
    """The labels of the ticks, for the head of the column."""
    labels = [
        Markup('<text x="{}" y="11" text-anchor="middle">{}</text>').format(axis.at(tick), _tick(tick, axis))
        for tick in axis.ticks
    ]
    return Markup('<svg class="scale" aria-hidden="true" width="100%" height="14">{}</svg>').format(
        Markup("").join(labels)
    )


def percent(share: float | None, signed: bool = False) -> str:
    """77.1 for 0.771, with a sign (and a real minus) for a difference; a dash for what is not known."""
    if share is None or not isfinite(share):
        return "–"
    number = f"{100 * share:+.1f}" if signed else f"{100 * share:.1f}"
    return number.replace("-", "−")


def words(mark: Mark, signed: bool = False) -> str:
    """A mark in words: "77.1 (95 % interval 73.4 to 80.4)"; the value alone where bounds do not exist."""
    if mark.low == mark.high:
        return percent(mark.value, signed)
    low, high = percent(mark.low, signed), percent(mark.high, signed)
    return f"{percent(mark.value, signed)} (95 % interval {low} to {high})"


def _grid(axis: Axis, height: int) -> Iterator[Markup]:
    """A line at every tick, long enough to meet those of the rows above and below."""
    for tick in axis.ticks:
        kind = "zero" if axis.signed and tick == 0 else "grid"
        line = Markup('<line class="{0}" x1="{1}" x2="{1}" y1="{2}" y2="{3}"/>')
        yield line.format(kind, axis.at(tick), -OVERHANG, height + OVERHANG)


def _tick(tick: float, axis: Axis) -> str:
    return f"{100 * tick:{'+' if axis.signed and tick else ''}.0f}".replace("-", "−")


def _drawn(mark: Mark, axis: Axis, y: float) -> Markup:
    ends = [axis.at(bound) for bound in (mark.low, mark.high, mark.value) if bound is not None]
    return Markup(
        '<g class="series-{0}"><line class="interval" x1="{1}" x2="{2}" y1="{4}" y2="{4}"/>'
        '<circle cx="{3}" cy="{4}" r="3.5"/></g>'
    ).format(mark.series, *ends, f"{y:g}")
