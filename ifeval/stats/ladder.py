"""The span of a ladder: the rung at which half succeed, one number for weak models and strong ones.

Success falls with the size of a task (instructions at once, steps in a chain, rows of a table) along a logistic curve
in log2(size), as a psychometric function does; its midpoint is the span. Fitted by maximum likelihood over a grid, so
that data without an inner maximum (all succeed, or none) have an answer too: one doubling beyond the ladder's end.
"""

from math import nan

import numpy as np
import numpy.typing as npt

from ifeval.stats.interval import FloatArray, Interval

MIDPOINTS = 281
"""Midpoints tried, from half the lowest rung to twice the highest, evenly in log2."""

SLOPES = np.geomspace(0.25, 8, 21)
"""Steepness tried: how many logits success falls with each doubling."""

CHUNK = 100


def span(
    rungs: npt.ArrayLike,
    successes: npt.ArrayLike,
    clusters: npt.ArrayLike | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """The size at which half succeed, with a percentile bootstrap interval over prompts.

    rungs: (n,) sizes > 0, one per prompt. successes: (n,) values in [0, 1]; NaN is left out. clusters: (n,) the item a
    prompt belongs to; items are resampled whole. The estimate lies between half the lowest rung and twice the highest;
    a value at either end means that the span is there or beyond. Fewer than two different rungs have no span (NaN).
    """
    size, success = np.asarray(rungs, dtype=float), np.asarray(successes, dtype=float)
    there = ~np.isnan(success)
    size, success = size[there], success[there]
    steps, rung = np.unique(size, return_inverse=True)
    if len(steps) < 2:
        return Interval(nan, nan, nan, len(size), "span")
    item = np.arange(len(size)) if clusters is None else np.unique(np.asarray(clusters)[there], return_inverse=True)[1]
    units = int(item.max()) + 1
    won, asked = np.zeros((units, len(steps))), np.zeros((units, len(steps)))
    np.add.at(won, (item, rung), success)
    np.add.at(asked, (item, rung), 1)
    x = np.log2(steps)
    estimate = _midpoints(x, won.sum(axis=0)[None], asked.sum(axis=0)[None])[0]
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(units, np.full(units, 1 / units), resamples)
    low, high = np.quantile(_midpoints(x, drawn @ won, drawn @ asked), [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(2**estimate), float(2**low), float(2**high), units, "logistic in log2, bootstrap")


def _midpoints(x: FloatArray, won: FloatArray, asked: FloatArray) -> FloatArray:
    """The likeliest midpoint in log2 for each row of won and asked, both (rows, rungs)."""
    middles = np.linspace(x[0] - 1, x[-1] + 1, MIDPOINTS)
    logits = (SLOPES[:, None, None] * (middles[None, :, None] - x)).reshape(-1, len(x))
    failing = np.logaddexp(0, logits)
    best = []
    for start in range(0, len(won), CHUNK):
        w, n = won[start : start + CHUNK], asked[start : start + CHUNK]
        likelihood = w @ logits.T - n @ failing.T
        best.append(middles[likelihood.argmax(axis=1) % MIDPOINTS])
    return np.concatenate(best)
