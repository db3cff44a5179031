"""A run's directory: `run.json` (manifest), `samples.jsonl` while it runs, `samples.parquet` and `summary.json` after.

Nothing in it depends on where it lies; it can be moved, zipped and read on another machine.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.runs import stored as shapes
from ifeval.runs.journal import AppendLog, read_log, response_from_json
from ifeval.runs.keys import digest64
from ifeval.runs.lock import RunLock
from ifeval.runs.replacement import finish
from ifeval.runs.scoring import score_from_json
from ifeval.runs.stored import ROW, checked
from ifeval.task import Row
from ifeval.util.files import write_atomically
from ifeval.util.jsonio import canonical, dumps, loads

MANIFEST, SUMMARY = "run.json", "summary.json"
JOURNAL, TABLE = "samples.jsonl", "samples.parquet"
REPLIES, ENGINE_LOG = "responses.jsonl", "engine.log"


class RunDirectory:
    """One run on disk, held by one writer. Opening it for a run of another identity is refused, of the same one resumes."""

    def __init__(self, path: Path, manifest: Mapping[str, Any]) -> None:
        self.path = path
        self.manifest = dict(manifest)
        self._lock = RunLock(path)
        try:
            self._open(manifest)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, manifest: Mapping[str, Any]) -> None:
        path = self.path
        finish(path)
        before = read_manifest(path) if (path / MANIFEST).exists() else None
        if before is not None and before["identity"] != manifest["identity"]:
            raise UserError(
                f"{path} holds another run ({_difference(before, manifest)}); choose another --out, or remove it."
            )
        self.complete = before is not None and before["status"] == "complete"
        if before is not None:
            self.manifest |= {name: before[name] for name in ("started", "phases") if name in before}
        self._journal = AppendLog(path / JOURNAL)
        self._done: dict[int, int] = {}
        self._superseded: set[int] = set()
        for offset, row in read_log(path / JOURNAL):
            if ROW(row) is not None:  # damaged: its sample is asked again
                self._superseded.add(offset)
                continue
            identity = _identity(row["task"], row["sample_id"], row["repeat"])
            if (doubled := self._done.get(identity)) is not None:
                self._superseded.add(-doubled - 1 if doubled < 0 else doubled)
            self._done[identity] = -offset - 1 if failed(row) else offset

    def write_manifest(self, **changes: Any) -> None:
        self.manifest |= changes
        write_json(self.path / MANIFEST, self.manifest)

    def is_done(self, identity: tuple[str, str, int]) -> bool:
        """Is this sample finished? One that failed is not: it is tried again."""
        place = self._earlier(*identity)
        return place is not None and place >= 0

    def append(self, row: Mapping[str, Any]) -> None:
        """Journal one finished row; an earlier failed line of the same sample no longer counts."""
        before = self._earlier(row["task"], row["sample_id"], row["repeat"])
        if before is not None:
            self._superseded.add(-before - 1 if before < 0 else before)
        self._journal.append(row)

    def _earlier(self, *identity: Any) -> int | None:
        """The offset of the line that an earlier process wrote of this sample (negative: it failed), if one did."""
        return self._done.get(_identity(*identity)) if self._done else None

    def rows(self) -> Iterator[dict[str, Any]]:
        """The journal's rows as they count, one per sample."""
        for offset, row in read_log(self.path / JOURNAL):
            if offset not in self._superseded:
                yield row

    def close(self) -> None:
        self._journal.close()
        self._lock.release()


def journal_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a run's journal, of each sample the last line. Raises UserError where there is none, or one is damaged."""
    last = {_identity(row["task"], row["sample_id"], row["repeat"]): offset for offset, row in checked_rows(path)}
    journal = path / JOURNAL
    return (
        row
        for offset, row in read_log(journal)
        if last[_identity(row["task"], row["sample_id"], row["repeat"])] == offset
    )


def checked_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(offset, row) of every line of a run's journal. Raises UserError where there is no journal, or a row is not one."""
    journal = path / JOURNAL
    if not journal.exists():
        raise UserError(f"{path} is not a run: it has no {JOURNAL}.")
    for offset, row in read_log(journal):
        yield offset, checked(row, ROW, f"{journal} (the line at byte {offset:,})")


def read_manifest(path: Path) -> dict[str, Any]:
    """A run's manifest. Raises UserError where `path` is not a run or its manifest is damaged."""
    try:
        manifest = loads((path / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise UserError(
            f"{path} is not a run: it has no {MANIFEST}; another tool's results become one with ifeval import."
        ) from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path / MANIFEST} is damaged: {error}.") from None
    return checked(manifest, shapes.MANIFEST, path / MANIFEST)


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader sees the old file or the new one, never half of it."""
    try:
        write_atomically(path, dumps(value, pretty=True))
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error


def to_row(record: Mapping[str, Any]) -> Row:
    """A journal line as tasks see it in `report`; a sample asked once is a conversation of one reply."""
    turns = record.get("turns") or [record]
    return Row(
        sample_id=record["sample_id"],
        repeat=record["repeat"],
        tags=record["tags"],
        response=response_from_json(record["response"]),
        score=score_from_json(record["score"]),
        turns=tuple(response_from_json(turn["response"]) for turn in turns),
        ended=record.get("ended"),
    )


def failed(row: Mapping[str, Any]) -> bool:
    """Did this sample end without a score of its own?"""
    return row["score"]["error"] is not None


def _identity(task: str, sample_id: str, repeat: int) -> int:
    return digest64(f"{task}\0{sample_id}\0{repeat}")


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Which settings differ, for the sentence that refuses."""
    earlier = before.get("settings", {})
    names = [name for name, value in now["settings"].items() if canonical(earlier.get(name)) != canonical(value)]
    return f"its {', '.join(names)} differ" if names else "of another version of the harness"
