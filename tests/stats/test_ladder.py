"""The span finds a known midpoint, its interval covers, and ladders without a crossing end one doubling beyond."""

from math import isnan

import numpy as np
import pytest

from ifeval.stats.ladder import span


def drawn(middle: float, slope: float, each: int, seed: int, rungs=(1, 2, 4, 8)) -> tuple[np.ndarray, np.ndarray]:
    size = np.repeat(rungs, each)
    chance = 1 / (1 + np.exp(slope * (np.log2(size) - np.log2(middle))))
    return size, (np.random.default_rng(seed).random(len(size)) < chance).astype(float)


def test_the_span_is_where_half_succeed() -> None:
    size = np.repeat([1, 2, 4, 8], 1000)
    exact = np.concatenate(
        [np.arange(1000) < 1000 / (1 + np.exp(1.5 * (np.log2(s) - np.log2(3)))) for s in (1, 2, 4, 8)]
    )
    assert span(size, exact, resamples=50).estimate == pytest.approx(3, rel=0.02)


def test_the_interval_covers_the_truth() -> None:
    covered = 0
    for seed in range(60):
        interval = span(*drawn(3.0, 1.5, 50, seed), resamples=200, seed=seed)
        covered += interval.low <= 3 <= interval.high
    assert covered >= 53


def test_a_ladder_that_nobody_falls_from_or_climbs() -> None:
    size = np.repeat([1, 2, 4, 8], 20)
    assert span(size, np.ones(80), resamples=20).estimate == pytest.approx(16)
    assert span(size, np.zeros(80), resamples=20).estimate == pytest.approx(0.5)


def test_one_rung_has_no_span_and_missing_successes_are_left_out() -> None:
    assert isnan(span([4, 4], [1, 0]).estimate)
    some = span([1, 1, 2, 2, 4], [1, 1, 0, np.nan, 0], resamples=50)
    assert some.n == 4


def test_items_are_resampled_whole() -> None:
    size, success = drawn(3.0, 1.5, 20, 1)
    alone = span(size, success, resamples=300)
    repeated = span(np.tile(size, 4), np.tile(success, 4), clusters=np.tile(np.arange(80), 4), resamples=300)
    assert repeated.n == 80
    assert (repeated.high - repeated.low) == pytest.approx(alone.high - alone.low, rel=0.2)
    assert repeated.estimate == alone.estimate
