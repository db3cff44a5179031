"""The score of a dialogue: each turn's reply by all that holds then, what is kept and what is forgotten, and when."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ifeval.checks.guards import guard
from ifeval.checks.library import CHECKS
from ifeval.checks.text.coverage import Reading, covered
from ifeval.checks.text.language import detect
from ifeval.checks.verify import verify
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import Row

from .moves import START

MIN_WORDS = 5
MOST_TURNS = 5

_LOOKED_AT = 4 * START
"""Pieces between spaces in which the first words are looked for; some are marks only, as of a list."""

_MARKS = re.compile(r"^[\W_]+|[\W_]+$")


def score(sample: Sample, replies: Sequence[Response]) -> Score:
    """`followed` (share of the turns), `all_turns`; `turn_N` and `alive_N` (turns 1 to N all followed).

    The latter two are None where the dialogue has fewer turns.

    Counts: `turns`; of the rules `new` (given in the turn), `kept` (given before), `system`, and `age_N` (given N turns
    ago); `facts`. A turn that was never reached follows nothing.
    """
    checks: list[CheckResult] = []
    counts: dict[str, list[int]] = {}
    followed: list[bool] = []
    for number, turn in enumerate(sample.target["turns"], start=1):
        reply = replies[number - 1] if number <= len(replies) else None
        said = [told["user"] for told in sample.target["turns"][:number]]
        found = judge(turn, said, reply, replies[0].answer)
        for kind, since, check in found:
            for name in _counted(kind, since, number):
                count = counts.setdefault(name, [0, 0])
                count[0] += check.ok
                count[1] += 1
            checks.append(CheckResult(check.ok, check.reason, f"turn {number}: {check.name}", check.failure))
        followed.append(all(check.ok for _, _, check in found))
    share = sum(followed) / len(followed)
    metrics: dict[str, float | None] = {"followed": share, "all_turns": float(all(followed))}
    for number in range(1, MOST_TURNS + 1):
        there = number <= len(followed)
        metrics[f"turn_{number}"] = float(followed[number - 1]) if there else None
        metrics[f"alive_{number}"] = float(all(followed[:number])) if there else None
    pairs = {"turns": (sum(followed), len(followed))} | {name: (ok, n) for name, (ok, n) in sorted(counts.items())}
    return Score(tuple(checks), metrics, pairs)


def judge(
    turn: Mapping[str, Any], said: Sequence[str], reply: Response | None, first: str
) -> list[tuple[str, int, CheckResult]]:
    """(kind, since which turn, result) of all that holds in a turn: rules, facts, the beginning, the language.

    `said`: the user's turns up to this one. Everything fails for one reason where the reply deserves no check.
    """
    answer = "" if reply is None else reply.answer
    caught = _never_reached() if reply is None else caught_by_guard(answer, said, truncated=reply.truncated)
    found = _judged(turn, answer, first)
    if caught is None:
        return found
    return [(kind, since, replace(caught, name=check.name)) for kind, since, check in found]


def _judged(turn: Mapping[str, Any], answer: str, first: str) -> list[tuple[str, int, CheckResult]]:
    checks = verify(answer, [(name, arguments) for name, arguments, _ in turn["rules"]], CHECKS).checks
    found = [("rule", since, check) for (_, _, since), check in zip(turn["rules"], checks, strict=True)]
    reading = Reading(answer)
    for fact in turn["facts"]:
        ok = covered(reading, fact["forms"])
        found.append(("fact", 0, CheckResult(ok, f"{'says' if ok else 'does not say'} {fact['say']}", "fact")))
    if turn["back"]:
        reason = f"begins {answer[:40]!r}, the first reply {first[:40]!r}"
        found.append(("move", 0, CheckResult(same_start(answer, first), reason, "back")))
    if turn["language"]:
        spoken = detect(answer)
        reason = f"language {spoken or 'unknown'}, wanted {turn['language']}"
        found.append(("move", 0, CheckResult(spoken == turn["language"], reason, "language")))
    return found


def caught_by_guard(answer: str, said: Sequence[str], *, truncated: bool = False) -> CheckResult | None:
    """Why a reply follows nothing at all, or None. An echo is one of what the user says now, or has said so far."""
    prompts = dict.fromkeys((said[-1], "\n\n".join(said)))
    found = (guard(answer, prompt, truncated=truncated, min_words=MIN_WORDS) for prompt in prompts)
    return next((caught for caught in found if caught is not None), None)


def same_start(reply: str, first: str) -> bool:
    """Whether a text begins with the first words of another, whatever their case and the marks around them."""
    words = _first_words(first)
    return bool(words) and _first_words(reply)[: len(words)] == words


def _first_words(text: str) -> list[str]:
    bare = (_MARKS.sub("", word.casefold()) for word in text.split(maxsplit=_LOOKED_AT)[:_LOOKED_AT])
    return [word for word in bare if word][:START]


def is_language(reply: str, code: str) -> bool:
    return detect(reply) == code


def survival(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Turn by turn: dialogues `at_risk` (have the turn and followed all before), those that `followed` it, and the share
    of all dialogues that is expected to be alive after it (Kaplan and Meier 1958).
    """
    curve, alive = [], 1.0
    kept = list(rows)
    for number in range(1, MOST_TURNS + 1):
        before = f"alive_{number - 1}"
        there = [row for row in kept if row.score.metrics.get(f"alive_{number}") is not None]
        at_risk = [row for row in there if number == 1 or row.score.metrics[before] == 1]
        followed = sum(row.score.metrics[f"alive_{number}"] == 1 for row in at_risk)
        alive *= followed / len(at_risk) if at_risk else 1.0
        curve.append({"turn": number, "at_risk": len(at_risk), "followed": followed, "alive": alive})
    return curve


def _never_reached() -> CheckResult:
    return CheckResult(False, "the turn was never reached", failure="not_reached")


def _counted(kind: str, since: int, number: int) -> tuple[str, ...]:
    if kind != "rule":
        return ("facts",) if kind == "fact" else ("moves",)
    if since == 0:
        return ("system",)
    return ("new" if since == number else "kept", f"age_{number - since}")
