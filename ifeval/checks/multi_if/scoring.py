"""Multi-IF's scores: each turn's reply by all instructions given so far, and the averages by turn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from ifeval.checks.multi_if.checks import CHECKS
from ifeval.checks.verify import Instruction, scored, verify
from ifeval.records import CheckResult, Score


def verify_turn(reply: str, instructions: Sequence[Instruction]) -> Score:
    """Judge the reply of one turn. As upstream has it, a reply of nothing but white space is checked strictly, not loosely.

    So it may follow, strictly, what silence cannot break (no commas). An empty reply follows nothing.
    """
    if reply.strip():
        return verify(reply, instructions, CHECKS)
    empty = CheckResult(False, "the reply is empty")
    checked = (
        replace(CHECKS[name](reply, **arguments) if reply else empty, name=name) for name, arguments in instructions
    )
    return scored(tuple(checked), (False,) * len(instructions))


def by_turn(scores: Iterable[tuple[int, Score]]) -> dict[str, Mapping[str, float | int]]:
    """The published averages from (turn from 1, score): shares of prompts and of instructions, and the mean of the four.

    A turn's denominator is the conversations that have it.
    """
    turns: dict[int, list[Score]] = {}
    for turn, score in scores:
        turns.setdefault(turn, []).append(score)
    return {f"turn_{turn}": _averages(found) for turn, found in sorted(turns.items())}


def _averages(scores: Sequence[Score]) -> dict[str, float | int]:
    shares = {name: fmean(score.metrics[name] or 0 for score in scores) for name in ("prompt_strict", "prompt_loose")}
    for name in ("instruction_strict", "instruction_loose"):
        followed, asked = (sum(counts) for counts in zip(*(score.counts[name] for score in scores), strict=True))
        shares[name] = followed / asked
    return {**shares, "mean": fmean(shares.values()), "conversations": len(scores)}
