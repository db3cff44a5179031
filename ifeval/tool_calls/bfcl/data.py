"""BFCL's questions and possible answers, from a folder like `bfcl_eval/data` of the wheel `bfcl-eval`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.util.jsonio import read_jsonl

PREFIX = "BFCL_v4_"
NON_LIVE = (
    "simple_python",
    "simple_java",
    "simple_javascript",
    "multiple",
    "parallel",
    "parallel_multiple",
    "irrelevance",
)
LIVE = ("live_simple", "live_multiple", "live_parallel", "live_parallel_multiple", "live_irrelevance", "live_relevance")
SINGLE_TURN = NON_LIVE + LIVE
MULTI_TURN = ("multi_turn_base", "multi_turn_miss_func", "multi_turn_miss_param", "multi_turn_long_context")


@dataclass(frozen=True, slots=True)
class Entry:
    """One question: its messages, the functions offered, and the possible answers (None where the aim is no call, or any)."""

    id: str
    category: str
    messages: list[dict[str, str]]
    functions: list[dict[str, Any]]
    answers: list[dict[str, dict[str, list[Any]]]] | None


@lru_cache(maxsize=32)
def load(folder: Path, category: str) -> Mapping[str, Entry]:
    """The entries of a single-turn category by id, in upstream's order. Raises UserError where the data is not usable."""
    if category not in SINGLE_TURN:
        raise UserError(f"{category!r} is not a single-turn category of BFCL v4; known: {', '.join(SINGLE_TURN)}.")
    questions = folder / f"{PREFIX}{category}.json"
    if not questions.is_file():
        raise UserError(
            f"{questions} is missing; fetch the data with `ifeval data fetch bfcl`, or name its folder with --data."
        )
    answers: dict[str, Any] = {}
    if "relevance" not in category:
        answers = {row["id"]: row["ground_truth"] for row in read_jsonl(folder / "possible_answer" / questions.name)}
    entries = {}
    for row in read_jsonl(questions):
        try:
            answer = answers[row["id"]] if answers else None
            entries[row["id"]] = Entry(row["id"], category, row["question"][0], row["function"], answer)
        except (KeyError, IndexError) as error:
            raise UserError(
                f"{questions}, entry {row.get('id')!r}: {error} is missing; fetch the data again."
            ) from None
    return entries
