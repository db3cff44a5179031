"""Tool calls: requests written by hand over 65 tools in 11 domains, values drawn for every seed.

Two ladders: tools offered (one call wanted) and calls wanted. Where no call is right, refraining is reported apart, so
that silence never lifts the score. One item per cycle is asked under three phrasings of the schemas and three dialects;
how far its accuracies lie apart is what the format alone costs. See docs/tasks-tool-calls.md.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count, islice
from typing import Any

from ifeval.checks.guards import guard
from ifeval.decoys import Known
from ifeval.records import CheckResult, Response, Sample, Score, Tag
from ifeval.task import Row, Task
from ifeval.tool_calls import Expected, OneOf, by_name, match_leniently, tool_prompt

from .catalogue import tools
from .items import Item, items, sensitivity_item
from .schema import PHRASINGS, schema
from .spread import spread

DIALECTS = ("pythonic", "json", "hermes")
OWN_WORDS = 3
"""The fewest words of its own that an answer has: words of the request in any order are no answer."""

_ASKING = re.compile(
    r"\?|\b(?:please|need|tell|provide|let me know|specify|give me|missing|require[sd]?)\b", re.IGNORECASE
)


class ToolCalls(Task):
    name = "tool_calls"
    version = "8"
    family = "structured"
    primary = "correct"
    description = "Function calls: 1 to 64 tools offered, 1 to 8 calls wanted, values said, worked out or looked up; and refraining"
    size = 288
    max_tokens = 768
    ends_loops = True
    offers_tools = True
    breakdowns = ("tools", "calls", "kind", "turn", "domain", "dialect", "phrasing", "depth")
    ladders = ("tools", "calls")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """Cycles of 36, eight of them without a limit: 30 items with the ladders' rungs, then one item in six formats."""
        return islice(_samples(seed), self.size if limit is None else limit)

    def score(self, sample: Sample, response: Response) -> Score:
        """Where calls are wanted, `correct` (every call right), `correct_any_form`, `called` (or tried to) and `parsed`.

        Where none is, `refrained` (no call in any form) and `answered`: in words, which ask for what is missing. The
        other metrics are None. Verdicts are named by the kind.
        """
        calls, error = response.tool_calls, response.tool_error
        if sample.target["dialect"] is not None:
            parsed = by_name(sample.target["dialect"]).parse(response.answer, sample.target["tools"])
            calls, error = parsed.calls, parsed.error
        expected = [_expected(call) for call in sample.target["calls"]]
        matched = match_leniently(calls, error, response.answer, expected, sample.target["tools"])
        verdicts = matched.checks
        if not expected and verdicts[0].ok:
            verdicts = (_in_words(sample, response),)
        verdicts = tuple(replace(verdict, name=str(sample.tags["kind"])) for verdict in verdicts)
        right = sum(verdict.ok for verdict in verdicts)
        wants, called = bool(expected), bool(calls) or error is not None
        return Score(
            checks=verdicts,
            metrics={
                "correct": float(right == len(verdicts)) if wants else None,
                "correct_any_form": float(all(check.ok for check in matched.in_any_form)) if wants else None,
                "called": float(called) if wants else None,
                "parsed": float(error is None and called) if wants else None,
                "refrained": None if wants else float(not matched.attempted),
                "answered": None if wants else float(not matched.attempted and right == len(verdicts)),
            },
            counts={"calls": (min(right, len(expected)), len(expected))} if wants else {},
        )

    def decoys(self, sample: Sample) -> Known | None:
        """Where no tool fits, any answer in words is right."""
        return None if sample.tags["kind"] == "irrelevance" else super().decoys(sample)

    def credit(self, sample: Sample, score: Score) -> float:
        """Where calls are wanted, the share that is right of those wanted or made; a false one spoils as much as a missing one."""
        return sum(score.strict) / len(score.checks)

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """How far the accuracies of one item lie apart under several formats."""
        return spread(rows)


def _samples(seed: int) -> Iterator[Sample]:
    for number in count():
        for identity, item in items(seed, number):
            yield _sample(identity, item, item.tools, "run", "full")
        yield from _variants(seed, number)


def _variants(seed: int, group: int) -> Iterator[Sample]:
    """The same request under every phrasing (in the run's dialect), then in every dialect (in words)."""
    item = sensitivity_item(seed, group)
    for phrasing in PHRASINGS:
        offered = [schema(tool, phrasing) for tool in item.offered]
        yield _sample(f"{phrasing}-{group}", item, offered, "run", phrasing, group)
    for name in DIALECTS:
        yield _sample(f"{name}-{group}", item, item.tools, name, "full", group)


def _sample(
    identity: str, item: Item, offered: list[dict[str, Any]], dialect: str, phrasing: str, group: int | None = None
) -> Sample:
    tags: dict[str, Tag] = {**item.tags, "dialect": dialect, "phrasing": phrasing}
    target = {
        "calls": [{"name": call.name, "arguments": call.arguments} for call in item.request.calls],
        "asks": item.request.asks,
        "words": list(item.request.words),
        "tools": offered,
        "dialect": None if dialect == "run" else dialect,
    }
    sample = Sample(
        id=identity,
        messages=item.messages,
        tools=offered,
        target=target,
        oracle=item.oracle,
        tags=tags if group is None else {**tags, "group": group},
        topic="the request",
    )
    if dialect == "run":
        return sample
    spoken = by_name(dialect)
    system = {"role": "system", "content": tool_prompt(offered, spoken)}
    return replace(sample, messages=[system, *item.messages], tools=None, oracle=spoken.render(item.request.calls))


def _expected(call: dict[str, Any]) -> Expected:
    """Defaults may be left out or said; nothing else may be added."""
    documented = tools()[call["name"]].defaults
    defaults = {name: OneOf((value,)) for name, value in documented.items() if name not in call["arguments"]}
    return Expected(call["name"], {**defaults, **call["arguments"]}, frozenset(defaults))


def _in_words(sample: Sample, response: Response) -> CheckResult:
    """Whether a reply without a call is an answer; one to a request that lacks something has to ask for it."""
    prompt = next(message["content"] for message in reversed(sample.messages) if message["role"] == "user")
    caught = guard(response.answer, prompt, truncated=response.truncated, min_words=3)
    if caught is None and len(_words(response.answer) - _words(prompt)) < OWN_WORDS:
        caught = CheckResult(False, f"fewer than {OWN_WORDS} words that the request does not hold", failure="echo")
    if caught is not None:
        return replace(caught, name="answer")
    asks = sample.target["asks"]
    if asks and not _asks_for([asks, *sample.target["words"]], response.answer):
        return CheckResult(False, f"does not ask for the {asks}, which the user did not say", "answer", "did_not_ask")
    return CheckResult(True, f"asks for the {asks}" if asks else "answers in words, as wanted", "answer")


def _asks_for(words: list[str], text: str) -> bool:
    """Whether the text asks for something, and names by one of `words` what."""
    named = "|".join(re.escape(word) for word in words)
    return bool(_ASKING.search(text)) and re.search(rf"\b(?:{named})s?\b", text, re.IGNORECASE) is not None


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
