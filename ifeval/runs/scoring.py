"""From a raw response to a score that always counts: a failure is a score of zero with its reason, never a gap."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ifeval.models.replies import Reading, interpret
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.registry.contract import score_fault
from ifeval.task import Task


class Scorer:
    """Reads and scores the responses of a run."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def read(self, sample: Sample, response: Response) -> tuple[Response, str | None]:
        """The response with its parts read out, and a sentence where there is none or it cannot be read."""
        if response.error is not None:
            return response, f"no reply: {response.error}"
        try:
            return interpret(response, sample, self._reading), None
        except Exception as error:
            return response, _failure(error)

    def score(self, task: Task, sample: Sample, replies: Sequence[Response], fault: str | None) -> Score:
        """The score of the replies to a sample, read; zero with `fault` as its error. Never raises on account of them."""
        if fault is None:
            try:
                score = task.score_turns(sample, replies)
                if broken := score_fault(task, score):
                    raise ValueError(broken)
                return score
            except Exception as error:
                fault = _failure(error)
        return failed_score(task, sample, replies[-1], fault)


def _failure(error: Exception) -> str:
    return f"the scorer failed: {type(error).__name__}: {error}"


def failed_score(task: Task, sample: Sample, response: Response, reason: str) -> Score:
    """Nought on every metric and check the task has, and the reason as the error.

    A blank reply is scored to learn which metrics and checks there are; a task that fails on that too gets its
    primary metric alone.
    """
    blank = Response(key=response.key, raw="", finish_reason="error")
    try:
        shape = task.score_turns(sample, (blank,))
    except Exception:
        shape = Score((CheckResult(False, reason),), {task.primary: 0.0})
    return Score(
        checks=tuple(replace(v, ok=False, reason=reason, failure="error") for v in shape.checks),
        metrics={name: None if value is None else 0.0 for name, value in shape.metrics.items()},
        counts={name: (0, trials) for name, (_, trials) in shape.counts.items()},
        loose=None if shape.loose is None else (False,) * len(shape.loose),
        error=reason,
    )


def score_to_json(score: Score) -> dict[str, Any]:
    """A score as it stands in a journal line, `strict` and `loose` lists included."""
    return {
        "metrics": dict(score.metrics),
        "counts": {name: list(pair) for name, pair in score.counts.items()},
        "verdicts": [check_to_json(check) for check in score.checks],
        "strict": list(score.strict),
        "loose": None if score.loose is None else list(score.loose),
        "error": score.error,
    }


def check_to_json(check: CheckResult) -> dict[str, Any]:
    return {"name": check.name, "ok": check.ok, "reason": check.reason, "outcome": check.failure}


def score_from_json(record: dict[str, Any]) -> Score:
    """The inverse of `score_to_json`."""
    return Score(
        checks=tuple(CheckResult(one["ok"], one["reason"], one["name"], one["outcome"]) for one in record["verdicts"]),
        metrics=record["metrics"],
        counts={name: (pair[0], pair[1]) for name, pair in record["counts"].items()},
        loose=None if record["loose"] is None else tuple(record["loose"]),
        error=record["error"],
    )
