"""From a raw response to a score that always counts: a failure is a score of nought with its reason, never a gap."""

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

    def score(self, task: Task, sample: Sample, response: Response) -> tuple[Response, Score]:
        """The response with its parts read out, and its score. Never raises on account of the reply."""
        if response.error is not None:
            return response, failed_score(task, sample, response, f"no reply: {response.error}")
        read = response
        try:
            read = interpret(response, sample, self._reading)
            score = task.score(sample, read)
            if fault := score_fault(task, score):
                raise ValueError(fault)
            return read, score
        except Exception as error:
            reason = f"the scorer failed: {type(error).__name__}: {error}"
            return read, failed_score(task, sample, response, reason)


def failed_score(task: Task, sample: Sample, response: Response, reason: str) -> Score:
    """Nought on every metric and check the task has, and the reason as the error.

    A blank reply is scored to learn which metrics and checks there are; a task that fails on that too gets its
    primary metric alone.
    """
    blank = Response(key=response.key, raw="", finish_reason="error")
    try:
        shape = task.score(sample, blank)
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
