"""The score of a dialogue: each turn's reply by all that holds then, what is kept and what is forgotten, and when."""

from collections.abc import Iterable, Mapping, Sequence
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
        found = judge(turn, reply, replies[0].answer)
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


def judge(turn: Mapping[str, Any], reply: Response | None, first: str) -> list[tuple[str, int, CheckResult]]:
    """(kind, since which turn, result) of all that holds in a turn: rules, facts, the beginning, the language."""
    rules = [(name, arguments) for name, arguments, _ in turn["rules"]]
    caught = _caught(turn, reply)
    answer = "" if reply is None else reply.answer
    strict = [] if caught else list(verify(answer, rules, CHECKS).checks)
    found = [
        ("rule", since, CheckResult(False, caught.reason, name, caught.failure) if caught else strict[place])
        for place, (name, _, since) in enumerate(turn["rules"])
    ]
    reading = Reading(answer)
    for fact in turn["facts"]:
        ok = caught is None and covered(reading, fact["forms"])
        found.append(("fact", 0, CheckResult(ok, f"{'says' if ok else 'does not say'} {fact['say']}", "fact")))
    if turn["back"]:
        ok = caught is None and same_start(answer, first)
        found.append(("move", 0, CheckResult(ok, f"begins {answer[:40]!r}, the first reply {first[:40]!r}", "back")))
    if turn["language"]:
        spoken = detect(answer) if caught is None else None
        ok = spoken == turn["language"]
        found.append(("move", 0, CheckResult(ok, f"written in {spoken}, wanted {turn['language']}", "language")))
    return found


def same_start(reply: str, first: str) -> bool:
    """Whether two texts have their first words in common, as they stand."""
    words = first.split()[:START]
    return bool(words) and reply.split()[:START] == words


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


def _caught(turn: Mapping[str, Any], reply: Response | None) -> CheckResult | None:
    if reply is None:
        return CheckResult(False, "the turn was never reached", failure="not_reached")
    return guard(reply.answer, turn["user"], truncated=reply.truncated, min_words=MIN_WORDS)


def _counted(kind: str, since: int, number: int) -> tuple[str, ...]:
    if kind != "rule":
        return ("facts",) if kind == "fact" else ("moves",)
    if since == 0:
        return ("system",)
    return ("new" if since == number else "kept", f"age_{number - since}")
