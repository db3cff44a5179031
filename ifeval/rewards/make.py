"""Reward rows from a procedural task: a prompt, and how replies to it are judged."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ifeval.decoys import decoys
from ifeval.errors import UserError
from ifeval.models.history import plain_turns
from ifeval.records import Sample
from ifeval.rewards.guards import limits
from ifeval.rewards.judging import SPOKEN, judged, oracle_text, question, text_reply
from ifeval.rewards.row import RewardRow, rewardable
from ifeval.task import Task
from ifeval.tool_calls import by_name, tool_prompt


class Cheap(Exception):
    """A row that a decoy passes, or whose own oracle a guard catches; the reason as its text."""


def row_maker() -> Callable[[Task, Sample], dict[str, Any] | str]:
    """A function from a task's samples, one after the other, to rows, or to the reason why a sample gives none.

    Each sample sees the oracle before it as a decoy. UserError is raised for a task that gives no reward.
    """
    before: dict[str, str] = {}

    def make(task: Task, sample: Sample) -> dict[str, Any] | str:
        try:
            return written(reward_row(task, sample, before.get(task.name)))
        except Cheap as reason:
            return str(reason)
        finally:
            before[task.name] = oracle_text(sample)

    return make


def reward_row(task: Task, sample: Sample, other: str | None = None) -> RewardRow:
    """A sample as a reward row. other: the oracle of another sample. Raises Cheap, and UserError for such a task."""
    rewardable(task)
    if sample.oracle is None:
        raise UserError(f"{task.name} has no oracle replies to prove its rewards with.")
    row = RewardRow(task, sample, **limits(oracle_text(sample)))
    row = replace(row, floor=floor(row, other))
    right = judged(row, text_reply(row, oracle_text(sample)))
    if right.value < 1:
        raise Cheap(f"a guard catches its own oracle: {right.reason}")
    return row


def floor(row: RewardRow, other: str | None) -> float:
    """The highest credit of a decoy. Raises Cheap where a decoy passes.

    There are no decoys where any plain reply is right (no tool fits). Another sample's oracle is left out where it is one
    of the candidates of a choice, for then it is right by chance.
    """
    known = row.task.decoys(row.sample)
    if known is None:
        return 0.0
    other = None if other in known.candidates else other
    best = 0.0
    for name, reply in decoys(question(row.sample), replace(known, near={}), other):
        credit = judged(row, text_reply(row, reply)).value  # the row has no floor yet: credit times guards
        if credit >= 1:
            raise Cheap(f"the decoy {name!r} passes")
        best = max(best, credit)
    return best


def written(row: RewardRow) -> dict[str, Any]:
    """The row as JSON: `prompt` (messages of role and content), `ground_truth`, and where it is from."""
    sample = row.sample
    return {
        "prompt": in_words(sample),
        "ground_truth": row.ground_truth(),
        "data_source": f"ifeval/{row.task.name}",
        "task": row.task.name,
        "sample": sample.id,
        **({"cluster": sample.tags["cluster"]} if "cluster" in sample.tags else {}),
    }


def in_words(sample: Sample) -> list[dict[str, Any]]:
    """The messages as any trainer can carry them: tools described in a system message, earlier calls and results as text.

    Tables cannot hold the arguments of calls, and no two trainers hand tools to a template in the same way.
    """
    if not sample.tools:
        return [dict(message) for message in sample.messages]
    dialect = by_name(SPOKEN)
    turns = [dict(message) for message in plain_turns(sample.messages, dialect)]
    offered = tool_prompt(sample.tools, dialect)
    if turns[0]["role"] == "system":
        return [{"role": "system", "content": f"{turns[0]['content']}\n\n{offered}"}, *turns[1:]]
    return [{"role": "system", "content": offered}, *turns]
