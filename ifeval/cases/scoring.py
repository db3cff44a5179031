"""A reply against what its case wants: one verdict per check, in the order of the kinds."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ifeval.cases.calls import match_calls
from ifeval.cases.case import JUDGING, kinds_of
from ifeval.cases.wanted import checks
from ifeval.checks.guards import NEW_WORDS
from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.text import answers
from ifeval.checks.text.coverage import Reading, covered
from ifeval.checks.text.patterns import PatternTimeout, contains
from ifeval.checks.text.reading import on_text
from ifeval.checks.verify import verify
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.structured import validate

LONGEST_ANSWER = 8000
"""Characters; no answer comes near, and a longer reply holds none."""
FEWEST_ECHOED = 8
"""Words of a prompt that a reply may not begin with; a shorter one ("Hello") may well come back."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Judged:
    """A check of one kind, and whether a lenient reading of the reply passes it."""

    kind: str
    check: CheckResult
    loose: bool


def score(sample: Sample, response: Response, kinds: Sequence[str] = JUDGING) -> Score:
    """`passed` (every check), `passed_loose`, and by kind whether all of its checks passed, None where a case has none.

    kinds: those that the metrics name. A reply that is empty, was cut, or repeats a prompt passes nothing.
    """
    own = kinds_of(sample)
    judged = [one for kind in own for one in _judged(kind, sample, response)]
    passed = {kind: all(one.check.ok for one in judged if one.kind == kind) for kind in own}
    right = sum(one.check.ok for one in judged)
    return Score(
        checks=tuple(one.check for one in judged),
        metrics={
            "passed": float(all(passed.values())),
            "passed_loose": float(all(one.loose for one in judged)),
            **{kind: float(passed[kind]) if kind in passed else None for kind in kinds},
        },
        counts={"checks": (right, len(judged))},
        loose=tuple(one.loose for one in judged),
    )


def _judged(kind: str, sample: Sample, response: Response) -> Iterator[Judged]:
    if kind == "calls":
        matched = match_calls(sample.target["calls"], sample.tools or (), response)
        loose = all(check.ok for check in matched.in_any_form)
        yield from (Judged(kind, replace(check, name="calls"), loose or check.ok) for check in matched.checks)
    elif kind == "schema":
        parses, validates, _ = validate(response, "json", sample.schema)
        yield from (Judged(kind, check, check.ok) for check in (parses, validates))
    elif caught := _caught(kind, sample, response):
        names = [name for name, _ in sample.target[kind]] if kind == "instructions" else [kind] * _checks(kind, sample)
        yield from (Judged(kind, replace(caught, name=name), False) for name in names)
    elif kind == "instructions":
        found = verify(response.answer, sample.target[kind], _callable(sample))
        yield from (Judged(kind, check, ok) for check, ok in zip(found.checks, found.loose or (), strict=True))
    elif kind == "answer":
        yield _answer(sample.target[kind], response.answer)
    elif kind == "facts":
        yield from _facts(sample, response.answer)
    else:
        yield from _patterns(kind, sample.target[kind], response.answer)


def _caught(kind: str, sample: Sample, response: Response) -> CheckResult | None:
    """The verdict on a reply that deserves no look at its text."""
    if response.truncated:
        return CheckResult(False, "the reply was cut at the token limit or in a loop", failure="truncated")
    if not response.answer.strip():
        return CheckResult(False, "the reply is empty", failure="empty")
    if kind != "answer" and _is_echo(response.answer, str(sample.messages[-1]["content"])):
        return CheckResult(False, "the reply repeats the prompt and adds next to nothing", failure="echo")
    return None


def _is_echo(answer: str, prompt: str) -> bool:
    """Whether a reply begins with the whole prompt and adds a few words. A piece of it may well be what was asked for."""
    asked = _WORD.findall(prompt.casefold())
    said = _WORD.findall(answer.casefold()) if len(asked) >= FEWEST_ECHOED else []
    return bool(said) and said[: len(asked)] == asked and len(said) <= len(asked) + NEW_WORDS


def _checks(kind: str, sample: Sample) -> int:
    return 1 if kind == "answer" else len(sample.target[kind])


def _callable(sample: Sample) -> dict[str, Check]:
    named = {name: checks()[name] for name, _ in sample.target["instructions"]}
    return {name: on_text(one.check) if one.reads else one.check for name, one in named.items()}


def _answer(wanted: Sequence[str], reply: str) -> Judged:
    """Strictly the reply is the answer and nothing else; loosely it ends or begins with it, after a lead-in perhaps."""
    if len(reply) > LONGEST_ANSWER:
        return Judged(
            "answer", CheckResult(False, f"{len(reply):,} characters, far more than any answer", "answer"), False
        )
    accepted = [answers.plain(one) for one in wanted]
    forms = {answers.fold(one) for one in accepted}
    values = {value for one in accepted if (value := answers.value(one)) is not None}

    def right(reading: str) -> bool:
        return answers.fold(reading) in forms or answers.value(reading) in values

    whole = answers.plain(reply)
    places = (whole, *answers.endings(whole), *answers.openings(whole))
    shown = " ".join(whole.split())
    shown = shown if len(shown) <= 80 else f"{shown[:38]} ... {shown[-37:]}"
    check = CheckResult(right(whole), f"answered {shown!r}, wanted {' or '.join(wanted)[:80]!r}", "answer")
    return Judged("answer", check, any(right(one) or right(answers.strip_lead_in(one)) for one in places))


def _facts(sample: Sample, reply: str) -> Iterator[Judged]:
    reading = Reading(reply)
    for fact in sample.target["facts"]:
        ok = covered(reading, fact["forms"])
        check = CheckResult(
            ok, f"{'says' if ok else 'does not say'} {fact['say'][:80]!r}", "facts", "" if ok else "missing_fact"
        )
        yield Judged("facts", check, ok)


def _patterns(kind: str, patterns: Sequence[str], reply: str) -> Iterator[Judged]:
    wanted = kind == "regex"
    for pattern in patterns:
        try:
            found = contains(pattern, reply, ignore_case=False)
            check = CheckResult(found is wanted, f"{'matches' if found else 'does not match'} {pattern[:80]!r}", kind)
        except PatternTimeout as error:
            check = CheckResult(False, str(error), kind, "timeout")
        yield Judged(kind, check, check.ok)
