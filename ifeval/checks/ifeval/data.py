"""Data sets of prompts with verifiable instructions, in IFEval's format.

One JSON object per line: `key`, `prompt`, `instruction_id_list`, and `kwargs`, one object of arguments per instruction.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifeval.checks.ifeval.arguments import Check, validate
from ifeval.checks.verify import Instruction
from ifeval.errors import UserError
from ifeval.util.jsonio import read_jsonl

_FIELDS = {"prompt": str, "instruction_id_list": list, "kwargs": list}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One row: its key as a string, the prompt, and the instructions in order with their arguments."""

    key: str
    text: str
    instructions: tuple[Instruction, ...]


def read_prompts(path: Path, checks: Mapping[str, Check]) -> Iterator[Prompt]:
    """The rows of `path` (a JSONL file, or a folder that holds one), in order.

    Raises UserError naming file and row where a field is missing, an instruction is not in `checks`, an argument does
    not fit its check, or a key comes twice. Arguments that are null count as not given: the hub's copy of IFEval has
    every argument of every instruction in each row.
    """
    file = _only_file(path)
    seen: set[str] = set()
    for number, row in enumerate(read_jsonl(file), start=1):
        where = f"{file}, row {number}"
        prompt = read_prompt(row, checks, where)
        if prompt.key in seen:
            raise UserError(f"{where}: key {prompt.key!r} comes twice; keys must be unique.")
        seen.add(prompt.key)
        yield prompt
    if not seen:
        raise UserError(f"{file} holds no prompts.")


def read_prompt(row: Mapping[str, Any], checks: Mapping[str, Check], where: str) -> Prompt:
    """One row, validated. Raises UserError, which begins with `where`, as `read_prompts` does."""
    if not isinstance(row.get("key"), int | str):
        raise UserError(f"{where}: 'key' must be a number or a string.")
    for name, kind in _FIELDS.items():
        if not isinstance(row.get(name), kind):
            raise UserError(f"{where}: {name!r} must be a {'string' if kind is str else 'list'}.")
    ids, arguments = row["instruction_id_list"], row["kwargs"]
    if not ids or len(ids) != len(arguments):
        raise UserError(f"{where}: {len(ids)} instruction ids and {len(arguments)} kwargs; each needs the other.")
    instructions = tuple(_instruction(*pair, checks, where) for pair in zip(ids, arguments, strict=True))
    return Prompt(str(row["key"]), row["prompt"], instructions)


def _instruction(name: Any, arguments: Any, checks: Mapping[str, Check], where: str) -> Instruction:
    if not isinstance(name, str) or name not in checks:
        raise UserError(f"{where}: unknown instruction {name!r}; known are {', '.join(checks)}.")
    if not isinstance(arguments, dict):
        raise UserError(f"{where}: the kwargs of {name} must be an object, got {arguments!r}.")
    given = {key: value for key, value in arguments.items() if value is not None}
    validate(name, checks[name], given, where)
    return name, given


def _only_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.jsonl"))
    if len(files) != 1:
        raise UserError(f"{path} holds {len(files)} .jsonl files; name the one to use with --data.")
    return files[0]
