"""Tool calls, procedural: thirteen kinds of requests over 40 tools in 10 domains, fresh for every seed.

Every fourth sample belongs to a group that asks the same thing under three phrasings of the schema and three dialects;
the spread of a group's accuracies is what the format alone costs. See docs/tasks-tool-calls.md.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count, islice
from typing import Any

from ifeval.checks.guards import guard
from ifeval.records import CheckResult, Response, Sample, Score, Tag
from ifeval.task import Row, Task
from ifeval.tool_calls import Expected, OneOf, by_name, match_leniently, tool_prompt

from .items import Item, base_items, sensitivity_item
from .schema import PHRASINGS, schema
from .spread import spread

DIALECTS = ("pythonic", "json", "hermes")
BETWEEN_GROUPS = 18
OWN_WORDS = 3
"""An answer in words says at least so much that the request does not: words of the request in any order are none."""


class ToolCalls(Task):
    name = "tool_calls"
    version = "3"
    family = "structured"
    primary = "correct"
    description = "Function calls: again with other values, choice, parallel, nested, defaults, irrelevance, missing information, second turn"
    size = 200
    max_tokens = 256
    offers_tools = True
    breakdowns = ("kind", "tools", "domain", "dialect", "phrasing", "depth")

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """18 items of the thirteen kinds in turn, then one item in six formats; and so on."""
        return islice(_samples(seed), self.size if limit is None else limit)

    def score(self, sample: Sample, response: Response) -> Score:
        """`correct`: every call right, or an answer in words where no call is wanted. Verdicts are named by the kind.

        `correct_any_form`: the same whatever form the calls are written in. Where calls are wanted, `called` (or tried
        to) and `parsed`; where none is, `refrained`: no call in any form.
        """
        calls, error = response.tool_calls, response.tool_error
        if sample.target["dialect"] is not None:
            parsed = by_name(sample.target["dialect"]).parse(response.answer, sample.target["tools"])
            calls, error = parsed.calls, parsed.error
        expected = [_expected(call) for call in sample.target["calls"]]
        matched = match_leniently(calls, error, response.answer, expected, sample.target["tools"])
        verdicts, right_in_any_form = matched.checks, all(check.ok for check in matched.in_any_form)
        if not expected and verdicts[0].ok:
            verdicts = (_in_words(sample, response),)
            right_in_any_form = verdicts[0].ok
        verdicts = tuple(replace(verdict, name=str(sample.tags["kind"])) for verdict in verdicts)
        right = sum(verdict.ok for verdict in verdicts)
        wants, called = bool(expected), bool(calls) or error is not None
        return Score(
            checks=verdicts,
            metrics={
                "correct": float(right == len(verdicts)),
                "correct_any_form": float(right_in_any_form),
                "called": float(called) if wants else None,
                "parsed": float(error is None and called) if wants else None,
                "refrained": None if wants else float(not matched.attempted),
            },
            counts={"calls": (min(right, len(expected)), len(expected))} if wants else {},
        )

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """How far the accuracies of one item lie apart under several formats."""
        return spread(rows)


def _samples(seed: int) -> Iterator[Sample]:
    base = base_items(seed)
    for group in count():
        for position in range(BETWEEN_GROUPS):
            yield _sample(f"{seed}-{group}-{position}", next(base), "run", "full")
        yield from _variants(seed, group)


def _variants(seed: int, group: int) -> Iterator[Sample]:
    """The same request under every phrasing (in the run's dialect), then in every dialect (in words)."""
    offered, item = sensitivity_item(seed, group)
    for phrasing in PHRASINGS:
        tools = [schema(tool, phrasing) for tool in offered]
        yield _sample(f"{seed}-{group}-{phrasing}", replace(item, tools=tools), "run", phrasing, group)
    full = replace(item, tools=[schema(tool) for tool in offered])
    for name in DIALECTS:
        yield _sample(f"{seed}-{group}-{name}", full, name, "full", group)


def _sample(sample_id: str, item: Item, dialect: str, phrasing: str, group: int | None = None) -> Sample:
    tags: dict[str, Tag] = {
        "kind": item.kind,
        "tools": len(item.tools),
        "domain": item.domain,
        "dialect": dialect,
        "phrasing": phrasing,
        "depth": item.depth,
    }
    target = {
        "calls": [{"name": call.name, "arguments": call.arguments, "defaults": call.defaults} for call in item.wanted],
        "asks": item.asks,
        "tools": item.tools,
        "dialect": None if dialect == "run" else dialect,
    }
    sample = Sample(
        id=sample_id,
        messages=item.messages,
        tools=item.tools,
        target=target,
        oracle=item.oracle,
        tags=tags if group is None else {**tags, "group": group},
    )
    if dialect == "run":
        return sample
    spoken = by_name(dialect)
    system = {"role": "system", "content": tool_prompt(item.tools, spoken)}
    calls = item.oracle if not isinstance(item.oracle, str) else []
    return replace(sample, messages=[system, *item.messages], tools=None, oracle=spoken.render(calls))


def _expected(call: dict[str, Any]) -> Expected:
    """Defaults may be left out or said; nothing else may be added."""
    defaults = {name: OneOf((value,)) for name, value in call["defaults"].items()}
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
    if asks and "?" not in response.answer and asks.casefold() not in response.answer.casefold():
        return CheckResult(
            False, f"neither asks nor mentions the {asks}, which the user did not say", "answer", "did_not_ask"
        )
    return CheckResult(True, f"asks for the {asks}" if asks else "answers in words, as wanted", "answer")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
