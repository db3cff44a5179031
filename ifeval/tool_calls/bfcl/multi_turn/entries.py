"""The entries of BFCL's four multi-turn categories, from a folder like `bfcl_eval/data` of the wheel `bfcl-eval`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.tool_calls.bfcl.data import MULTI_TURN, PREFIX
from ifeval.util.jsonio import read_jsonl

DOCUMENTS = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}
"""The file of function documents of each back end, in `multi_turn_func_doc`."""


@dataclass(frozen=True, slots=True)
class MultiTurnEntry:
    """One conversation: the user's messages by turn, the back ends with their scenarios, and gold's calls by turn.

    `held_back` names the functions that are not offered before the turn they stand under (miss_func); the user says
    nothing in such a turn.
    """

    id: str
    category: str
    turns: list[list[dict[str, str]]]
    classes: list[str]
    config: Mapping[str, Any]
    functions: list[dict[str, Any]]
    gold: list[list[str]]
    held_back: Mapping[int, list[str]] = field(default_factory=dict)

    @property
    def long_context(self) -> bool:
        """Whether the back ends answer at length."""
        return "long_context" in self.category

    def offered(self, turn: int) -> list[dict[str, Any]]:
        """The function documents a model sees in a turn (from 0): those held back come last, when their turn comes."""
        missing = {name for names in self.held_back.values() for name in names}
        known = {function["name"]: function for function in self.functions}
        returned = [known[name] for at, names in self.held_back.items() if at <= turn for name in names]
        return [function for function in self.functions if function["name"] not in missing] + returned


@lru_cache(maxsize=8)
def load_multi_turn(folder: Path, category: str) -> Mapping[str, MultiTurnEntry]:
    """The entries of a multi-turn category by id, in upstream's order. Raises UserError where the data is not usable."""
    if category not in MULTI_TURN:
        raise UserError(f"{category!r} is not a multi-turn category of BFCL v4; known: {', '.join(MULTI_TURN)}.")
    questions = folder / f"{PREFIX}{category}.json"
    if not questions.is_file():
        raise UserError(
            f"{questions} is missing; fetch the data with `ifeval data fetch bfcl`, or name its folder with --data."
        )
    gold = {row["id"]: row["ground_truth"] for row in read_jsonl(folder / "possible_answer" / questions.name)}
    try:
        return {row["id"]: _entry(folder, category, row, gold[row["id"]]) for row in read_jsonl(questions)}
    except KeyError as missing:
        raise UserError(f"{questions}: {missing} is missing; fetch the data again.") from None


def _entry(folder: Path, category: str, row: Mapping[str, Any], gold: list[list[str]]) -> MultiTurnEntry:
    return MultiTurnEntry(
        row["id"],
        category,
        row["question"],
        row["involved_classes"],
        row["initial_config"],
        [function for name in row["involved_classes"] for function in _documents(folder, name)],
        gold,
        {int(turn): names for turn, names in row.get("missed_function", {}).items()},
    )


@lru_cache(maxsize=16)
def _documents(folder: Path, backend: str) -> list[dict[str, Any]]:
    return list(read_jsonl(folder / "multi_turn_func_doc" / f"{DOCUMENTS[backend]}.json"))
