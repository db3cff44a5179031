"""Strict and loose accuracy of one reply (Zhou et al. 2023, section 3; the official `evaluation_lib`).

Strict: the reply as it is. Loose: any of eight variants of it, since a model that obeys may still say "Sure, here
it is:" first, or set things in bold. Used by every task made of verifiable instructions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.text.patterns import PatternTimeout
from ifeval.records import CheckResult, Score

TIMEOUT = "timeout"
Instruction = tuple[str, Mapping[str, Any]]
"""An instruction id and its arguments."""


def loose_variants(reply: str) -> tuple[str, ...]:
    """The eight readings of a reply: whole, without its first line, last line, or both; each with and without `*`."""
    lines = reply.split("\n")
    cuts = (reply, *("\n".join(lines[cut]).strip() for cut in (slice(1, None), slice(-1), slice(1, -1))))
    return (*cuts, *(cut.replace("*", "") for cut in cuts))


def verify(reply: str, instructions: Sequence[Instruction], checks: Mapping[str, Check]) -> Score:
    """Judge `reply` by each instruction, in order. `checks` maps instruction ids to checks.

    Metrics: `prompt_strict`, `prompt_loose` (1 where all instructions are followed). Counts: `instruction_strict`,
    `instruction_loose` (followed, of all). A blank reply follows nothing; an exception of a check is the caller's.
    """
    variants = dict.fromkeys(variant for variant in loose_variants(reply)[1:] if variant.strip() and variant != reply)
    strict = tuple(replace(_judge(checks[name], reply, arguments), name=name) for name, arguments in instructions)
    loose = tuple(
        verdict.ok or _any_follows(checks[name], variants, arguments, verdict)
        for verdict, (name, arguments) in zip(strict, instructions, strict=True)
    )
    return scored(strict, loose)


def scored(strict: tuple[CheckResult, ...], loose: tuple[bool, ...]) -> Score:
    """The score of a reply by its strict results and, in the same order, its loose ones."""
    followed = tuple(verdict.ok for verdict in strict)
    return Score(
        checks=strict,
        metrics={"prompt_strict": float(all(followed)), "prompt_loose": float(all(loose))},
        counts={"instruction_strict": (sum(followed), len(strict)), "instruction_loose": (sum(loose), len(strict))},
        loose=loose,
    )


def _judge(check: Check, text: str, arguments: Mapping[str, Any]) -> CheckResult:
    if not text.strip():
        return CheckResult(False, "the reply is empty")
    try:
        return check(text, **arguments)
    except PatternTimeout as error:
        return CheckResult(False, str(error), failure=TIMEOUT)


def _any_follows(check: Check, variants: Mapping[str, None], arguments: Mapping[str, Any], strict: CheckResult) -> bool:
    """Whether a variant follows; not asked again of a pattern that has already used up its time."""
    if strict.failure == TIMEOUT:
        return False
    return any(_judge(check, variant, arguments).ok for variant in variants)


def by_instruction(scores: Iterable[Score]) -> dict[str, dict[str, float | int]]:
    """For each instruction id, sorted: the number of verdicts (`count`) and the shares followed (`strict`, `loose`)."""
    tally: dict[str, list[int]] = {}
    for score in scores:
        for verdict, loose in zip(score.checks, score.loose or score.strict, strict=True):
            counts = tally.setdefault(verdict.name, [0, 0, 0])
            for index, value in enumerate((1, verdict.ok, loose)):
                counts[index] += value
    return {
        name: {"count": count, "strict": strict / count, "loose": loose / count}
        for name, (count, strict, loose) in sorted(tally.items())
    }
