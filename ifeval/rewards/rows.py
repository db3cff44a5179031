"""Reading reward rows. A row that cannot be used is refused by name before training begins."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.records import Sample, ToolCall
from ifeval.registry.plugins import discover
from ifeval.rewards.instructions import Instructions
from ifeval.rewards.judging import judged, oracle_text, text_reply
from ifeval.rewards.row import FORMAT, RewardRow, rewardable
from ifeval.task import Task
from ifeval.util.jsonio import loads, read_jsonl

KEPT = 4096
"""Rows that stay parsed: a group asks for the same one many times."""


def read_rows(source: Path | str | Iterable[Mapping[str, Any]]) -> list[RewardRow]:
    """The rows of a JSONL file, or of a data set; every one is proven before the first reply.

    Raises UserError that names the first row which cannot be used: see `read_ground_truth`.
    """
    file = Path(source) if isinstance(source, str | Path) else None
    if file is not None and not file.is_file():
        raise UserError(f"There is no file {file}; `ifeval data make --for rewards` writes one.")
    rows: Iterable[Mapping[str, Any]] = source if file is None else read_jsonl(file)  # type: ignore[assignment]
    found = []
    for number, row in enumerate(rows, start=1):
        try:
            found.append(read_ground_truth(ground_truth_of(row)))
        except UserError as error:
            raise UserError(f"{f'{file}, row' if file else 'Row'} {number}: {error}") from None
    if not found:
        raise UserError("There are no rows to reward.")
    return found


def ground_truth_of(row: Mapping[str, Any]) -> str:
    """The text to judge by: the row's `ground_truth`, or that in verl's `reward_model`. Raises UserError."""
    inner = row.get("reward_model")
    found = row.get("ground_truth", inner.get("ground_truth") if isinstance(inner, Mapping) else None)
    if not isinstance(found, str):
        raise UserError("it has no `ground_truth`; `ifeval data make --for rewards` writes rows that have one.")
    return found


@lru_cache(maxsize=KEPT)
def read_ground_truth(text: str) -> RewardRow:
    """The row that `text` describes.

    Raises UserError for text that is not what `RewardRow.ground_truth` writes, a task that is not there or has changed
    since, and for a row that the task cannot score.
    """
    try:
        written = loads(text)
        sample, name = written["sample"], written["task"]
        oracle = sample["oracle"]
        calls = oracle if oracle is None or isinstance(oracle, str) else [ToolCall(**call) for call in oracle]
        asked = Sample(**{**sample, "oracle": calls})
        known = {key: written[key] for key in ("floor", "longest", "repeats", "stretch")}
        version, form = written["version"], written["ifeval"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"`ground_truth` cannot be read ({type(error).__name__}: {str(error)[:200]}).") from None
    if form != FORMAT:
        raise UserError(f"`ground_truth` has the form {form!r}, this version reads {FORMAT}; make the rows again.")
    if not isinstance(known["floor"], int | float) or not 0 <= known["floor"] < 1:
        raise UserError(
            f"the floor is {known['floor']!r}, expected a number from 0 to less than 1; make the row again."
        )
    row = RewardRow(task_named(str(name)), asked, **known)
    if version != row.task.version:
        raise UserError(
            f"it was made for {name} {version}, and this is {name} {row.task.version}; make the rows again with "
            "`ifeval data make --for rewards`."
        )
    _prove(row)
    return row


def task_named(name: str) -> Task:
    """The task of that name. Raises UserError where there is none, or one whose replies cannot be rewarded."""
    kinds: dict[str, type[Task]] = {**_tasks(), Instructions.name: Instructions}
    if name not in kinds:
        raise UserError(f"there is no task {name!r} here; `ifeval tasks list` names them.")
    task = kinds[name]()
    rewardable(task)
    return task


@cache
def _tasks() -> Mapping[str, type[Task]]:
    return discover()


def _prove(row: RewardRow) -> None:
    """Raise UserError where the row is not all there: an empty reply has to be judged, and the oracle to earn all."""
    try:
        judged(row, text_reply(row, ""))
        right = judged(row, text_reply(row, oracle_text(row.sample))) if row.sample.oracle is not None else None
    except Exception as error:
        raise UserError(
            f"{row.task.name} cannot score it ({type(error).__name__}: {str(error)[:200]}); make the row again."
        ) from None
    if right is not None and right.value < 1:
        raise UserError(
            f"the right reply to {row.sample.id} earns {right.value:.3g} ({right.reason}); make the row again."
        )
