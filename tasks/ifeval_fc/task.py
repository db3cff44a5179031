"""IFEval-FC (Skripko 2025, arXiv 2509.18420): verifiable instructions inside the parameters of a tool call.

150 functions, each with one parameter whose description demands a format, and 5 requests each. Scored as the official
scorer does. See docs/tasks-ifeval-fc.md.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import Any

from ifeval.checks.ifeval_fc import IFEVAL_FC_CHECKS
from ifeval.errors import UserError
from ifeval.records import CheckResult, Response, Sample, Score, ToolCall
from ifeval.task import Task

from .data import Demand, read_demands

SYSTEM = (
    "Answer every message with a function call, whatever it says.\n"
    "Don't ask the user for anything: no details, no clarification.\n"
    "There must always be a function call."
)
"""What upstream's system message demands, in words of our own: three lines, the first again in the last."""


class IFEvalFC(Task):
    name = "ifeval_fc"
    version = "1"
    family = "structured"
    primary = "correct"
    description = "Instructions inside tool arguments: 750 requests whose parameter's description demands a format"
    size = 750
    max_tokens = 512
    breakdowns = ("format", "group")
    unit = "item"
    dataset = "ifeval_fc"

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The first request of every function, then the second, and so on; `seed` plays no part.

        Raises UserError naming file and row for data that cannot be used.
        """
        if self.data is None:
            raise UserError("ifeval_fc needs its data: run `ifeval data fetch ifeval_fc`, or give --data PATH.")
        rounds = zip_longest(*(_samples(demand) for demand in list(read_demands(self.data))))
        return islice(filter(None, chain.from_iterable(rounds)), limit)

    def score(self, sample: Sample, response: Response) -> Score:
        """`correct` where every call has the parameter as demanded; `called` and `provided` are the steps to it.

        As upstream, neither the function's name nor any other parameter is looked at.
        """
        checks = _judge(response, **sample.target)
        called, provided, correct = (check.ok for check in checks)
        return Score(
            checks=checks,
            metrics={"correct": float(correct), "called": float(called), "provided": float(provided)},
        )

    def prepare(self) -> None:
        """Read the data."""
        next(iter(self.samples(0)))


def _samples(demand: Demand) -> Iterator[Sample]:
    for number, query in enumerate(demand.queries):
        yield Sample(
            id=f"{demand.id}/{number}",
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": query}],
            tools=[{"type": "function", "function": dict(demand.schema)}],
            target={"parameter": demand.parameter, "checker": demand.checker, "arguments": dict(demand.arguments)},
            tags={"format": demand.checker.removesuffix("Checker"), "group": demand.group, "item": demand.id},
        )


def _judge(response: Response, parameter: str, checker: str, arguments: dict[str, Any]) -> tuple[CheckResult, ...]:
    calls = response.tool_calls or ()
    if not calls:
        reason = response.tool_error or "no function was called"
        called = CheckResult(False, reason, "function_called", "no_call")
    else:
        called = CheckResult(True, f"{len(calls)} calls" if len(calls) > 1 else "1 call", "function_called")
    provided = bool(calls) and all(parameter in call.arguments for call in calls)
    has = "is" if provided else "is not"
    given = CheckResult(
        provided, f"{parameter!r} {has} in every call", "parameter_provided", "" if provided else "missing"
    )
    return called, given, _format(calls if provided else (), parameter, checker, arguments)


def _format(calls: Iterable[ToolCall], parameter: str, checker: str, arguments: dict[str, Any]) -> CheckResult:
    """The first call's verdict that is not right, else the last one's."""
    found = CheckResult(False, "there is no value to check", checker, "missing")
    for call in calls:
        value = call.arguments[parameter]
        if not isinstance(value, str):
            return CheckResult(False, f"a {type(value).__name__}, wanted a string", checker, "wrong_type")
        result = IFEVAL_FC_CHECKS[checker](value, **arguments)
        found = CheckResult(result.ok, result.reason, checker, "" if result.ok else "wrong_format")
        if not found.ok:
            break
    return found
