"""The journal: whole lines only, whatever was on disk before."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.errors import UserError
from ifeval.records import Response, ToolCall
from ifeval.runs.journal import AppendLog, ResponseLog, read_log
from ifeval.util.jsonio import dumps, loads

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
)


@given(st.dictionaries(ANY_TEXT, JSON, max_size=5))
def test_any_record_survives_a_line(record: dict) -> None:
    line = dumps(record)
    assert b"\n" not in line
    assert loads(line) == record


@given(st.lists(st.dictionaries(st.text(), st.integers()), min_size=1, max_size=5), st.data())
@settings(deadline=None)  # each example writes to the disk
def test_a_file_cut_anywhere_keeps_its_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, records: list, data
) -> None:
    whole = b"".join(dumps(record) + b"\n" for record in records)
    cut = data.draw(st.integers(0, len(whole)))
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    path.write_bytes(whole[:cut])
    log = AppendLog(path)
    log.append({"after": 1})
    log.close()
    kept = whole[:cut].count(b"\n")
    assert [record for _, record in read_log(path)] == [*records[:kept], {"after": 1}]
    assert path.read_bytes().count(b"\n") == kept + 1


def test_offsets_point_at_their_lines(tmp_path: Path) -> None:
    log = AppendLog(tmp_path / "log.jsonl")
    offsets = [log.append({"n": n, "text": "x" * n}) for n in range(5)]
    log.close()
    assert offsets == [offset for offset, _ in read_log(tmp_path / "log.jsonl")]


def test_replies_are_found_by_key_in_own_and_other_logs(tmp_path: Path) -> None:
    first = ResponseLog(tmp_path / "first.jsonl")
    reply = Response("ab" * 32, "lone \ud800, nul \0", "stop", tool_calls=(ToolCall("f", {"x": [1]}),))
    first.add(reply)
    first.close()
    second = ResponseLog(tmp_path / "second.jsonl", [tmp_path / "first.jsonl"])
    assert second.get("ab" * 32) == reply
    assert second.get("cd" * 32) is None
    assert second.get("ab" * 8 + "0" * 48) is None, "only the first 64 bits agree"
    second.add(Response("cd" * 32, "own", "length"))
    assert second.get("cd" * 32).truncated


def test_a_full_disk_takes_the_line_back_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AppendLog(tmp_path / "log.jsonl")
    log.append({"kept": True})
    real = os.write
    writes = iter([3])

    def full(file: int, data: bytes) -> int:
        size = next(writes, None)
        if size is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(file, data[:size])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UserError, match=r"log\.jsonl cannot be written: No space left.*repeat the command"):
        log.append({"lost": True})
    assert [record for _, record in read_log(tmp_path / "log.jsonl")] == [{"kept": True}]


def test_a_really_full_disk(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    (tmp_path / "log.jsonl").symlink_to("/dev/full")
    with pytest.raises(UserError, match="No space left"):
        AppendLog(tmp_path / "log.jsonl").append({"a": 1})


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"file/log\.jsonl cannot be opened for writing"):
        AppendLog(tmp_path / "file" / "log.jsonl")


def test_lines_are_flushed_by_group_and_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    on_disk: list[int] = []
    monkeypatch.setattr("time.monotonic", lambda: now)
    monkeypatch.setattr(os, "fdatasync", lambda file: on_disk.append(os.fstat(file).st_size))
    log = AppendLog(tmp_path / "log.jsonl")
    size = len(dumps({"n": 0})) + 1
    for number in range(4):  # at 0.4, 0.8, 1.2 and 1.6 s
        now += 0.4
        log.append({"n": number})
    assert on_disk == [3 * size]
    log.close()
    assert on_disk == [3 * size, 4 * size]
    AppendLog(tmp_path / "log.jsonl").close()
    assert len(on_disk) == 2, "nothing new, nothing to flush"


def test_a_flush_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    log = AppendLog(tmp_path / "log.jsonl")
    log.append({"n": 1})
    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(UserError, match=r"Disk quota exceeded.*repeat the command"):
        log.close()
