"""When a reply that repeats itself is ended.

Greedy decoding that says the same tokens over and over goes on to its token limit as a rule, and on a CPU such replies are
most of what a small model's run costs. With `Sampling.ends_loops` a reply ends, cut, once its last tokens are one run of
`SMALLEST` to `LARGEST` tokens `TIMES` times over: at least 30 tokens, which no list or table that somebody asked for repeats.
These are the terms of vLLM's `RepetitionDetectionParams`. On a GPU, where vLLM's scheduler would look at hundreds of
replies before each step, and behind a server, which need not know the setting, a loop goes on to its limit. It is cut as well.
"""

from collections.abc import Sequence

from ifeval.records import LOOP

SMALLEST, LARGEST, TIMES = LOOP


def is_loop(tokens: Sequence[int]) -> bool:
    """Whether the end of `tokens` is one run of tokens, `SMALLEST` to `LARGEST` long, `TIMES` times over."""
    return any(
        len(tokens) >= size * TIMES and tokens[-size * TIMES : -size] == tokens[-size * (TIMES - 1) :]
        for size in range(SMALLEST, LARGEST + 1)
    )
