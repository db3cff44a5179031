"""The official verdict on one conversation: state and answers after each turn, compared with gold's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.tool_calls.bfcl.data import MULTI_TURN
from ifeval.tool_calls.bfcl.multi_turn.decoding import call_strings
from ifeval.tool_calls.bfcl.multi_turn.entries import MultiTurnEntry, load_multi_turn
from ifeval.tool_calls.bfcl.multi_turn.environment import Environment

Steps = Sequence[Sequence[str]]
"""The executed steps of one turn, each a list of call strings."""


@dataclass(frozen=True, slots=True)
class MultiTurnJudgement:
    """The verdict. `error_type` is BFCL's name of the failure and `turn` the first failing turn (from 0), or None.

    `details` says what failed: {"class", "differs": [attributes]} of a state, {"missing": count} of answers.
    """

    valid: bool
    error_type: str | None = None
    turn: int | None = None
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def judge_turns(entry: MultiTurnEntry, turns: object) -> MultiTurnJudgement:
    """Judge the steps of every turn. Anything else than a list of turns is an inference error, as upstream has it."""
    if not isinstance(turns, list):
        return _wrong("inference_error", None, "no list of turns")
    if len(turns) != len(entry.gold):
        return _wrong("force_terminated", None, f"{len(turns)} turns, wanted {len(entry.gold)}")
    made, gold = environment(entry), environment(entry)
    answers: list[str] = []
    for turn, (steps, wanted) in enumerate(zip(turns, entry.gold, strict=True)):
        answers += [made.execute(call) for step in steps for call in step]
        expected = [gold.execute(call) for call in wanted]
        if not wanted:  # nothing is checked, but the model's calls have changed the state
            continue
        if not steps or (len(steps) == 1 and not steps[0]):
            return _wrong("empty_turn_model_response", turn, "no call was made")
        found = _state_mismatch(made, gold, turn) or _answers_mismatch(answers, expected, turn)
        if found:
            return found
    return MultiTurnJudgement(True)


def environment(entry: MultiTurnEntry) -> Environment:
    """The entry's back ends as they are before the first turn."""
    return Environment(entry.classes, entry.config, entry.long_context)


def judge_multi_turn_row(folder: Path, row: Mapping[str, Any], where: str) -> MultiTurnJudgement:
    """Judge `{category, id, turns}`, or with `raw` (each step's text) in place of `turns`, with the data in `folder`.

    `category` may be written with or without `multi_turn_`. Raises UserError, which begins with `where`, for a row
    that lacks a field, names an entry that does not exist, or whose turns are not lists of steps.
    """
    try:
        category, entry_id, raw = str(row["category"]), str(row["id"]), "raw" in row
        turns = row["raw" if raw else "turns"]
    except KeyError as missing:
        raise UserError(f"{where}: the field {missing} is missing.") from None
    category = category if category.startswith("multi_turn_") else f"multi_turn_{category}"
    if category not in MULTI_TURN:
        raise UserError(
            f"{where}: {category!r} is not a multi-turn category of BFCL v4; known: {', '.join(MULTI_TURN)}."
        )
    entry = load_multi_turn(folder, category).get(entry_id)
    if entry is None:
        raise UserError(f"{where}: there is no entry {entry_id!r} in the category {category!r}.")
    if isinstance(turns, list):
        _require(turns, raw, where)
        turns = [_decoded(turn) for turn in turns] if raw else turns
    return judge_turns(entry, turns)


def _decoded(replies: Sequence[str]) -> list[list[str]]:
    """A turn's steps out of its replies; what holds no call is left out."""
    return [calls for reply in replies if (calls := call_strings(reply))]


def _require(turns: list[Any], raw: bool, where: str) -> None:
    """Raises UserError where a turn is not a list of steps."""

    def fits(step: object) -> bool:
        if raw:
            return isinstance(step, str)
        return isinstance(step, list) and all(isinstance(call, str) for call in step)

    if not all(isinstance(turn, list) and all(map(fits, turn)) for turn in turns):
        wanted = "texts" if raw else "lists of call strings"
        raise UserError(f"{where}: every turn must be a list of steps, which are {wanted}.")


def _state_mismatch(made: Environment, gold: Environment, turn: int) -> MultiTurnJudgement | None:
    for name, attributes in gold.state().items():
        own = made.state()[name]
        differs = sorted(key for key, value in attributes.items() if not _equal(own[key], value))
        if differs:
            reason = f"turn {turn}: {name} differs in {', '.join(differs)}"
            return _wrong("instance_state_mismatch", turn, reason, {"class": name, "differs": differs})
    return None


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except RecursionError:
        return False


def _answers_mismatch(answers: list[str], expected: list[str], turn: int) -> MultiTurnJudgement | None:
    """Every answer that gold got in this turn must be among the model's of this and all earlier turns."""
    missing = sum((Counter(expected) - Counter(answers)).values())
    if not missing:
        return None
    reason = f"turn {turn}: {missing} of {len(expected)} expected results are missing"
    return _wrong("execution_response_mismatch", turn, reason, {"missing": missing})


def _wrong(
    error_type: str, turn: int | None, reason: str, details: Mapping[str, Any] | None = None
) -> MultiTurnJudgement:
    return MultiTurnJudgement(False, f"multi_turn:{error_type}", turn, reason, details or {})
