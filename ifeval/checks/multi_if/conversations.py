"""Multi-IF's conversations, read from a file: JSONL of {key, turns}, or the hub's JSONL or CSV with a column per turn."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifeval.checks.ifeval.data import Prompt, read_prompt
from ifeval.checks.multi_if.checks import CHECKS
from ifeval.errors import UserError
from ifeval.util.jsonio import read_jsonl

LANGUAGE = "English"
_COLUMNS = ("prompt", "instruction_id_list", "kwargs")


@dataclass(frozen=True, slots=True)
class Conversation:
    """A key and its turns (2 or 3 of them): the user's text, and all instructions that hold for the reply to it."""

    key: str
    turns: tuple[Prompt, ...]

    def messages(self, replies: Sequence[str]) -> list[dict[str, str]]:
        """The messages of the turn after `replies`: every user turn so far, each but the last with the model's reply."""
        asked = [{"role": "user", "content": turn.text} for turn in self.turns[: len(replies) + 1]]
        answered = [{"role": "assistant", "content": reply} for reply in replies]
        return [message for pair in zip(asked, answered, strict=False) for message in pair] + asked[len(replies) :]


def read_conversations(path: Path) -> Iterator[Conversation]:
    """The English conversations of `path` (a file, or a folder that holds one), in order.

    Raises UserError naming file and row where a field is missing or malformed, an instruction is unknown, an argument
    does not fit, or a key comes twice.
    """
    file = _only_file(path)
    seen: set[str] = set()
    for number, row in enumerate(_rows(file), start=1):
        where = f"{file}, row {number}"
        if row.get("language", LANGUAGE) != LANGUAGE:
            continue
        conversation = _conversation(row, where)
        if conversation.key in seen:
            raise UserError(f"{where}: key {conversation.key!r} comes twice; keys must be unique.")
        seen.add(conversation.key)
        yield conversation
    if not seen:
        raise UserError(f"{file} holds no English conversations.")


def _rows(file: Path) -> Iterator[Mapping[str, Any]]:
    if file.suffix != ".csv":
        yield from read_jsonl(file)
        return
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _conversation(row: Mapping[str, Any], where: str) -> Conversation:
    turns = row["turns"] if isinstance(row.get("turns"), list) else _from_columns(row, where)
    if not turns or not all(isinstance(turn, dict) for turn in turns):
        raise UserError(f"{where}: 'turns' must be a list of objects, or there must be a column 'turn_1_prompt'.")
    prompts = tuple(read_prompt({**turn, "key": row.get("key")}, CHECKS, where) for turn in turns)
    return Conversation(prompts[0].key, prompts)


def _from_columns(row: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    """The turns of the hub's form, where prompts, ids and arguments are JSON inside text; an empty prompt is no turn."""
    turns = []
    for number in (1, 2, 3):
        prompt, ids, arguments = (row.get(f"turn_{number}_{column}") for column in _COLUMNS)
        if not prompt:
            continue
        try:
            kwargs = [json.loads(given) if isinstance(given, str) else given for given in json.loads(arguments or "")]
            turns.append(
                {
                    "prompt": json.loads(prompt)["content"],
                    "instruction_id_list": json.loads(ids or ""),
                    "kwargs": kwargs,
                }
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            raise UserError(
                f"{where}: the columns of turn {number} must hold JSON, as the hub's file has it."
            ) from None
    return turns


def _only_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    files = sorted(file for pattern in ("*.jsonl", "*.csv") for file in path.glob(pattern))
    if len(files) != 1:
        raise UserError(f"{path} holds {len(files)} .jsonl and .csv files; name the one to use with --data.")
    return files[0]
