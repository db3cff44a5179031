"""When a reply that repeats itself is ended: our reading of it, and vLLM's."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.engines.loops import LARGEST, SMALLEST, TIMES, is_loop

TOKENS = st.lists(st.integers(0, 9), max_size=40)


@given(TOKENS, st.lists(st.integers(0, 9), min_size=1, max_size=LARGEST))
def test_what_comes_again_and_again_is_a_loop(before: list[int], run: list[int]) -> None:
    again = SMALLEST * TIMES // len(run) + TIMES
    assert is_loop([*before, *run * again]) == any(n % len(run) == 0 for n in range(SMALLEST, LARGEST + 1))


@given(TOKENS, st.integers(SMALLEST, LARGEST), st.integers(1, SMALLEST * TIMES))
def test_a_token_short_is_none(before: list[int], size: int, missing: int) -> None:
    run = list(range(10, 10 + size))
    assert is_loop([*before, *(run * TIMES)])
    assert not is_loop([*before, *(run * TIMES)[missing:]])


@pytest.mark.parametrize("text", [[1] * 29, [1, 2] * 14, list(range(400))])
def test_no_loop(text: list[int]) -> None:
    assert not is_loop(text)


@pytest.mark.engine
@settings(deadline=None)
@given(st.lists(st.integers(0, 2), max_size=200), st.integers(0, 200))
def test_vllm_reads_it_alike(tokens: list[int], cut: int) -> None:
    utils = pytest.importorskip("vllm.v1.core.sched.utils", reason="vLLM is not installed")
    tokens = [*tokens, *tokens[:cut] * 5]
    terms = SimpleNamespace(min_pattern_size=SMALLEST, max_pattern_size=LARGEST, min_count=TIMES)
    assert is_loop(tokens) == utils.check_sequence_repetition(tokens, terms)
