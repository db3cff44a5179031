"""Two runs on the same prompts, any scores: tests on the per-prompt differences, candidate minus baseline.

Repeats of a prompt are averaged first, prompts that belong together are summed into one cluster first: what comes in
here are independent differences, shape (n,), finite. Sources: Student's paired t; Fisher 1935 (sign flips), with the
(1 + hits) / (1 + draws) rule of Phipson and Smyth 2010.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import nan, sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from ifeval.stats.interval import FloatArray, Interval
from ifeval.stats.paired import tango_interval

Side = Literal["less", "greater", "two-sided"]
CHUNK = 1 << 21
SMALL = 100
"""Fewer differences than this are tested by sign flips, not by Student's t."""


def paired_t_interval(differences: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Student's interval of the mean difference, within [-1, 1]; NaN bounds with fewer than two prompts.

    Where no prompt differs the spread says nothing: then it is as wide as that of as many booleans that all agree.
    """
    d = np.asarray(differences, dtype=float)
    n = len(d)
    if n == 0:
        return Interval(nan, nan, nan, 0, "paired t")
    mean = float(d.mean())
    if n == 1:
        return Interval(mean, nan, nan, 1, "paired t")
    if not d.any():
        return replace(tango_interval(0, 0, n, level), method="paired t")
    half = float(stdtrit(n - 1, (1 + level) / 2)) * _standard_error(d)
    return Interval(mean, max(-1.0, mean - half), min(1.0, mean + half), n, "paired t")


def paired_t_p(differences: npt.ArrayLike, null: float = 0.0, side: Side = "two-sided") -> float:
    """p of H0: the mean difference is `null`; `less` rejects for means below it, `greater` for means above.

    Non-inferiority at a margin is `paired_t_p(d, -margin, "greater")`. Without spread, p is 0 or 1 by the mean alone;
    with fewer than two prompts it is 1.
    """
    d = np.asarray(differences, dtype=float)
    if len(d) < 2:
        return 1.0
    t = (float(d.mean()) - null) / max(_standard_error(d), 1e-12)
    below = float(stdtr(len(d) - 1, t))
    above = float(stdtr(len(d) - 1, -t))
    if side == "two-sided":
        return min(1.0, 2 * min(below, above))
    return below if side == "less" else above


def equivalence_t_p(differences: npt.ArrayLike, margin: float) -> float:
    """Two one-sided t tests: p of H0: the mean difference is at least `margin` in either direction."""
    return max(paired_t_p(differences, -margin, "greater"), paired_t_p(differences, margin, "less"))


def sign_flip_p(differences: npt.ArrayLike, side: Side = "two-sided", draws: int = 9999, seed: int = 0) -> float:
    """Permutation p of "the two runs are exchangeable on each prompt": the sign of each difference is flipped.

    Exact where all sign patterns are at most `draws` + 1 (13 non-zero differences), else from `draws` random ones.
    For boolean outcomes this is McNemar's exact test.
    """
    d = np.asarray(differences, dtype=float)
    d = d[d != 0]
    patterns = 2 ** len(d) if len(d) < 60 else np.inf
    if patterns <= draws + 1:
        signs: Iterator[FloatArray] = iter([1.0 - 2.0 * _bits(len(d))])
        total, already = int(patterns), 0
    else:
        signs, total, already = _random_signs(len(d), draws, seed), draws + 1, 1
    observed, slack = d.sum(), 1e-9 * np.abs(d).sum()
    low = high = already
    for block in signs:
        sums = block @ d
        low += int((sums <= observed + slack).sum())
        high += int((sums >= observed - slack).sum())
    if side == "two-sided":
        return min(1.0, 2 * min(low, high) / total)
    return (low if side == "less" else high) / total


def _standard_error(d: FloatArray) -> float:
    return float(d.std(ddof=1)) / sqrt(len(d))


def _bits(width: int) -> FloatArray:
    """All patterns of `width` bits, shape (2**width, width)."""
    return ((np.arange(2**width)[:, None] >> np.arange(width)) & 1).astype(np.float64)


def _random_signs(width: int, draws: int, seed: int) -> Iterator[FloatArray]:
    rng = np.random.default_rng(seed)
    rows = max(1, CHUNK // width)
    for start in range(0, draws, rows):
        yield 1.0 - 2.0 * rng.integers(0, 2, (min(rows, draws - start), width)).astype(np.float64)
